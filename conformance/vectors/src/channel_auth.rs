//! The types of the group `channel-auth`.
//! They hold what the file says; they read no form and sign nothing.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use crate::Text;

/// What is given: an app, who asks for which channel, and perhaps what goes with the answer.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The app that answers.
    pub app: App,
    /// The connection; absent if `form` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_id: Option<Text>,
    /// The channel; absent if `form` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_name: Option<Text>,
    /// The body that the browser posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// A JSON text of the caller's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_data: Option<Text>,
    /// A member, of which the JSON text is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
}

/// The credentials of an app.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// The key, which stands before the signature.
    pub key: String,
    /// The secret, which signs.
    pub secret: String,
    /// The master key for encrypted channels, as base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key: Option<String>,
}

/// A member of a presence channel.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Who it is.
    pub user_id: UserId,
    /// What the other members see: any JSON object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_info: Option<Map<String, Value>>,
}

/// The id of a member.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
pub enum UserId {
    /// A number, which stays one in the JSON text.
    Number(Number),
    /// A text.
    Text(Text),
}

/// The answer that is expected. If the form had several channels, it has `channels` and `reply`;
/// otherwise it has all but `channels`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The text that is signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub string_to_sign: Option<Text>,
    /// The key, a colon, and the HMAC-SHA256 of that text in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<String>,
    /// The JSON text that is signed with the channel, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_data: Option<Text>,
    /// The secret of an encrypted channel, as base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_secret: Option<String>,
    /// The stages of each channel of a form with several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<Channel>>,
    /// The JSON text for the browser; it is compared as JSON.
    pub reply: Text,
}

/// The stages of one channel among several.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// The channel.
    pub channel_name: String,
    /// The text that is signed.
    pub string_to_sign: Text,
    /// The key, a colon, and the HMAC-SHA256 of that text in hexadecimal.
    pub auth: String,
    /// The JSON text that is signed with the channel, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_data: Option<Text>,
    /// The secret of an encrypted channel, as base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_secret: Option<String>,
}
