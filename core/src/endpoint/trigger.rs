//! `POST /apps/{app_id}/events`: one event, on one to a hundred channels.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Attribute, ChannelAttributes, Draft, Endpoint, info::Attributes};
use crate::{
    BuildError, ChannelKind, ChannelName, ChannelNames, Data, DecodeError, EventName, Limits,
    Quantity, SocketId,
    json::{self, Json, Out},
};

/// Publishes an event (protocol: `POST /events`).
///
/// ```
/// use pusher_core::{Attribute, ChannelNames, Data, Trigger};
///
/// let event = Trigger::to(
///     ChannelNames::parse(["orders", "audit"])?,
///     "paid".parse()?,
///     Data::json(&serde_json::json!({ "id": 7 }))?,
/// )
/// .exclude("1234.5678".parse()?)
/// .info([Attribute::SubscriptionCount]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    channels: ChannelNames,
    name: EventName,
    data: Data,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    socket_id: Option<SocketId>,
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    info: Attributes,
}

impl Trigger {
    /// An event on one channel.
    pub fn new(channel: ChannelName, name: EventName, data: Data) -> Self {
        Self::to(channel.into(), name, data)
    }

    /// An event on several channels.
    pub fn to(channels: ChannelNames, name: EventName, data: Data) -> Self {
        Self { channels, name, data, socket_id: None, info: Attributes::default() }
    }

    /// Keeps the event from one connection, usually the one that caused it (protocol:
    /// "Excluding recipients", `socket_id`).
    pub fn exclude(mut self, socket_id: SocketId) -> Self {
        self.socket_id = Some(socket_id);
        self
    }

    /// Asks for attributes of the channels; the answer has them in
    /// [`TriggerResponse::channels`].
    pub fn info(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.info = attributes.into_iter().collect();
        self
    }

    #[cfg(feature = "encryption")]
    pub(crate) fn with_data(self, data: Data) -> Self {
        Self { data, ..self }
    }

    /// The channels that it goes to.
    pub fn channels(&self) -> &[ChannelName] {
        self.channels.as_slice()
    }

    /// The data that it carries.
    pub fn data(&self) -> &Data {
        &self.data
    }

    pub(super) fn check(&self, limits: &Limits) -> Result<(), BuildError> {
        limits.check(Quantity::Channels, self.channels().len())?;
        check_content(&self.name, &self.data, limits)?;
        for channel in self.channels() {
            limits.check(Quantity::ChannelNameLength, channel.as_str().len())?;
            let encrypted = channel.kind() == ChannelKind::Encrypted;
            if encrypted && self.channels().len() > 1 {
                return Err(BuildError::EncryptedFanout);
            }
            match self.data.sealed_for() {
                None if encrypted => return Err(BuildError::PlaintextOnEncryptedChannel),
                Some(other) if other != channel => {
                    let channel = other.clone();
                    return Err(BuildError::SealedForAnotherChannel { channel });
                }
                _ => {}
            }
        }
        self.info.check(|attribute| {
            (attribute == Attribute::Cache)
                .then_some("a single channel, and GetChannel asks for it")
        })
    }

    /// What follows the channels in the JSON of an event.
    pub(super) fn write_options<O: Out>(&self, out: &mut O) {
        if let Some(socket_id) = &self.socket_id {
            out.raw(r#","socket_id":"#);
            out.string(socket_id.as_str());
        }
        if let Some(info) = self.info.as_str() {
            out.raw(r#","info":"#);
            out.string(info);
        }
        out.raw("}");
    }

    pub(super) fn name(&self) -> &EventName {
        &self.name
    }
}

pub(super) fn check_content(
    name: &EventName,
    data: &Data,
    limits: &Limits,
) -> Result<(), BuildError> {
    limits.check(Quantity::EventNameLength, name.as_str().chars().count())?;
    limits.check(Quantity::DataBytes, data.as_str().len())?;
    Ok(())
}

/// In the order of the protocol's own example.
impl Json for Trigger {
    fn write<O: Out>(&self, out: &mut O) {
        out.raw(r#"{"name":"#);
        out.string(self.name.as_str());
        out.raw(r#","channels":"#);
        out.list(self.channels(), |out, channel| out.string(channel.as_str()));
        out.raw(r#","data":"#);
        out.string(self.data.as_str());
        self.write_options(out);
    }
}

impl Endpoint for Trigger {
    type Response = TriggerResponse;
    const NAME: &'static str = "trigger";

    fn draft<'a>(&'a self, limits: &Limits) -> Result<Draft<'a>, BuildError> {
        self.check(limits)?;
        Ok(Draft::post(&["events"], self.to_body()))
    }

    fn channel_count(&self) -> Option<usize> {
        Some(self.channels().len())
    }

    fn decode(body: &[u8]) -> Result<TriggerResponse, DecodeError> {
        Ok(json::object(body)?)
    }
}

/// What the server answers to a [`Trigger`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct TriggerResponse {
    /// The attributes asked for with [`Trigger::info`], by channel; empty if none were, or if the
    /// server tells none. The names are the server's.
    #[serde(default, deserialize_with = "json::named")]
    pub channels: BTreeMap<String, ChannelAttributes>,
    /// The event's id by channel, which some clusters of pusher.com tell.
    #[serde(default, deserialize_with = "json::or_default")]
    pub event_ids: BTreeMap<String, String>,
}
