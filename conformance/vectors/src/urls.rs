//! The types of the group `urls`.
//! They hold what the file says, and parse no URL.

use serde::{Deserialize, Serialize};

/// What is given.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Input {
    /// A URL with credentials: `SCHEME://KEY:SECRET@HOST[:PORT]/[PREFIX/]apps/ID`.
    Url(String),
    /// A cluster, or none.
    Cluster(Option<String>),
}

/// Where the API lives. A URL gives all of it, a cluster neither app nor prefix.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// `http` or `https`.
    pub scheme: String,
    /// The host as it was written, an IPv6 address in its brackets.
    pub host: String,
    /// The port, if it is not that of the scheme.
    pub port: Option<u16>,
    /// The id of the app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// The key, decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The secret, decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// What stands in the path before `/apps`: with a leading slash, or empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}
