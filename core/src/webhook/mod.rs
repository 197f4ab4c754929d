//! What the service tells a server (protocol: "Webhooks"). Nothing is parsed before its signature is
//! verified. This file knows no clock: the age of a webhook is judged against a time that is given.

mod error;
mod event;

use std::{fmt, time::Duration};

use http::{HeaderMap, HeaderName};

pub use self::{
    error::WebhookError,
    event::{ClientData, WebhookEvent},
};
use crate::{App, InvalidCredentials, Secret, Timestamp, sign};
#[cfg(feature = "encryption")]
use crate::{ChannelName, MasterKeys};

static KEY: HeaderName = HeaderName::from_static("x-pusher-key");
static SIGNATURE: HeaderName = HeaderName::from_static("x-pusher-signature");

/// A webhook as it came: two header fields and the raw body. Nothing of it is trusted yet.
///
/// The body has to be the bytes that came, before any framework read them as JSON: they are what was
/// signed.
///
/// ```
/// use pusher_core::{App, Credentials, Envelope, WebhookEvent};
///
/// # fn receive() -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::new(Credentials { app_id: "3", key: "123456789", secret: "tofu" })?;
///
/// let mut headers = http::HeaderMap::new();          // what your HTTP server got
/// headers.insert("x-pusher-key", "123456789".parse()?);
/// headers.insert(
///     "x-pusher-signature",
///     "c17257e92037cd7de407ebc1ed174ceb7b2e518db127f44411b9ffc4f5b28cc5".parse()?,
/// );
/// let body = br#"{"time_ms":1403175510755,"events":[{"channel":"test_channel","name":"channel_vacated"}]}"#;
///
/// let webhook = app.webhook(&Envelope::from_headers(&headers, body)?)?;
/// for event in &webhook.events {
///     if let WebhookEvent::ChannelVacated { channel, .. } = event {
///         assert_eq!(channel, "test_channel");
///     }
/// }
/// # Ok(())
/// # }
/// # receive().unwrap();
/// ```
#[derive(Clone, Copy)]
pub struct Envelope<'a> {
    key: &'a str,
    signature: &'a str,
    body: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Finds `X-Pusher-Key` and `X-Pusher-Signature` among the header fields.
    ///
    /// # Errors
    ///
    /// [`WebhookError::Header`] if one is missing, is there twice or is not text.
    pub fn from_headers(headers: &'a HeaderMap, body: &'a [u8]) -> Result<Self, WebhookError> {
        let field = |name: &'static HeaderName| {
            let mut values = headers.get_all(name).iter();
            let value = match (values.next(), values.next()) {
                (Some(value), None) => value.to_str().ok(),
                _ => None,
            };
            value.ok_or(WebhookError::Header { name: name.as_str() })
        };
        Self::new(field(&KEY)?, field(&SIGNATURE)?, body)
    }

    /// Takes the values of `X-Pusher-Key` and `X-Pusher-Signature` as they are.
    ///
    /// # Errors
    ///
    /// [`WebhookError::Header`] if one is empty.
    pub fn new(key: &'a str, signature: &'a str, body: &'a [u8]) -> Result<Self, WebhookError> {
        let (key, signature) = (key.trim_ascii(), signature.trim_ascii());
        let empty = |name: &'static HeaderName| Err(WebhookError::Header { name: name.as_str() });
        if key.is_empty() {
            return empty(&KEY);
        }
        if signature.is_empty() {
            return empty(&SIGNATURE);
        }
        Ok(Self { key, signature, body })
    }

    /// Verifies the signature with whichever token has the key, and reads the body.
    ///
    /// [`App::webhook`] does the same with the tokens of an app, and decrypts.
    ///
    /// # Errors
    ///
    /// [`WebhookError`] says why the webhook is not to be trusted, or is not one.
    pub fn verify<'t>(
        &self,
        tokens: impl IntoIterator<Item = &'t Token>,
    ) -> Result<Webhook, WebhookError> {
        let tokens = tokens.into_iter().map(|token| (&*token.key, &token.secret));
        self.verify_by(tokens)
    }

    fn verify_by<'t>(
        &self,
        tokens: impl Iterator<Item = (&'t str, &'t Secret)>,
    ) -> Result<Webhook, WebhookError> {
        let signature = self.signature.as_bytes();
        let mut known = false;
        for (key, secret) in tokens.filter(|(key, _)| *key == self.key) {
            known = true;
            if sign::hmac_sha256_verifies(secret, self.body, signature) {
                let body = str::from_utf8(self.body).map_err(|_| WebhookError::NotUtf8)?;
                let (time_ms, events) =
                    event::read(body).map_err(|reason| WebhookError::Malformed(reason.into()))?;
                return Ok(Webhook { key: key.to_owned(), time_ms, events });
            }
        }
        Err(if known {
            WebhookError::Signature
        } else {
            WebhookError::UnknownKey { key: self.key.chars().take(100).collect() }
        })
    }
}

/// Hides the signature and the body.
impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelope({} bytes)", self.body.len())
    }
}

/// A key and its secret, with which the service signs webhooks.
///
/// ```
/// use pusher_core::{Envelope, InvalidCredentials, Token};
///
/// let tokens = [Token::new("old", "old secret")?, Token::new("new", "new secret")?];
/// let envelope = Envelope::new("unheard of", "00", b"{}").unwrap();
/// assert!(envelope.verify(&tokens).is_err());
/// # Ok::<(), InvalidCredentials>(())
/// ```
#[derive(Clone, Debug)]
pub struct Token {
    key: String,
    secret: Secret,
}

impl Token {
    /// Takes a key and its secret.
    ///
    /// # Errors
    ///
    /// If one is empty or not printable ASCII.
    pub fn new(key: &str, secret: &str) -> Result<Self, InvalidCredentials> {
        crate::credentials::check("key", key, |byte| matches!(byte, b' '..=b'~'))?;
        Ok(Self { key: key.to_owned(), secret: Secret::new(secret)? })
    }
}

impl App {
    /// Verifies a webhook with the app's own key or one of its [`webhook_token`](Self::webhook_token)s,
    /// reads it, and decrypts the client events of encrypted channels if there are
    /// [`master_keys`](Self::master_keys).
    ///
    /// # Errors
    ///
    /// [`WebhookError`] says why the webhook is not to be trusted, or is not one. Answer with anything
    /// but 2xx and the service sends it again, for about five minutes.
    pub fn webhook(&self, envelope: &Envelope<'_>) -> Result<Webhook, WebhookError> {
        let own = std::iter::once((self.key(), self.secret()));
        let tokens = self.webhook_tokens().iter().map(|token| (&*token.key, &token.secret));
        let webhook = envelope.verify_by(own.chain(tokens))?;
        #[cfg(feature = "encryption")]
        if let Some(keys) = self.own_master_keys() {
            return Ok(webhook.open(keys));
        }
        Ok(webhook)
    }
}

/// A webhook whose signature was verified.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Webhook {
    /// The key of the token that signed.
    pub key: String,
    /// When the service made the webhook, in milliseconds since 1970-01-01T00:00:00Z.
    pub time_ms: u64,
    /// What happened, in the order of the webhook; mostly one event.
    pub events: Vec<WebhookEvent>,
}

impl Webhook {
    /// When the service made the webhook, in whole seconds.
    pub fn timestamp(&self) -> Timestamp {
        Timestamp::from_unix(self.time_ms / 1_000)
    }

    /// Refuses a webhook that is older than `max_age`, or from further in the future: a webhook that
    /// was seen on its way could otherwise be sent again at any time.
    ///
    /// The service itself repeats a delivery for about five minutes, so 10 minutes are the least that
    /// loses none.
    ///
    /// # Errors
    ///
    /// [`WebhookError::Age`].
    pub fn within(self, max_age: Duration, now: Timestamp) -> Result<Self, WebhookError> {
        let now_ms = now.as_unix().saturating_mul(1_000);
        let age = Duration::from_millis(now_ms.abs_diff(self.time_ms));
        if age > max_age { Err(WebhookError::Age { age, max_age }) } else { Ok(self) }
    }

    /// Decrypts the client events of encrypted channels. One that cannot be decrypted keeps its data
    /// sealed, and says why; the others are not lost for it.
    #[cfg(feature = "encryption")]
    pub fn open(mut self, keys: &MasterKeys) -> Self {
        for event in &mut self.events {
            let WebhookEvent::ClientEvent { channel, data, .. } = event else { continue };
            let ClientData::Sealed { text, reason } = data else { continue };
            let Ok(channel) = ChannelName::parse(&**channel) else { continue };
            match keys.open(&channel, text) {
                Ok(text) => *data = ClientData::Text(text),
                Err(error) => *reason = Some(error),
            }
        }
        self
    }
}
