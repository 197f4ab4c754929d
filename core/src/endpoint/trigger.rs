//! `POST /apps/{app_id}/events`: one event, on one to a hundred channels.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Attribute, ChannelAttributes, Draft, Endpoint,
    info::Attributes,
    json::{self, Json, Out},
};
use crate::{
    BuildError, ChannelKind, ChannelName, ChannelNames, Data, DecodeError, EventName, Limits,
    Quantity, SocketId,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    channels: ChannelNames,
    name: EventName,
    data: Data,
    socket_id: Option<SocketId>,
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

    fn check(&self, limits: &Limits) -> Result<(), BuildError> {
        let channels = self.channels.as_slice();
        limits.check(Quantity::Channels, channels.len())?;
        limits.check(Quantity::EventNameLength, self.name.as_str().chars().count())?;
        limits.check(Quantity::DataBytes, self.data.as_str().len())?;
        for channel in channels {
            limits.check(Quantity::ChannelNameLength, channel.as_str().len())?;
            if channel.kind() == ChannelKind::Encrypted {
                return Err(if channels.len() > 1 {
                    BuildError::EncryptedFanout
                } else {
                    BuildError::PlaintextOnEncryptedChannel
                });
            }
        }
        Ok(())
    }
}

/// In the order of the protocol's own example.
impl Json for Trigger {
    fn write<O: Out>(&self, out: &mut O) {
        out.raw(r#"{"name":"#);
        out.string(self.name.as_str());
        out.raw(r#","channels":"#);
        out.list(self.channels.as_slice(), |out, channel| out.string(channel.as_str()));
        out.raw(r#","data":"#);
        out.string(self.data.as_str());
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
}

impl Endpoint for Trigger {
    type Response = TriggerResponse;
    const NAME: &'static str = "trigger";

    fn draft<'a>(&'a self, limits: &Limits) -> Result<Draft<'a>, BuildError> {
        self.check(limits)?;
        Ok(Draft::post(&["events"], self.to_body()))
    }

    fn decode(body: &[u8]) -> Result<TriggerResponse, DecodeError> {
        Ok(serde_json::from_slice(body)?)
    }
}

/// What the server answers to a [`Trigger`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct TriggerResponse {
    /// The attributes asked for with [`Trigger::info`], by channel; empty if none were, or if the
    /// server tells none. The names are the server's.
    #[serde(default, deserialize_with = "json::or_default")]
    pub channels: BTreeMap<String, ChannelAttributes>,
    /// The event's id by channel, which some clusters of pusher.com tell.
    #[serde(default, deserialize_with = "json::or_default")]
    pub event_ids: BTreeMap<String, String>,
}
