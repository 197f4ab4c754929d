//! The types of the group `signing`.
//! They hold what the file says, and derive nothing from it.

use serde::{Deserialize, Serialize};

/// What is given: everything for a request, or what one stage needs.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Input {
    /// The caller's own part of a request: every stage is expected.
    Request(Request),
    /// All parameters of a request, as they are: only the string to sign is expected.
    StringToSign {
        /// The method, in capitals.
        method: String,
        /// The path, without a query.
        path: String,
        /// The parameters, in the caller's order.
        query: Vec<(String, String)>,
    },
    /// A text to sign: only the signature is expected.
    AuthSignature {
        /// The secret of the app.
        secret: String,
        /// The text.
        string_to_sign: String,
    },
    /// A body: only its MD5 is expected.
    BodyMd5(String),
}

/// The caller's own part of a request.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The secret of the app.
    pub secret: String,
    /// The method, in capitals.
    pub method: String,
    /// The path, without a query.
    pub path: String,
    /// The caller's parameters, in the caller's order, not encoded; without `auth_*` and `body_md5`.
    pub query: Vec<(String, String)>,
    /// The key of the app.
    pub auth_key: String,
    /// Seconds since 1970.
    pub auth_timestamp: u64,
    /// The body; absent and empty mean the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// The stages of a signature. A case of one stage has that one only; a request has all,
/// but for `body_md5` where there is no body.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Stages {
    /// The MD5 of the body, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_md5: Option<String>,
    /// The text that is signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub string_to_sign: Option<String>,
    /// The HMAC-SHA256 of that text, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_signature: Option<String>,
    /// The complete query as it is sent, percent-encoded, without a question mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}
