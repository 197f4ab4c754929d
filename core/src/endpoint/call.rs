//! Calls as data: what a job queue can carry. A signed request is stale after 600 seconds, a call is
//! not; whoever takes it from the queue prepares it then.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IgnoredAny},
};

use super::{Draft, Endpoint, SendToUser, TerminateUser, Trigger, TriggerBatch};
use crate::{BuildError, DecodeError, Limits};

/// The version of the JSON form that this crate writes.
const VERSION: u64 = 1;

/// One of the calls that change something: all that is worth queueing.
///
/// Its JSON form has a version, and what is read is validated as if it were built anew. It holds no
/// secret; data that is not sealed stands in it in clear.
///
/// ```
/// use pusher_core::{App, Call, Credentials, Data, InvalidCall, Timestamp, Trigger};
///
/// let event = Trigger::new("orders".parse()?, "paid".parse()?, Data::text("7"));
/// let job = Call::from(event).to_json();
/// assert_eq!(
///     job,
///     r#"{"version":1,"call":{"trigger":{"channels":["orders"],"name":"paid","data":"7"}}}"#,
/// );
///
/// // Later, in the worker:
/// let app = App::new(Credentials { app_id: "3", key: "key", secret: "secret" })?;
/// let prepared = app.prepare(&Call::from_json(&job)?, Timestamp::from_unix(1_353_088_179))?;
/// assert_eq!(prepared.request.uri().path(), "/apps/3/events");
///
/// let newer = Call::from_json(r#"{"version":2,"call":"unheard of"}"#);
/// assert!(matches!(newer, Err(InvalidCall::Version { found: 2 })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// An event.
    Trigger(Trigger),
    /// Several events.
    TriggerBatch(TriggerBatch),
    /// An event for a user.
    SendToUser(SendToUser),
    /// The end of a user's connections.
    TerminateUser(TerminateUser),
}

impl Call {
    /// The call as JSON, on one line.
    pub fn to_json(&self) -> String {
        #[expect(clippy::expect_used, reason = "names, texts and lists have a JSON form")]
        serde_json::to_string(self).expect("a call has a JSON form")
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    ///
    /// [`InvalidCall::Version`] if a newer version of this crate wrote it: keep the job for a worker
    /// that knows it. [`InvalidCall::Malformed`] says what else is wrong.
    pub fn from_json(json: &str) -> Result<Self, InvalidCall> {
        #[derive(Deserialize)]
        struct Head {
            version: u64,
        }
        let Head { version } = serde_json::from_str(json)?;
        if version != VERSION {
            return Err(InvalidCall::Version { found: version });
        }
        Ok(serde_json::from_str(json)?)
    }
}

/// The kinds as they are named in JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind<'a> {
    Trigger(Cow<'a, Trigger>),
    TriggerBatch(Cow<'a, TriggerBatch>),
    SendToUser(Cow<'a, SendToUser>),
    TerminateUser(Cow<'a, TerminateUser>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored<'a> {
    version: u64,
    call: Kind<'a>,
}

impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let call = match self {
            Self::Trigger(call) => Kind::Trigger(Cow::Borrowed(call)),
            Self::TriggerBatch(call) => Kind::TriggerBatch(Cow::Borrowed(call)),
            Self::SendToUser(call) => Kind::SendToUser(Cow::Borrowed(call)),
            Self::TerminateUser(call) => Kind::TerminateUser(Cow::Borrowed(call)),
        };
        Stored { version: VERSION, call }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Call {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Stored { version, call } = Stored::deserialize(deserializer)?;
        if version != VERSION {
            return Err(D::Error::custom(InvalidCall::Version { found: version }));
        }
        Ok(match call {
            Kind::Trigger(call) => Self::Trigger(call.into_owned()),
            Kind::TriggerBatch(call) => Self::TriggerBatch(call.into_owned()),
            Kind::SendToUser(call) => Self::SendToUser(call.into_owned()),
            Kind::TerminateUser(call) => Self::TerminateUser(call.into_owned()),
        })
    }
}

macro_rules! call_from {
    ($($kind:ident),*) => {$(
        impl From<$kind> for Call {
            fn from(call: $kind) -> Self {
                Self::$kind(call)
            }
        }
    )*};
}
call_from!(Trigger, TriggerBatch, SendToUser, TerminateUser);

/// The answer is not read: whoever queues a call is gone when it comes.
impl Endpoint for Call {
    type Response = ();
    const NAME: &'static str = "call";

    fn draft<'a>(&'a self, limits: &Limits) -> Result<Draft<'a>, BuildError> {
        match self {
            Self::Trigger(call) => call.draft(limits),
            Self::TriggerBatch(call) => call.draft(limits),
            Self::SendToUser(call) => call.draft(limits),
            Self::TerminateUser(call) => call.draft(limits),
        }
    }

    fn channel_count(&self) -> Option<usize> {
        match self {
            Self::Trigger(call) => call.channel_count(),
            Self::TriggerBatch(call) => call.channel_count(),
            Self::SendToUser(call) => call.channel_count(),
            Self::TerminateUser(call) => call.channel_count(),
        }
    }

    fn decode(body: &[u8]) -> Result<(), DecodeError> {
        let _answer: IgnoredAny = serde_json::from_slice(body)?;
        Ok(())
    }
}

/// Why a text is not a [`Call`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidCall {
    /// The version is unknown.
    Version {
        /// Which one it is.
        found: u64,
    },
    /// It is not the JSON of a call, or one of its parts is invalid.
    Malformed(DecodeError),
}

impl From<serde_json::Error> for InvalidCall {
    fn from(reason: serde_json::Error) -> Self {
        Self::Malformed(reason.into())
    }
}

impl fmt::Display for InvalidCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { found } => {
                write!(f, "the call has version {found}; known is version {VERSION}")
            }
            Self::Malformed(_) => f.write_str("the text is not a call as JSON"),
        }
    }
}

impl std::error::Error for InvalidCall {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Malformed(reason) => Some(reason),
            Self::Version { .. } => None,
        }
    }
}
