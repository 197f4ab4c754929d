//! What hyper's errors mean for a signed request: what failed, and whether the origin may have seen
//! it.

use std::{error, fmt, time::Duration};

use http_body_util::LengthLimitError;
use hyper_util::client::legacy;
use pusher_client::{ErrorKind, ExecuteError};

use crate::{connect::Failure, runtime::NoRuntime};

/// Why hyper brought no complete response, or no client could be built.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No response came.
    Exchange(legacy::Error),
    /// The call took longer than [`Transport::total_timeout`](pusher_client::Transport).
    Timeout {
        /// The limit.
        after: Duration,
    },
    /// The proxy answered 407.
    ProxyAuthentication,
    /// A response came, but its body was cut short.
    Body(Box<dyn error::Error + Send + Sync>),
    /// The body is larger than the limit.
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The call was made outside the runtime.
    NoRuntime(NoRuntime),
    /// TLS could not be set up.
    Tls(pusher_rustls::Error),
}

impl Error {
    pub(crate) fn in_body(error: Box<dyn error::Error + Send + Sync>, limit: usize) -> Self {
        if error.is::<LengthLimitError>() { Self::TooLarge { limit } } else { Self::Body(error) }
    }
}

impl From<legacy::Error> for Error {
    fn from(error: legacy::Error) -> Self {
        Self::Exchange(error)
    }
}

impl From<pusher_rustls::Error> for Error {
    fn from(error: pusher_rustls::Error) -> Self {
        Self::Tls(error)
    }
}

impl From<NoRuntime> for Error {
    fn from(error: NoRuntime) -> Self {
        Self::NoRuntime(error)
    }
}

impl ExecuteError for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Exchange(error) => match source::<Failure>(error) {
                Some(failure) => failure.kind,
                None => ErrorKind::Other,
            },
            Self::Timeout { .. } => ErrorKind::Timeout,
            Self::ProxyAuthentication => ErrorKind::Proxy,
            Self::Body(_) | Self::TooLarge { .. } => ErrorKind::Body,
            Self::Tls(_) => ErrorKind::Tls,
            Self::NoRuntime(_) => ErrorKind::Other,
        }
    }

    fn maybe_sent(&self) -> bool {
        match self {
            Self::Exchange(error) => {
                // Canceled: its connection closed before hyper wrote the first byte of it.
                let canceled = source::<hyper::Error>(error).is_some_and(hyper::Error::is_canceled);
                !error.is_connect() && !canceled
            }
            Self::Timeout { .. } | Self::Body(_) | Self::TooLarge { .. } => true,
            Self::ProxyAuthentication | Self::NoRuntime(_) | Self::Tls(_) => false,
        }
    }
}

fn source<T: error::Error + 'static>(error: &legacy::Error) -> Option<&T> {
    error::Error::source(error)?.downcast_ref()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchange(error) => error.fmt(f),
            Self::Timeout { after } => write!(f, "no complete response within {after:?}"),
            Self::ProxyAuthentication => f.write_str("the proxy wants other credentials"),
            Self::Body(_) => f.write_str("the response was cut short"),
            Self::TooLarge { limit } => write!(f, "the response is larger than {limit} bytes"),
            Self::NoRuntime(error) => error.fmt(f),
            Self::Tls(error) => error.fmt(f),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Exchange(error) => error.source(),
            Self::Body(error) => Some(&**error),
            Self::Tls(error) => error.source(),
            _ => None,
        }
    }
}
