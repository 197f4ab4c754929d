//! The types of the group `user-auth`.
//! They hold what the file says; they read no form and sign nothing.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Text;

/// What is given: an app, a connection, and the user who signs in on it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The app that answers.
    pub app: App,
    /// The connection; absent if `form` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket_id: Option<Text>,
    /// The body that the browser posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// A JSON text of the caller's own; absent if `user` is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_data: Option<Text>,
    /// A user, of whom the JSON text is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
}

/// The credentials of an app.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// The key, which stands before the signature.
    pub key: String,
    /// The secret, which signs.
    pub secret: String,
}

/// A user who signs in.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// Who it is.
    pub id: Text,
    /// What others see: any JSON object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_info: Option<Map<String, Value>>,
    /// The users whose coming and going this one is told of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watchlist: Option<Watchlist>,
}

/// User ids: a list, or so many ids with a number at their end.
///
/// ```
/// use pusher_vectors::user_auth::Watchlist;
///
/// let watchlist = Watchlist::Numbered { numbered: "u".into(), times: 2 };
/// assert_eq!(watchlist.ids(), ["u1", "u2"]);
/// ```
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Watchlist {
    /// The ids.
    List(Vec<Text>),
    /// The ids `numbered` followed by 1, 2 and so on, up to `times`.
    Numbered {
        /// How each id begins.
        numbered: String,
        /// How many ids there are.
        times: usize,
    },
}

impl Watchlist {
    /// The ids, written out.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        match self {
            Self::List(ids) => ids.iter().map(Text::to_string).collect(),
            Self::Numbered { numbered, times } => {
                (1..=*times).map(|n| format!("{numbered}{n}")).collect()
            }
        }
    }
}

/// The answer that is expected.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The text that is signed.
    pub string_to_sign: Text,
    /// The key, a colon, and the HMAC-SHA256 of that text in hexadecimal.
    pub auth: String,
    /// The JSON text that is signed.
    pub user_data: Text,
    /// The JSON text for the browser; it is compared as JSON.
    pub reply: Text,
}
