//! The types of the group `responses`.
//! They hold what the file says, and read no answer of a server.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::Text;

/// What is given: a call, and what the server answered.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What was asked.
    pub call: Call,
    /// The status, from 200 to 599.
    pub status: u16,
    /// The header fields that matter; no name occurs twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<Vec<(String, String)>>,
    /// The body.
    pub body: Text,
}

/// What was asked.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// One event for one or more channels.
    Trigger,
    /// Several events, each for one channel.
    TriggerBatch,
    /// The channels that have subscribers.
    GetChannels,
    /// The state of one channel.
    GetChannel,
    /// The users of a presence channel.
    GetUsers,
    /// One event for all connections of a user.
    SendToUser,
    /// The end of all connections of a user.
    TerminateUser,
    /// A GET of any path, whose answer is read as JSON.
    Get,
    /// A POST to any path, whose answer is read as JSON.
    Post,
}

/// What the caller gets.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// What the server told.
    Answer(Box<Answer>),
    /// Why there is no answer.
    Error(Error),
}

/// What the server told. Each call has members of its own, and what was not told is absent.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Of `trigger` and `get_channels`: the channels with their attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<BTreeMap<String, Attributes>>,
    /// Of `trigger`: the id of the event in each channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_ids: Option<BTreeMap<String, String>>,
    /// Of `trigger_batch`: the attributes of each event's channel, in the order of the events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<Vec<Attributes>>,
    /// Of `get_channel`, always: whether the channel has subscribers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occupied: Option<bool>,
    /// Of `get_channel`: how many users there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_count: Option<u64>,
    /// Of `get_channel`: how many subscriptions there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_count: Option<u64>,
    /// Of `get_channel`: what is cached; `Some(None)` if nothing is.
    #[serde(default, deserialize_with = "told", skip_serializing_if = "Option::is_none")]
    pub cache: Option<Option<Cache>>,
    /// Of `get_users`: the ids, in the server's order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<String>>,
    /// Of `get` and `post`: the whole body.
    #[serde(default, deserialize_with = "told", skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
}

/// What is known of a channel.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// How many users there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_count: Option<u64>,
    /// How many subscriptions there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_count: Option<u64>,
}

/// The event that a cache channel holds.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// The data, as text.
    pub data: String,
    /// The seconds that it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u64>,
}

/// Why there is no answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Error {
    /// What kind of error it is.
    pub kind: Kind,
    /// The status.
    pub status: u16,
    /// What the server said, without signatures; absent if the answer is malformed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The seconds to wait, if the server told them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

/// What kind of error it is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 400 and 422.
    BadRequest,
    /// 401.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 407.
    ProxyAuthentication,
    /// 413.
    TooLarge,
    /// 429.
    RateLimited,
    /// 500 to 599.
    Server,
    /// Any other status but 200 to 299.
    Other,
    /// 200 to 299, with a body that is not what the call promises.
    Malformed,
}

/// A member that is there, even if it is `null`.
fn told<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}
