//! Why a webhook is not believed. Nothing here shows a signature.

use std::{fmt, time::Duration};

use crate::DecodeError;

/// Why a webhook is not to be trusted, or is not one.
///
/// ```
/// use pusher_core::{App, Credentials, Envelope, WebhookError};
///
/// # fn receive() -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::new(Credentials { app_id: "3", key: "123456789", secret: "tofu" })?;
/// let forged = Envelope::new("123456789", "c172", br#"{"time_ms":1,"events":[]}"#)?;
/// match app.webhook(&forged).unwrap_err() {
///     WebhookError::Signature => {}               // answer 401, and think of an attack
///     WebhookError::UnknownKey { key } => println!("a token of another app, or a new one: {key}"),
///     error => println!("{error}"),
/// }
/// # Ok(())
/// # }
/// # receive().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebhookError {
    /// A header field is missing, is there twice, is empty or is not text.
    Header {
        /// `x-pusher-key` or `x-pusher-signature`.
        name: &'static str,
    },
    /// No token has the key that the webhook names.
    UnknownKey {
        /// The key, at most 100 characters of it.
        key: String,
    },
    /// The signature is not that of the body: somebody else made the webhook, or the body is not what
    /// came.
    Signature,
    /// What was signed is not UTF-8.
    NotUtf8,
    /// What was signed is not a webhook.
    Malformed(DecodeError),
    /// The webhook is too old, or from the future.
    Age {
        /// How far it is from the time that was given.
        age: Duration,
        /// How far it may be.
        max_age: Duration,
    },
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header { name } => {
                write!(f, "the webhook has not exactly one {name} header field with a text")
            }
            Self::UnknownKey { key } => {
                write!(f, "the webhook names the key {key:?}, for which there is no token")
            }
            Self::Signature => f.write_str(
                "the signature of the webhook is wrong: the secret is another one, or the body is not the bytes that came",
            ),
            Self::NotUtf8 => f.write_str("the body of the webhook is not UTF-8"),
            Self::Malformed(_) => f.write_str("the body of the webhook is not that of a webhook"),
            Self::Age { age, max_age } => write!(
                f,
                "the webhook is {} s away from now; at most {} s are allowed",
                age.as_secs(),
                max_age.as_secs()
            ),
        }
    }
}

impl std::error::Error for WebhookError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Malformed(reason) => Some(reason),
            _ => None,
        }
    }
}
