//! `GET /apps/{app_id}/channels/{channel_name}`: the state of one channel.

use serde::{Deserialize, Deserializer};

use super::{Attribute, Draft, Endpoint, info::Attributes};
use crate::{
    BuildError, ChannelKind, ChannelName, DecodeError, Limits, Quantity, json, json::Object,
};

/// Asks for the state of one channel (protocol: `GET /channels/{channel_name}`).
///
/// ```
/// use pusher_core::{Attribute, GetChannel, InvalidChannelName};
///
/// let room = GetChannel::new("presence-room".parse()?)
///     .info([Attribute::UserCount, Attribute::SubscriptionCount]);
/// let last_price = GetChannel::new("cache-price".parse()?).info([Attribute::Cache]);
/// # Ok::<(), InvalidChannelName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetChannel {
    channel: ChannelName,
    info: Attributes,
}

impl GetChannel {
    /// Whether anybody is subscribed to the channel, and no more.
    pub fn new(channel: ChannelName) -> Self {
        Self { channel, info: Attributes::default() }
    }

    /// Asks for attributes too. [`Attribute::UserCount`] is for presence channels,
    /// [`Attribute::Cache`] for cache channels.
    pub fn info(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.info = attributes.into_iter().collect();
        self
    }
}

impl Endpoint for GetChannel {
    type Response = GetChannelResponse;
    const NAME: &'static str = "get_channel";

    fn draft<'a>(&'a self, limits: &Limits) -> Result<Draft<'a>, BuildError> {
        let name = self.channel.as_str();
        limits.check(Quantity::ChannelNameLength, name.len())?;
        let presence = self.channel.kind() == ChannelKind::Presence;
        self.info.check(|attribute| match attribute {
            Attribute::UserCount if !presence => Some("presence channels"),
            Attribute::Cache if !self.channel.is_cache() => Some("cache channels"),
            _ => None,
        })?;
        let draft = Draft::get(vec!["channels", name]);
        Ok(match self.info.as_str() {
            Some(info) => draft.query("info", info),
            None => draft,
        })
    }

    fn channel_count(&self) -> Option<usize> {
        Some(1)
    }

    fn decode(body: &[u8]) -> Result<GetChannelResponse, DecodeError> {
        Ok(json::object(body)?)
    }
}

/// What the server answers to [`GetChannel`]. What is missing differs from zero or nothing: it was not
/// asked for, does not apply to the channel, or is switched off for the app.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct GetChannelResponse {
    /// Whether anybody is subscribed.
    pub occupied: bool,
    /// Users in a presence channel.
    #[serde(default, deserialize_with = "json::count")]
    pub user_count: Option<u64>,
    /// Subscriptions of the channel.
    #[serde(default, deserialize_with = "json::count")]
    pub subscription_count: Option<u64>,
    /// The last event of a cache channel.
    #[serde(default, deserialize_with = "told")]
    pub cache: Option<Cache>,
}

/// What a cache channel holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cache {
    /// Nothing: no event yet, or the last one is too old.
    Empty,
    /// The last event.
    #[non_exhaustive]
    Event {
        /// What the server keeps of it: pusher.com the data of the event, Sockudo a JSON text with
        /// `event`, `channel` and `data`.
        data: String,
        /// How many seconds it will be kept.
        ttl: Option<u64>,
    },
}

/// A `null` is told: the cache is empty.
fn told<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Cache>, D::Error> {
    #[derive(Deserialize)]
    struct Event {
        data: String,
        #[serde(default, deserialize_with = "json::count")]
        ttl: Option<u64>,
    }
    Ok(Some(match Option::<Object<Event>>::deserialize(value)? {
        None => Cache::Empty,
        Some(Object(Event { data, ttl })) => Cache::Event { data, ttl },
    }))
}
