//! The types of the group `webhooks`.
//! They hold what the file says; they parse no body and check no signature.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Text;

/// What is given: a delivery, and what the app knows.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The tokens of the app. Several may have one key.
    pub tokens: Vec<Token>,
    /// The headers as they came, as names and values.
    pub headers: Vec<(String, Text)>,
    /// The body; absent if `body_hex` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The bytes of a body that is not UTF-8, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_hex: Option<String>,
    /// The master keys, as base64 texts, the newest first; absent if the app has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_keys: Option<Vec<String>>,
    /// The clock; if it is absent, deliveries of any age are good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
}

/// A key and its secret.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The key, which is sent.
    pub key: String,
    /// The secret, which signs.
    pub secret: String,
}

/// The time, and how far that of a delivery may be from it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Seconds since 1970.
    pub now: u64,
    /// The largest difference in seconds, in both directions.
    pub max_age: u64,
}

/// The delivery that is expected.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// The key of the token that signed.
    pub key: String,
    /// Milliseconds since 1970.
    pub time_ms: u64,
    /// The events in their order, with all their members. One that was sealed has its data opened,
    /// or `"sealed": true` if no master key opens it.
    pub events: Vec<Map<String, Value>>,
}
