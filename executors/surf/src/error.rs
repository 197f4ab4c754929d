//! What surf's errors, and isahc's beneath them, mean for a signed request: what failed, and whether
//! the origin may have seen it.

use std::{error, fmt, io};

use isahc09::Error as Isahc;
use pusher_client::{ErrorKind, ExecuteError};

/// Why surf brought no complete response.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The client could not be built, or the request cannot be said in surf's words.
    Setup(surf::Error),
    /// No response came.
    #[non_exhaustive]
    Exchange {
        /// What isahc 0.9, surf's curl backend, says.
        error: Isahc,
        /// Whether the sending had begun: not before there was a connection.
        begun: bool,
        /// Whether a connection could only have been one to a proxy.
        proxied: bool,
    },
    /// The proxy answered 407.
    ProxyAuthentication,
    /// No response came, by a fault of something else in the surf client, such as its middleware.
    Surf(surf::Error),
    /// surf or what is beneath it panicked.
    #[non_exhaustive]
    Panicked {
        /// Whether the sending had begun: not before there was a connection.
        begun: bool,
    },
    /// A response came, but its body was cut short.
    Body(io::Error),
    /// The body is larger than the limit.
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
}

impl Error {
    pub(crate) fn setup(error: impl fmt::Display) -> Self {
        Self::Setup(surf::Error::from_display(error))
    }

    pub(crate) fn exchange(error: surf::Error, begun: bool, proxied: bool) -> Self {
        match error.downcast() {
            Ok(error) => Self::Exchange { error, begun, proxied },
            Err(error) => Self::Surf(error),
        }
    }
}

impl ExecuteError for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Exchange { error, proxied, .. } => match error {
                Isahc::CouldntResolveProxy => ErrorKind::Proxy,
                Isahc::ConnectFailed | Isahc::CouldntResolveHost if *proxied => ErrorKind::Proxy,
                Isahc::ConnectFailed | Isahc::CouldntResolveHost => ErrorKind::Connect,
                Isahc::Timeout => ErrorKind::Timeout,
                Isahc::ResponseBodyError(_) => ErrorKind::Body,
                error if is_tls(error) => ErrorKind::Tls,
                _ => ErrorKind::Other,
            },
            Self::ProxyAuthentication => ErrorKind::Proxy,
            Self::Body(error) if error.kind() == io::ErrorKind::TimedOut => ErrorKind::Timeout,
            Self::Body(_) | Self::TooLarge { .. } => ErrorKind::Body,
            Self::Setup(_) | Self::Surf(_) | Self::Panicked { .. } => ErrorKind::Other,
        }
    }

    fn maybe_sent(&self) -> bool {
        match self {
            Self::Setup(_) | Self::ProxyAuthentication => false,
            Self::Exchange { error, begun, .. } => match error {
                Isahc::ConnectFailed | Isahc::CouldntResolveHost | Isahc::CouldntResolveProxy => {
                    false
                }
                error if is_tls(error) => false,
                // Of a body whose reading has not begun, the origin has nothing.
                _ => *begun,
            },
            Self::Panicked { begun } => *begun,
            Self::Surf(_) | Self::Body(_) | Self::TooLarge { .. } => true,
        }
    }
}

/// Whether the secure connection did not come about.
fn is_tls(error: &Isahc) -> bool {
    matches!(
        error,
        Isahc::BadClientCertificate(_)
            | Isahc::BadServerCertificate(_)
            | Isahc::SSLConnectFailed(_)
            | Isahc::SSLEngineError(_)
    )
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchange { error, .. } => error.fmt(f),
            Self::Setup(error) | Self::Surf(error) => error.fmt(f),
            Self::ProxyAuthentication => f.write_str("the proxy wants other credentials"),
            Self::Panicked { .. } => f.write_str("surf panicked"),
            Self::Body(_) => f.write_str("the response was cut short"),
            Self::TooLarge { limit } => write!(f, "the response is larger than {limit} bytes"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Exchange { error, .. } => error.source(),
            Self::Setup(error) | Self::Surf(error) => {
                AsRef::<dyn error::Error>::as_ref(error).source()
            }
            Self::Body(error) => Some(error),
            Self::ProxyAuthentication | Self::Panicked { .. } | Self::TooLarge { .. } => None,
        }
    }
}
