//! The types of the group `requests`.
//! They hold what the file says; only compact forms of long texts are written out on request.

use serde::{Deserialize, Serialize};

use crate::Text;

/// What is given: an app, a time and a call.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The app that calls.
    pub app: App,
    /// Seconds since 1970.
    pub auth_timestamp: u64,
    /// The call.
    pub call: Call,
}

/// The credentials of an app.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// The id, which is a part of the path.
    pub app_id: String,
    /// The key, which is sent.
    pub key: String,
    /// The secret, which signs.
    pub secret: String,
    /// The master key for encrypted channels, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key: Option<String>,
}

/// A call of the API.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    /// One event for one or more channels.
    Trigger(Trigger),
    /// Several events, each for one channel.
    TriggerBatch {
        /// The events, in the caller's order.
        events: Vec<Event>,
    },
    /// The channels that have subscribers.
    GetChannels {
        /// How their names begin.
        #[serde(skip_serializing_if = "Option::is_none")]
        prefix: Option<String>,
        /// The attributes that are asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        info: Option<Vec<String>>,
    },
    /// The state of one channel.
    GetChannel {
        /// The channel.
        channel: Text,
        /// The attributes that are asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        info: Option<Vec<String>>,
    },
    /// The users of a presence channel.
    GetUsers {
        /// The channel.
        channel: Text,
    },
    /// One event for all connections of a user.
    SendToUser {
        /// The user.
        user_id: Text,
        /// The name of the event.
        name: Text,
        /// The data, as the text that the user receives.
        data: Text,
    },
    /// The end of all connections of a user.
    TerminateUser {
        /// The user.
        user_id: Text,
    },
    /// A GET of any path.
    Get {
        /// The path below the app, such as `/channels`.
        path: String,
        /// The parameters, in the caller's order, not encoded.
        query: Vec<(String, String)>,
    },
    /// A POST to any path.
    Post {
        /// The path below the app, such as `/events`.
        path: String,
        /// The parameters, in the caller's order, not encoded.
        query: Vec<(String, String)>,
        /// The body, as JSON text, or empty for none.
        body: Text,
    },
}

/// One event of a batch.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The channel.
    pub channel: Text,
    /// The name of the event.
    pub name: Text,
    /// The data, as the text that subscribers receive.
    pub data: Text,
    /// The connection that does not receive the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_id: Option<String>,
    /// The attributes that are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<Vec<String>>,
}

/// One event for one or more channels.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// The channels, in the caller's order.
    pub channels: Channels,
    /// The name of the event.
    pub name: Text,
    /// The data, as the text that subscribers receive.
    pub data: Text,
    /// The connection that does not receive the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_id: Option<String>,
    /// The attributes that are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<Vec<String>>,
}

/// Channel names: a list, or so many names with a number at their end.
///
/// ```
/// use pusher_vectors::requests::Channels;
///
/// let channels = Channels::Numbered { numbered: "channel-".into(), times: 2 };
/// assert_eq!(channels.names(), ["channel-1", "channel-2"]);
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Channels {
    /// The names.
    List(Vec<Text>),
    /// The names `numbered` followed by 1, 2 and so on, up to `times`.
    Numbered {
        /// How each name begins.
        numbered: String,
        /// How many names there are.
        times: usize,
    },
}

impl Channels {
    /// The names, written out.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::List(names) => names.iter().map(Text::to_string).collect(),
            Self::Numbered { numbered, times } => {
                (1..=*times).map(|n| format!("{numbered}{n}")).collect()
            }
        }
    }
}

/// The request that is expected.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The path, without a query.
    pub path: String,
    /// The caller's own parameters, not encoded, sorted by key; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<Vec<(String, String)>>,
    /// The body, as JSON text, which is compared as JSON; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Text>,
    /// The texts of the body that are encrypted; absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Vec<Sealed>>,
    /// A body that means the same, as a published source has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted_body: Option<String>,
    /// The MD5 of `quoted_body`, from the same source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted_body_md5: Option<String>,
}

/// A text of the body that is encrypted with a random nonce. In [`Request::body`], `""` stands for it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// Where the text stands in the body, as a JSON pointer.
    pub pointer: String,
    /// The channel, whose key opens it.
    pub channel_name: String,
    /// What it opens to.
    pub plaintext: Text,
}
