//! What can go wrong, sorted by whose fault it was: ours before sending, or the server's after. No
//! message here holds a secret or a signature, even where the server's words quote one.

use std::{error::Error, fmt, time::Duration};

use http::{HeaderMap, StatusCode, header};

#[cfg(feature = "encryption")]
use crate::NotEncryptedChannel;
use crate::{
    Attribute, AuthError, ChannelName, InvalidBatch, InvalidChannelName, InvalidChannelNames,
    InvalidChannelPrefix, InvalidEventName, InvalidSocketId, InvalidUserId, LimitExceeded,
    Timestamp,
};

/// The call is impossible as it stands; nothing was sent, and trying again does not help.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// A channel's name is invalid.
    ChannelName(InvalidChannelName),
    /// A list of channels is invalid.
    ChannelNames(InvalidChannelNames),
    /// A prefix of channel names is invalid.
    ChannelPrefix(InvalidChannelPrefix),
    /// An event's name is invalid.
    EventName(InvalidEventName),
    /// A `socket_id` is invalid.
    SocketId(InvalidSocketId),
    /// A user's id is invalid.
    UserId(InvalidUserId),
    /// A list of events is not a batch.
    Batch(InvalidBatch),
    /// The value has no JSON form.
    Data(serde_json::Error),
    /// The call holds more than the [`Limits`](crate::Limits) allow.
    LimitExceeded(LimitExceeded),
    /// One event of a batch is impossible.
    BatchEvent {
        /// Its place in the batch, from 0.
        index: usize,
        /// What is wrong with it.
        reason: Box<BuildError>,
    },
    /// An event for an encrypted channel stands beside other channels: each such channel has a
    /// key of its own, so it takes a call of its own.
    EncryptedFanout,
    /// An event for an encrypted channel is not encrypted.
    PlaintextOnEncryptedChannel,
    /// The data was encrypted for another channel, whose subscribers alone can read it.
    SealedForAnotherChannel {
        /// The channel that it was encrypted for.
        channel: ChannelName,
    },
    /// The channel is not encrypted, so nothing is sealed for it.
    #[cfg(feature = "encryption")]
    NotEncryptedChannel(NotEncryptedChannel),
    /// The app has no master key to encrypt with.
    #[cfg(feature = "encryption")]
    MissingMasterKey,
    /// An attribute that these channels do not have; the server would refuse to tell it.
    Attribute {
        /// What was asked for.
        attribute: Attribute,
        /// Which channels have it.
        wants: &'static str,
    },
    /// A subscription or a sign-in cannot be authorised.
    Auth(AuthError),
    /// Only a presence channel knows its users.
    NotPresenceChannel {
        /// The channel.
        channel: ChannelName,
    },
    /// A parameter has a key that the signature uses itself: `auth_*` or `body_md5`.
    ReservedKey {
        /// The key.
        key: String,
    },
    /// A parameter has an empty key, or the key of another one. Only keys that end in `[]` repeat.
    RepeatedKey {
        /// The key.
        key: String,
    },
    /// A path of a generic call does not begin with `/`, or brings the `/apps/{app_id}` that is
    /// added to it.
    Path {
        /// The path.
        path: String,
    },
    /// A path segment that HTTP clients or servers would rewrite, which breaks the signature.
    Unaddressable {
        /// The segment.
        segment: String,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChannelName(reason) => reason.fmt(f),
            Self::ChannelNames(reason) => reason.fmt(f),
            Self::ChannelPrefix(reason) => reason.fmt(f),
            Self::EventName(reason) => reason.fmt(f),
            Self::SocketId(reason) => reason.fmt(f),
            Self::UserId(reason) => reason.fmt(f),
            Self::Batch(reason) => reason.fmt(f),
            Self::LimitExceeded(reason) => reason.fmt(f),
            Self::Auth(reason) => reason.fmt(f),
            #[cfg(feature = "encryption")]
            Self::NotEncryptedChannel(reason) => reason.fmt(f),
            Self::Data(_) => f.write_str("the data cannot be written as JSON"),
            Self::BatchEvent { index, .. } => {
                write!(f, "the event at index {index} of the batch is impossible")
            }
            Self::EncryptedFanout => f.write_str(
                "an event for an encrypted channel cannot go to multiple channels; trigger it on each encrypted channel alone",
            ),
            Self::PlaintextOnEncryptedChannel => f.write_str(
                "the data for a private-encrypted- channel is not encrypted",
            ),
            Self::SealedForAnotherChannel { channel } => {
                write!(f, "the data was encrypted for {channel}, and nobody else can read it")
            }
            #[cfg(feature = "encryption")]
            Self::MissingMasterKey => f.write_str(
                "there is no master key to encrypt with; the app is given one by App::master_keys",
            ),
            Self::Attribute { attribute, wants } => {
                write!(f, "{} is an attribute of {wants}", attribute.as_str())
            }
            Self::NotPresenceChannel { channel } => write!(
                f,
                "{channel} is not a presence channel; only a channel whose name begins with presence- knows its users"
            ),
            Self::ReservedKey { key } => {
                write!(f, "the parameter {key:?} is reserved for the signature")
            }
            Self::RepeatedKey { key } => {
                write!(f, "the parameter {key:?} is given twice; only keys that end in [] repeat")
            }
            Self::Path { path } => write!(
                f,
                "the path {path:?} does not read like /channels: it begins with / and comes without /apps/APP_ID, which is added"
            ),
            Self::Unaddressable { segment } => write!(
                f,
                "{segment:?} cannot stand in a path; a segment is made of A-Z a-z 0-9 - . _ ~ = @ , ; and is not empty, \".\" or \"..\""
            ),
        }
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::ChannelNames(reason) => reason.source(),
            Self::Data(reason) => Some(reason),
            Self::BatchEvent { reason, .. } => Some(reason),
            _ => None,
        }
    }
}

macro_rules! build_error_from {
    ($($(#[$cfg:meta])? $variant:ident($reason:ty)),*) => {$(
        $(#[$cfg])?
        impl From<$reason> for BuildError {
            fn from(reason: $reason) -> Self {
                Self::$variant(reason)
            }
        }
    )*};
}
build_error_from!(
    ChannelName(InvalidChannelName),
    ChannelNames(InvalidChannelNames),
    ChannelPrefix(InvalidChannelPrefix),
    EventName(InvalidEventName),
    SocketId(InvalidSocketId),
    UserId(InvalidUserId),
    Batch(InvalidBatch),
    LimitExceeded(LimitExceeded),
    Auth(AuthError),
    #[cfg(feature = "encryption")]
    NotEncryptedChannel(NotEncryptedChannel)
);

/// What is wrong with an answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum ResponseError {
    /// The server refused the call.
    Api(ApiError),
    /// The server agreed, but its words are not what the call promises.
    Malformed(Malformed),
}

impl ResponseError {
    /// The status that the server answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Api(error) => error.status,
            Self::Malformed(error) => error.status,
        }
    }

    /// How long the server asks to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Api(error) => error.retry_after,
            Self::Malformed(_) => None,
        }
    }

    /// Whether the call was surely not carried out and the same call may succeed later: see
    /// [`ApiError::is_retryable`]. Never for a malformed answer, since that call was accepted.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => error.is_retryable(),
            Self::Malformed(_) => false,
        }
    }
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(f),
            Self::Malformed(error) => error.fmt(f),
        }
    }
}

impl Error for ResponseError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Api(error) => error.source(),
            Self::Malformed(error) => error.source(),
        }
    }
}

impl From<ApiError> for ResponseError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<Malformed> for ResponseError {
    fn from(error: Malformed) -> Self {
        Self::Malformed(error)
    }
}

/// The server refused the call: any status but 2xx.
///
/// ```
/// use std::time::Duration;
///
/// use pusher_core::{ApiErrorKind, Expects, ResponseError, Trigger};
///
/// let response = http::Response::builder()
///     .status(429)
///     .header("retry-after", "3")
///     .body(r#"{"error":"slow down","code":"rate_limited"}"#)?;
/// let Err(ResponseError::Api(error)) = Expects::<Trigger>::new().parse(&response) else {
///     panic!("429 is a refusal")
/// };
/// assert_eq!(error.kind(), ApiErrorKind::RateLimited);
/// assert_eq!(error.retry_after, Some(Duration::from_secs(3)));
/// assert_eq!(error.to_string(), "the server answered 429 Too Many Requests: slow down");
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// The status of the answer.
    pub status: StatusCode,
    /// The server's words: the `error` or `message` of a JSON body, otherwise the body's text. On
    /// one line, at most 1,024 characters, signatures replaced by `[redacted]`.
    pub message: String,
    /// The answer's `Retry-After`: as seconds, or as a date that is compared to the answer's own
    /// `Date`.
    pub retry_after: Option<Duration>,
}

/// What a refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// 400 or 422: the server does not understand or does not allow the call.
    BadRequest,
    /// 401: key, secret, clock or a rewritten request.
    Unauthorized,
    /// 403: the app is disabled or over its quota of messages.
    Forbidden,
    /// 404: no such app, or no such call on this server.
    NotFound,
    /// 407: a proxy on the way wants other credentials.
    ProxyAuthentication,
    /// 413: more data than the server takes.
    TooLarge,
    /// 429: too many calls.
    RateLimited,
    /// 5xx: the server failed, and may have carried out the call.
    Server,
    /// Any other status; a redirect, for example, is never followed.
    Other,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        Self { status, message: words(body), retry_after: retry_after(headers) }
    }

    /// What the status means.
    pub fn kind(&self) -> ApiErrorKind {
        match self.status.as_u16() {
            400 | 422 => ApiErrorKind::BadRequest,
            401 => ApiErrorKind::Unauthorized,
            403 => ApiErrorKind::Forbidden,
            404 => ApiErrorKind::NotFound,
            407 => ApiErrorKind::ProxyAuthentication,
            413 => ApiErrorKind::TooLarge,
            429 => ApiErrorKind::RateLimited,
            500..=599 => ApiErrorKind::Server,
            _ => ApiErrorKind::Other,
        }
    }

    /// Whether the call was surely not carried out and the same call may succeed later: 429, or
    /// 503 with a `Retry-After`. Another 5xx may have published the event already.
    pub fn is_retryable(&self) -> bool {
        let asked_to_come_back =
            self.status == StatusCode::SERVICE_UNAVAILABLE && self.retry_after.is_some();
        self.kind() == ApiErrorKind::RateLimited || asked_to_come_back
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered {}", self.status)?;
        if self.message.is_empty() { Ok(()) } else { write!(f, ": {}", self.message) }
    }
}

impl Error for ApiError {}

/// The server agreed, but its body is not what the call promises. The call was carried out.
///
/// ```
/// use pusher_core::{Expects, Trigger};
///
/// let error = Expects::<Trigger>::new().parse(&http::Response::new("FISH")).unwrap_err();
/// assert!(error.to_string().contains("FISH"));
/// assert!(!error.is_retryable(), "the event was published");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Malformed {
    /// The status of the answer, a 2xx.
    pub status: StatusCode,
    /// The beginning of the body, as in [`ApiError::message`].
    pub excerpt: String,
    source: DecodeError,
}

impl Malformed {
    pub(crate) fn new(status: StatusCode, body: &[u8], source: DecodeError) -> Self {
        Self { status, excerpt: one_line(&String::from_utf8_lossy(body)), source }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, excerpt, .. } = self;
        write!(f, "the server answered {status}, but not what the call promises: {excerpt:?}")
    }
}

impl Error for Malformed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// Why JSON is not what was promised; made from a [`serde_json::Error`] by `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError(Box<str>);

/// The message may quote the JSON, and so what the JSON quotes: no signature is kept.
impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        Self(one_line(&error.to_string()).into())
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for DecodeError {}

/// pusher.com and some others answer in plain text, Soketi, Reverb and Sockudo in JSON.
fn words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let json: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let said = json.as_ref().and_then(|json| {
        let member = |name| json.get(name).and_then(serde_json::Value::as_str);
        member("error").or_else(|| member("message"))
    });
    one_line(said.unwrap_or(&text))
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let field = |name| headers.get(name)?.to_str().ok();
    let wanted = field(header::RETRY_AFTER)?.trim();
    if wanted.bytes().all(|byte| byte.is_ascii_digit()) {
        return wanted.parse().ok().map(Duration::from_secs);
    }
    let until = Timestamp::from_http_date(wanted)?;
    let now = Timestamp::from_http_date(field(header::DATE)?)?;
    Some(Duration::from_secs(until.as_unix().saturating_sub(now.as_unix())))
}

/// The words of others, fit for a log: on one line, of bounded length, without signatures.
fn one_line(text: &str) -> String {
    const MAX_CHARACTERS: usize = 1_024;
    const SIGNATURE_LENGTH: usize = 64;

    let mut line = String::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        if line.chars().count() >= MAX_CHARACTERS {
            line.push('…');
            break;
        }
        let hex = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        let (run, remainder) = rest.split_at(hex.max(first.len_utf8()));
        if hex >= SIGNATURE_LENGTH {
            line.push_str("[redacted]");
        } else {
            line.extend(run.chars().map(|char| if char.is_control() { ' ' } else { char }));
        }
        rest = remainder;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::{one_line, retry_after};

    #[test]
    fn the_words_of_others_are_made_harmless() {
        let signature = "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";
        for (text, expected) in [
            ("  plain\n".to_owned(), "plain".to_owned()),
            ("a\r\nb\0c\u{1b}[31m".to_owned(), "a  b c [31m".to_owned()),
            (format!("sent \"{signature}\"!"), "sent \"[redacted]\"!".to_owned()),
            (format!("{}{signature}", signature.to_uppercase()), "[redacted]".to_owned()),
            (signature[1..].to_owned(), signature[1..].to_owned()),
            ("é".repeat(2_000), "é".repeat(1_024) + "…"),
        ] {
            assert_eq!(one_line(&text), expected);
        }
    }

    #[test]
    fn retry_after_as_seconds_and_as_a_date() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        for (wanted, date, expected) in [
            (Some("3"), None, Some(3)),
            (Some(" 120 "), None, Some(120)),
            (Some("Sun, 06 Nov 1994 08:50:07 GMT"), Some(date), Some(30)),
            (Some("Sun, 06 Nov 1994 08:00:00 GMT"), Some(date), Some(0)),
            (Some("Sun, 06 Nov 1994 08:50:07 GMT"), None, None),
            (Some("-1"), None, None),
            (Some("soon"), Some(date), None),
            (Some(""), None, None),
            (Some("99999999999999999999999"), None, None),
            (None, Some(date), None),
        ] {
            let mut headers = http::HeaderMap::new();
            for (name, value) in [("retry-after", wanted), ("date", date)] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            let seconds = retry_after(&headers).map(|wait| wait.as_secs());
            assert_eq!(seconds, expected, "{wanted:?} {date:?}");
        }
    }
}
