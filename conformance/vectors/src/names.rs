//! The types of the group `names`.
//! They hold what the file says, and judge no name.

use serde::{Deserialize, Serialize};

use crate::Text;

/// The name that is given, by what it names.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Input {
    /// The name of a channel to which a client subscribes.
    ChannelName(Text),
    /// The name of an event that a server publishes.
    EventName(Text),
    /// The id of a connection.
    SocketId(Text),
    /// The id of a user who signs in.
    UserId(Text),
}

/// What is expected: everything for the name of a channel, nothing but to be allowed for the others.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// The kind of the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Whether it is a cache channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<bool>,
}

/// The kind of a channel.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Anybody may subscribe.
    Public,
    /// A client needs an answer of the server to subscribe.
    Private,
    /// A private channel whose members see each other.
    Presence,
    /// A private channel whose data the service cannot read.
    Encrypted,
}
