//! What the service tells a server (protocol: "Webhooks"). Nothing is parsed before its signature is
//! verified. This file knows no clock: the age of a webhook is judged against a time that is given.

use std::{borrow::Cow, fmt, time::Duration};

use http::{HeaderMap, HeaderName};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use crate::{
    App, ChannelKind, DecodeError, InvalidCredentials, Secret, Timestamp,
    json::{self, Object},
    sign,
};
#[cfg(feature = "encryption")]
use crate::{ChannelName, MasterKeys, OpenError};

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
                return Webhook::read(key, body)
                    .map_err(|reason| WebhookError::Malformed(reason.into()));
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

    fn read(key: &str, body: &str) -> Result<Self, serde_json::Error> {
        let key = key.to_owned();
        // Nearly always all events are known, and then nothing is copied but what they keep.
        if let Ok(Body { time_ms, events }) =
            json::object::<Body<Object<Flat<'_>>>>(body.as_bytes())
            && let Some(events) = events.into_iter().map(|event| event.0.known()).collect()
        {
            return Ok(Self { key, time_ms, events });
        }
        let Body { time_ms, events } = json::object::<Body<&RawValue>>(body.as_bytes())?;
        let events = events.into_iter().map(WebhookEvent::read).collect::<Result<_, _>>()?;
        Ok(Self { key, time_ms, events })
    }
}

/// Something that happened. Names are those that the service tells.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum WebhookEvent {
    /// The first connection subscribed to a channel.
    #[non_exhaustive]
    ChannelOccupied {
        /// The channel.
        channel: String,
    },
    /// The last connection left a channel.
    #[non_exhaustive]
    ChannelVacated {
        /// The channel.
        channel: String,
    },
    /// A user came into a presence channel.
    #[non_exhaustive]
    MemberAdded {
        /// The channel.
        channel: String,
        /// The user, as authorised; a number is read as its digits.
        user_id: String,
    },
    /// A user left a presence channel.
    #[non_exhaustive]
    MemberRemoved {
        /// The channel.
        channel: String,
        /// The user, as authorised; a number is read as its digits.
        user_id: String,
    },
    /// A client sent an event. Anybody who may subscribe to the channel could have: trust it no more.
    #[non_exhaustive]
    ClientEvent {
        /// The channel.
        channel: String,
        /// The name of the event, which begins with `client-`.
        event: String,
        /// What the client sent.
        data: ClientData,
        /// The client's connection.
        socket_id: Option<String>,
        /// The user, on a presence channel.
        user_id: Option<String>,
    },
    /// Somebody subscribed to a cache channel that holds no event.
    #[non_exhaustive]
    CacheMiss {
        /// The channel.
        channel: String,
    },
    /// The number of subscriptions of a channel changed.
    #[non_exhaustive]
    SubscriptionCount {
        /// The channel.
        channel: String,
        /// How many there are now.
        subscription_count: u64,
    },
    /// An event that this crate does not know, or a known one of another shape, with all that it came
    /// with.
    #[non_exhaustive]
    Unknown {
        /// The event's name.
        name: String,
        /// All its other members.
        members: Map<String, Value>,
    },
}

impl WebhookEvent {
    fn read(event: &RawValue) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Any {
            name: String,
            #[serde(flatten)]
            members: Map<String, Value>,
        }
        if let Some(known) = json::object(event.get().as_bytes()).ok().and_then(Flat::known) {
            return Ok(known);
        }
        let Any { name, members } = json::object(event.get().as_bytes())?;
        Ok(Self::Unknown { name, members })
    }
}

/// The data of a client event.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientData {
    /// What the client sent, decrypted if need be: a text, which usually is JSON. A value that is no
    /// text, as Sockudo passes on, is its JSON.
    Text(String),
    /// The data of an encrypted channel, as it came.
    #[non_exhaustive]
    Sealed {
        /// What the client sent.
        text: String,
        /// Why it could not be decrypted; `None` if there was no key to try.
        #[cfg(feature = "encryption")]
        reason: Option<OpenError>,
    },
}

impl ClientData {
    fn of(channel: &str, text: String) -> Self {
        if ChannelKind::of(channel) == ChannelKind::Encrypted {
            return Self::Sealed {
                text,
                #[cfg(feature = "encryption")]
                reason: None,
            };
        }
        Self::Text(text)
    }

    /// The text, unless it is sealed.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Sealed { .. } => None,
        }
    }
}

/// Shows the length only: payloads do not belong in logs.
impl fmt::Debug for ClientData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Sealed { text, .. } => write!(f, "Sealed({} bytes)", text.len()),
        }
    }
}

#[derive(Deserialize)]
struct Body<E> {
    time_ms: u64,
    #[serde(default = "Vec::new")]
    events: Vec<E>,
}

/// The members of all known events side by side: quicker to read than one after another.
#[derive(Deserialize)]
struct Flat<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    channel: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "json::optional_text")]
    user_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    socket_id: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "json::count")]
    subscription_count: Option<u64>,
}

impl Flat<'_> {
    /// `None` if there is no such event, or if it lacks a member.
    fn known(self) -> Option<WebhookEvent> {
        let Self { name, channel, user_id, event, data, socket_id, subscription_count } = self;
        let channel = channel?.into_owned();
        let user_id = user_id.map(Cow::into_owned);
        Some(match &*name {
            "channel_occupied" => WebhookEvent::ChannelOccupied { channel },
            "channel_vacated" => WebhookEvent::ChannelVacated { channel },
            "member_added" => WebhookEvent::MemberAdded { channel, user_id: user_id? },
            "member_removed" => WebhookEvent::MemberRemoved { channel, user_id: user_id? },
            "client_event" => WebhookEvent::ClientEvent {
                event: event?.into_owned(),
                data: ClientData::of(&channel, text(data?)?),
                channel,
                socket_id: socket_id.map(Cow::into_owned),
                user_id,
            },
            "cache_miss" => WebhookEvent::CacheMiss { channel },
            "subscription_count" => {
                let subscription_count = subscription_count?;
                WebhookEvent::SubscriptionCount { channel, subscription_count }
            }
            _ => return None,
        })
    }
}

/// A text as it is, any other value as JSON: Sockudo passes objects on as clients sent them.
fn text(data: &RawValue) -> Option<String> {
    let is_text = data.get().starts_with('"');
    if is_text { serde_json::from_str(data.get()).ok() } else { Some(data.get().to_owned()) }
}

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
