//! What webhooks tell: the kinds of events, and how they are read. What is read here was verified before.

use std::{borrow::Cow, fmt};

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

#[cfg(feature = "encryption")]
use crate::OpenError;
use crate::{
    ChannelKind,
    json::{self, Object},
};

/// The time of a webhook in milliseconds, and its events.
pub(super) fn read(body: &str) -> Result<(u64, Vec<WebhookEvent>), serde_json::Error> {
    // Nearly always all events are known, and then nothing is copied but what they keep.
    if let Ok(Body { time_ms, events }) = json::object::<Body<Object<Flat<'_>>>>(body.as_bytes())
        && let Some(events) = events.into_iter().map(|event| event.0.known()).collect()
    {
        return Ok((time_ms, events));
    }
    let Body { time_ms, events } = json::object::<Body<&RawValue>>(body.as_bytes())?;
    let events = events.into_iter().map(WebhookEvent::read).collect::<Result<_, _>>()?;
    Ok((time_ms, events))
}

#[derive(Deserialize)]
struct Body<E> {
    time_ms: u64,
    #[serde(default = "Vec::new")]
    events: Vec<E>,
}

/// Something that happened. Names are those that the service tells.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum WebhookEvent {
    /// The first connection subscribed to a channel.
    #[non_exhaustive]
    ChannelOccupied {
        /// The channel.
        channel: String,
    },
    /// The last connection left a channel.
    #[non_exhaustive]
    ChannelVacated {
        /// The channel.
        channel: String,
    },
    /// A user came into a presence channel.
    #[non_exhaustive]
    MemberAdded {
        /// The channel.
        channel: String,
        /// The user, as authorised; a number is read as its digits.
        user_id: String,
    },
    /// A user left a presence channel.
    #[non_exhaustive]
    MemberRemoved {
        /// The channel.
        channel: String,
        /// The user, as authorised; a number is read as its digits.
        user_id: String,
    },
    /// A client sent an event. Anybody who may subscribe to the channel could have: trust it no more.
    #[non_exhaustive]
    ClientEvent {
        /// The channel.
        channel: String,
        /// The name of the event, which begins with `client-`.
        event: String,
        /// What the client sent.
        data: ClientData,
        /// The client's connection.
        socket_id: Option<String>,
        /// The user, on a presence channel.
        user_id: Option<String>,
    },
    /// Somebody subscribed to a cache channel that holds no event.
    #[non_exhaustive]
    CacheMiss {
        /// The channel.
        channel: String,
    },
    /// The number of subscriptions of a channel changed.
    #[non_exhaustive]
    SubscriptionCount {
        /// The channel.
        channel: String,
        /// How many there are now.
        subscription_count: u64,
    },
    /// An event that this crate does not know, or a known one of another shape, with all that it came
    /// with.
    #[non_exhaustive]
    Unknown {
        /// The event's name.
        name: String,
        /// All its other members.
        members: Map<String, Value>,
    },
}

impl WebhookEvent {
    fn read(event: &RawValue) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Any {
            name: String,
            #[serde(flatten)]
            members: Map<String, Value>,
        }
        if let Some(known) = json::object(event.get().as_bytes()).ok().and_then(Flat::known) {
            return Ok(known);
        }
        let Any { name, members } = json::object(event.get().as_bytes())?;
        Ok(Self::Unknown { name, members })
    }
}

/// The data of a client event.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientData {
    /// What the client sent, decrypted if need be: a text, which usually is JSON. A value that is no
    /// text, as Sockudo passes on, is its JSON.
    Text(String),
    /// The data of an encrypted channel, as it came.
    #[non_exhaustive]
    Sealed {
        /// What the client sent.
        text: String,
        /// Why it could not be decrypted; `None` if there was no key to try.
        #[cfg(feature = "encryption")]
        reason: Option<OpenError>,
    },
}

impl ClientData {
    fn of(channel: &str, text: String) -> Self {
        if ChannelKind::of(channel) == ChannelKind::Encrypted {
            return Self::Sealed {
                text,
                #[cfg(feature = "encryption")]
                reason: None,
            };
        }
        Self::Text(text)
    }

    /// The text, unless it is sealed.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Sealed { .. } => None,
        }
    }
}

/// Shows the length only: payloads do not belong in logs.
impl fmt::Debug for ClientData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Sealed { text, .. } => write!(f, "Sealed({} bytes)", text.len()),
        }
    }
}

/// The members of all known events side by side: quicker to read than one after another.
#[derive(Deserialize)]
struct Flat<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    channel: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "json::optional_text")]
    user_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    socket_id: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "json::count")]
    subscription_count: Option<u64>,
}

impl Flat<'_> {
    /// `None` if there is no such event, or if it lacks a member.
    fn known(self) -> Option<WebhookEvent> {
        let Self { name, channel, user_id, event, data, socket_id, subscription_count } = self;
        let channel = channel?.into_owned();
        let user_id = user_id.map(Cow::into_owned);
        Some(match &*name {
            "channel_occupied" => WebhookEvent::ChannelOccupied { channel },
            "channel_vacated" => WebhookEvent::ChannelVacated { channel },
            "member_added" => WebhookEvent::MemberAdded { channel, user_id: user_id? },
            "member_removed" => WebhookEvent::MemberRemoved { channel, user_id: user_id? },
            "client_event" => WebhookEvent::ClientEvent {
                event: event?.into_owned(),
                data: ClientData::of(&channel, text(data?)?),
                channel,
                socket_id: socket_id.map(Cow::into_owned),
                user_id,
            },
            "cache_miss" => WebhookEvent::CacheMiss { channel },
            "subscription_count" => {
                let subscription_count = subscription_count?;
                WebhookEvent::SubscriptionCount { channel, subscription_count }
            }
            _ => return None,
        })
    }
}

/// A text as it is, any other value as JSON: Sockudo passes objects on as clients sent them.
fn text(data: &RawValue) -> Option<String> {
    let is_text = data.get().starts_with('"');
    if is_text { serde_json::from_str(data.get()).ok() } else { Some(data.get().to_owned()) }
}
