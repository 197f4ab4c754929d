//! What identifies an app, and which texts can do so. This file does not know where the API lives
//! or what is signed.

use std::fmt;

/// What the dashboard of a Channels app shows, named so that they cannot be swapped.
///
/// Has no `Debug`, because it holds the secret's text.
///
/// ```
/// use pusher_core::{App, Credentials, InvalidCredentials};
///
/// let app = App::new(Credentials { app_id: "3", key: "278d425bdf16", secret: "7ad3773142a6" })?;
/// assert_eq!(app.key(), "278d425bdf16");
/// # Ok::<(), InvalidCredentials>(())
/// ```
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations)]
pub struct Credentials<'a> {
    /// Stands in the path of every request: one or more of `A-Z a-z 0-9 _ -`.
    pub app_id: &'a str,
    /// Public: clients know it too. Non-empty printable ASCII.
    pub key: &'a str,
    /// Signs, and never leaves the server. Non-empty printable ASCII.
    pub secret: &'a str,
}

/// Why an app cannot have these credentials. Shows nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidCredentials {
    /// A part is empty.
    Empty {
        /// `app_id`, `key` or `secret`.
        what: &'static str,
    },
    /// A part holds a character that it cannot hold.
    Character {
        /// `app_id`, `key` or `secret`.
        what: &'static str,
        /// The character's position in bytes.
        at: usize,
    },
}

pub(crate) fn check(
    what: &'static str,
    text: &str,
    allowed: impl Fn(u8) -> bool,
) -> Result<(), InvalidCredentials> {
    if text.is_empty() {
        return Err(InvalidCredentials::Empty { what });
    }
    match text.bytes().position(|byte| !allowed(byte)) {
        Some(at) => Err(InvalidCredentials::Character { what, at }),
        None => Ok(()),
    }
}

impl fmt::Display for InvalidCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { what } => write!(f, "the {what} is empty"),
            Self::Character { what: what @ "app_id", at } => {
                write!(
                    f,
                    "the {what} holds a character at position {at} that is not one of A-Z a-z 0-9 _ -"
                )
            }
            Self::Character { what, at } => {
                write!(
                    f,
                    "the {what} holds a character at position {at} that is not printable ASCII"
                )
            }
        }
    }
}

impl std::error::Error for InvalidCredentials {}
