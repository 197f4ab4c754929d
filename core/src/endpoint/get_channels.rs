//! `GET /apps/{app_id}/channels`: the channels that somebody is subscribed to.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Attribute, ChannelAttributes, Draft, Endpoint, info::Attributes};
use crate::{BuildError, ChannelKind, ChannelPrefix, DecodeError, Limits, Quantity, json};

/// Lists the occupied channels (protocol: `GET /channels`).
///
/// ```
/// use pusher_core::{Attribute, GetChannels, InvalidChannelPrefix};
///
/// let all = GetChannels::new();
/// let rooms = GetChannels::new().prefix("presence-room-".parse()?).info([Attribute::UserCount]);
/// # Ok::<(), InvalidChannelPrefix>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GetChannels {
    prefix: Option<ChannelPrefix>,
    info: Attributes,
}

impl GetChannels {
    /// All occupied channels.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only those whose names begin so (protocol: `filter_by_prefix`).
    pub fn prefix(mut self, prefix: ChannelPrefix) -> Self {
        self.prefix = Some(prefix);
        self
    }

    /// Asks for attributes of the channels. The protocol has [`Attribute::UserCount`] only, and only
    /// with a prefix that leaves nothing but presence channels.
    pub fn info(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.info = attributes.into_iter().collect();
        self
    }

    fn only_presence(&self) -> bool {
        let presence = |prefix| ChannelKind::of(prefix) == ChannelKind::Presence;
        self.prefix.as_ref().is_some_and(|prefix| presence(prefix.as_str()))
    }
}

impl Endpoint for GetChannels {
    type Response = GetChannelsResponse;
    const NAME: &'static str = "get_channels";

    fn draft<'a>(&'a self, limits: &Limits) -> Result<Draft<'a>, BuildError> {
        self.info.check(|attribute| match attribute {
            Attribute::UserCount if self.only_presence() => None,
            Attribute::UserCount => {
                Some("presence channels: set a prefix that begins with presence-")
            }
            _ => Some("a single channel, and GetChannel asks for it"),
        })?;
        let mut draft = Draft::get(&["channels"]);
        if let Some(prefix) = &self.prefix {
            limits.check(Quantity::ChannelNameLength, prefix.as_str().len())?;
            draft = draft.query("filter_by_prefix", prefix.as_str());
        }
        if let Some(info) = self.info.as_str() {
            draft = draft.query("info", info);
        }
        Ok(draft)
    }

    fn decode(body: &[u8]) -> Result<GetChannelsResponse, DecodeError> {
        Ok(json::object(body)?)
    }
}

/// What the server answers to [`GetChannels`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct GetChannelsResponse {
    /// The occupied channels, and what was asked about them. The names are the server's.
    #[serde(default, deserialize_with = "json::named")]
    pub channels: BTreeMap<String, ChannelAttributes>,
}
