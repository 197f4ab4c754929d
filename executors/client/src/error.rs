//! What a call can end in beside an answer. This file sorts by whose fault it was; it does not
//! decide what to do about it.

use std::{convert::Infallible, env::VarError, error::Error, fmt, io, time::Duration};

use pusher_core::{ApiErrorKind, BuildError, InvalidUrl, ResponseError, http::StatusCode};

/// What an executor's error has to tell, beside being an error.
///
/// Implemented for [`io::Error`] and [`Infallible`]; [`Other`] wraps any other error.
pub trait ExecuteError: Error + Send + Sync + 'static {
    /// What failed.
    fn kind(&self) -> ErrorKind;

    /// `false` only if the origin surely cannot have seen the request, so that sending it again
    /// cannot do a thing twice.
    fn maybe_sent(&self) -> bool;
}

/// What failed on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No connection: the name was not found, the peer refused or could not be reached.
    Connect,
    /// Nothing, or not all of it, came in time.
    Timeout,
    /// No secure connection: the certificate or the handshake was refused.
    Tls,
    /// The proxy could not be reached, or refused.
    Proxy,
    /// The response was cut short, or larger than allowed.
    Body,
    /// Anything else.
    Other,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "could not connect",
            Self::Timeout => "timed out",
            Self::Tls => "no secure connection",
            Self::Proxy => "the proxy failed",
            Self::Body => "the response is incomplete or too large",
            Self::Other => "the exchange failed",
        })
    }
}

/// For executors that cannot fail.
impl ExecuteError for Infallible {
    fn kind(&self) -> ErrorKind {
        match *self {}
    }

    fn maybe_sent(&self) -> bool {
        match *self {}
    }
}

impl ExecuteError for io::Error {
    fn kind(&self) -> ErrorKind {
        match self.kind() {
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable => ErrorKind::Connect,
            io::ErrorKind::TimedOut => ErrorKind::Timeout,
            io::ErrorKind::UnexpectedEof => ErrorKind::Body,
            _ => ErrorKind::Other,
        }
    }

    /// Refused means that nobody listens; a route can fail in the middle.
    fn maybe_sent(&self) -> bool {
        self.kind() != io::ErrorKind::ConnectionRefused
    }
}

/// Any error as the error of an executor: of kind [`Other`](ErrorKind::Other), and possibly sent,
/// which is the safe answer of those who do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other<E>(pub E);

impl<E: fmt::Display> fmt::Display for Other<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: Error + 'static> Error for Other<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl<E: Error + Send + Sync + 'static> ExecuteError for Other<E> {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }

    fn maybe_sent(&self) -> bool {
        true
    }
}

/// The wire failed: no complete response came. Whichever executor it was; its own error is the
/// [`source`](Error::source), and can be downcast.
#[derive(Debug)]
pub struct ExecutorError {
    kind: ErrorKind,
    maybe_sent: bool,
    source: Box<dyn Error + Send + Sync>,
}

impl ExecutorError {
    /// What failed.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// `false` only if the origin surely did not see the request.
    pub fn maybe_sent(&self) -> bool {
        self.maybe_sent
    }

    /// Whether time ran out, while connecting or later.
    pub fn is_timeout(&self) -> bool {
        self.kind == ErrorKind::Timeout
    }

    /// Whether no connection came about.
    pub fn is_connect(&self) -> bool {
        self.kind == ErrorKind::Connect
    }

    /// Whether the same request may be prepared and sent again without happening twice.
    pub fn is_retryable(&self) -> bool {
        !self.maybe_sent
    }
}

impl<E: ExecuteError> From<E> for ExecutorError {
    fn from(error: E) -> Self {
        let (kind, maybe_sent) = (ExecuteError::kind(&error), error.maybe_sent());
        Self { kind, maybe_sent, source: error.into() }
    }
}

impl fmt::Display for ExecutorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Error for ExecutorError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

/// Why a call did not succeed.
///
/// ```
/// use pusher_client::{App, CallError, Retry, blocking, blocking_fn};
///
/// let refused = blocking_fn(|_request| Err(std::io::Error::from(std::io::ErrorKind::ConnectionRefused)));
/// let pusher = blocking::Client::new(App::from_url("https://K:S@localhost/apps/1")?, refused)
///     .retry(Retry::never());
///
/// let error = pusher.trigger("orders", "paid", &7).unwrap_err();
/// assert!(error.is_connect() && error.is_retryable() && error.status().is_none());
///
/// let error = pusher.trigger("no spaces", "paid", &7).unwrap_err();
/// assert!(matches!(error, CallError::Build(_)));
/// # Ok::<(), pusher_client::InvalidUrl>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum CallError {
    /// The call is impossible; nothing was sent.
    Build(BuildError),
    /// The wire failed.
    #[non_exhaustive]
    Execute {
        /// How the last attempt failed.
        error: ExecutorError,
        /// How many attempts there were.
        attempts: u32,
    },
    /// The server refused, or its answer makes no sense.
    #[non_exhaustive]
    Response {
        /// What the server said in the end.
        error: ResponseError,
        /// How many attempts there were.
        attempts: u32,
        /// After a 401: what this client signed.
        signed: Option<Box<Signed>>,
    },
}

/// What a client signed that a server does not accept.
///
/// ```
/// use pusher_client::{App, blocking, blocking_fn, http};
///
/// let refuses = blocking_fn(|_request| {
///     let answer = http::Response::builder().status(401).body("Invalid signature".into());
///     Ok::<_, std::io::Error>(answer.unwrap())
/// });
/// let pusher = blocking::Client::new(App::from_url("https://K:S@localhost/apps/1")?, refuses);
/// let error = pusher.trigger("orders", "paid", &7).unwrap_err();
/// let signed = error.signed().unwrap();
/// assert!(signed.string_to_sign.starts_with("POST\n/apps/1/events\nauth_key=K&auth_timestamp="));
/// # Ok::<(), pusher_client::InvalidUrl>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signed {
    /// The text that was signed; no secret in it. Servers that follow the reference quote in their words
    /// the text that they expected: the first difference between the two is the fault. If there is none,
    /// the secret is another one.
    pub string_to_sign: String,
    /// How many seconds the machine's clock was found to lack, if it was; correcting it did not help.
    pub clock_skew: Option<i64>,
}

impl CallError {
    /// Whether time ran out, while connecting or later.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Execute { error, .. } if error.is_timeout())
    }

    /// Whether no connection came about.
    pub fn is_connect(&self) -> bool {
        matches!(self, Self::Execute { error, .. } if error.is_connect())
    }

    /// Whether the same call may succeed later and cannot happen twice by trying: it surely did not
    /// arrive, or the server refused it for now.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Build(_) => false,
            Self::Execute { error, .. } => error.is_retryable(),
            Self::Response { error, .. } => error.is_retryable(),
        }
    }

    /// Whether the server may have carried the call out all the same.
    pub fn maybe_carried_out(&self) -> bool {
        match self {
            Self::Build(_) => false,
            Self::Execute { error, .. } => error.maybe_sent(),
            Self::Response { error: ResponseError::Api(error), .. } => {
                error.kind() == ApiErrorKind::Server && !error.is_retryable()
            }
            Self::Response { .. } => true,
        }
    }

    /// The status that the server answered with, if it answered.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Response { error, .. } => Some(error.status()),
            _ => None,
        }
    }

    /// The server's words, if it refused.
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Response { error: ResponseError::Api(error), .. } => Some(&error.message),
            _ => None,
        }
    }

    /// How long the server asks to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Response { error, .. } => error.retry_after(),
            _ => None,
        }
    }

    /// How many attempts there were.
    pub fn attempts(&self) -> u32 {
        match self {
            Self::Build(_) => 0,
            Self::Execute { attempts, .. } | Self::Response { attempts, .. } => *attempts,
        }
    }

    /// After a 401: what this client signed.
    pub fn signed(&self) -> Option<&Signed> {
        match self {
            Self::Response { signed, .. } => signed.as_deref(),
            _ => None,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Build(error) => error.fmt(f),
            Self::Execute { error, .. } => error.fmt(f),
            Self::Response { error, signed, .. } => {
                error.fmt(f)?;
                let Some(Signed { string_to_sign, clock_skew }) = signed.as_deref() else {
                    return Ok(());
                };
                write!(f, "; this client signed {string_to_sign:?}")?;
                match clock_skew {
                    Some(seconds) => write!(f, " with its clock corrected by {seconds} s"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl Error for CallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Build(error) => error.source(),
            Self::Execute { error, .. } => error.source(),
            Self::Response { error, .. } => error.source(),
        }
    }
}

impl From<BuildError> for CallError {
    fn from(error: BuildError) -> Self {
        Self::Build(error)
    }
}

/// Why not all events of a list were published. They are sent in order, in requests of up to ten, and
/// the first request that fails is the last one that is sent.
///
/// ```
/// use pusher_client::{App, Data, Trigger, blocking, blocking_fn, http};
///
/// # fn publish() -> Result<(), Box<dyn std::error::Error>> {
/// // Takes ten events, and then no more.
/// let requests = std::sync::atomic::AtomicUsize::new(0);
/// let executor = blocking_fn(move |_request| {
///     let first = requests.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
///     let answer = http::Response::builder().status(if first { 200 } else { 403 });
///     Ok::<_, std::io::Error>(answer.body("{}".into()).unwrap())
/// });
/// let pusher = blocking::Client::new(App::from_url("https://K:S@localhost/apps/1")?, executor);
///
/// let events = vec![Trigger::new("orders".parse()?, "paid".parse()?, Data::text("7")); 25];
/// let error = pusher.trigger_batch(events.clone()).unwrap_err();
/// assert_eq!((error.accepted, error.unknown), (10, 0));
/// let again = &events[error.accepted..];                // to be published later
/// # assert_eq!(again.len(), 15);
/// # Ok(())
/// # }
/// # publish().unwrap();
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct BatchError {
    /// How many events, from the first on, the server accepted.
    pub accepted: usize,
    /// How many events after them it may have accepted. All that follow it has not.
    pub unknown: usize,
    /// What went wrong.
    pub reason: CallError,
}

impl BatchError {
    pub(crate) fn new(accepted: usize, unknown: usize, reason: impl Into<CallError>) -> Self {
        Self { accepted, unknown, reason: reason.into() }
    }
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accepted, unknown, reason } = self;
        write!(f, "{accepted} events were accepted, {unknown} more may have been: {reason}")
    }
}

impl Error for BatchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.reason.source()
    }
}

/// Why the environment does not describe an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// `PUSHER_URL` is not set.
    Missing,
    /// `PUSHER_URL` is not Unicode.
    NotUnicode,
    /// `PUSHER_URL` is not the URL of an app.
    Invalid(InvalidUrl),
}

impl From<VarError> for ConfigError {
    fn from(error: VarError) -> Self {
        match error {
            VarError::NotPresent => Self::Missing,
            VarError::NotUnicode(_) => Self::NotUnicode,
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str(
                "PUSHER_URL is not set; it reads SCHEME://KEY:SECRET@HOST[:PORT]/apps/APP_ID",
            ),
            Self::NotUnicode => f.write_str("PUSHER_URL is not Unicode"),
            Self::Invalid(reason) => write!(f, "PUSHER_URL is invalid: {reason}"),
        }
    }
}

impl Error for ConfigError {}
