//! What reqwest's errors mean for a signed request: what failed, and whether the origin may have
//! seen it.

use std::{error, fmt, io, iter::successors};

use pusher_client::{ErrorKind, ExecuteError};

/// Why reqwest brought no complete response, or no client could be built.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The client could not be built, or no complete response came. Without the URL.
    Exchange(reqwest::Error),
    /// The proxy could not be reached, or refused the tunnel.
    Proxy(reqwest::Error),
    /// The proxy answered 407.
    ProxyAuthentication,
    /// The body is larger than the limit.
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The call was made off tokio.
    NoRuntime,
    /// TLS could not be set up.
    Tls(Box<dyn error::Error + Send + Sync>),
    /// The settings hold no certificate in PEM where they should.
    NoCertificate,
    /// Without the feature `rustls`, and the process has installed no provider of rustls.
    NoProvider,
}

impl Error {
    /// With a proxy, there is nothing else to connect to.
    pub(crate) fn by_way_of_proxy(self, proxied: bool) -> Self {
        match self {
            Self::Exchange(error) if proxied && kind(&error) == ErrorKind::Connect => {
                Self::Proxy(error)
            }
            other => other,
        }
    }
}

#[cfg(feature = "rustls-no-provider")]
impl From<pusher_rustls::Error> for Error {
    fn from(error: pusher_rustls::Error) -> Self {
        match error {
            pusher_rustls::Error::NoCertificate => Self::NoCertificate,
            pusher_rustls::Error::NoProvider => Self::NoProvider,
            other => Self::Tls(other.into()),
        }
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        // The URL is signed: whoever reads it can send the call again.
        let error = error.without_url();
        match kind(&error) {
            ErrorKind::Proxy => Self::Proxy(error),
            _ => Self::Exchange(error),
        }
    }
}

fn kind(error: &reqwest::Error) -> ErrorKind {
    if error.is_timeout() {
        ErrorKind::Timeout
    } else if causes(error).any(is_tls) {
        ErrorKind::Tls
    } else if error.is_connect() {
        // hyper-util exports no type to ask for.
        let tunnel = causes(error).any(|cause| cause.to_string().starts_with("tunnel error"));
        if tunnel { ErrorKind::Proxy } else { ErrorKind::Connect }
    } else if error.is_body() || error.is_decode() {
        ErrorKind::Body
    } else {
        ErrorKind::Other
    }
}

/// What is beneath an error. An `io::Error` does not name what it wraps as its source, but only the
/// source of that.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn error::Error + 'static)> {
    successors(error::Error::source(error), |cause| {
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        }
    })
}

fn is_tls(cause: &(dyn error::Error + 'static)) -> bool {
    #[cfg(feature = "rustls-no-provider")]
    if cause.is::<pusher_rustls::rustls::Error>() {
        return true;
    }
    #[cfg(feature = "native-tls")]
    if cause.is::<native_tls::Error>() {
        return true;
    }
    let _ = cause;
    false
}

impl ExecuteError for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Exchange(error) => kind(error),
            Self::Proxy(_) | Self::ProxyAuthentication => ErrorKind::Proxy,
            Self::TooLarge { .. } => ErrorKind::Body,
            Self::NoRuntime => ErrorKind::Other,
            Self::Tls(_) | Self::NoCertificate | Self::NoProvider => ErrorKind::Tls,
        }
    }

    fn maybe_sent(&self) -> bool {
        match self {
            Self::Exchange(error) => !error.is_connect() && !error.is_builder(),
            Self::TooLarge { .. } => true,
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchange(error) | Self::Proxy(error) => error.fmt(f),
            Self::ProxyAuthentication => f.write_str("the proxy wants other credentials"),
            Self::TooLarge { limit } => write!(f, "the response is larger than {limit} bytes"),
            Self::NoRuntime => f.write_str(
                "not on tokio: reqwest needs its runtime, with I/O and time enabled, around the call",
            ),
            Self::Tls(_) => f.write_str("TLS could not be set up"),
            Self::NoCertificate => {
                f.write_str("the certificate authority holds no certificate in PEM")
            }
            Self::NoProvider => f.write_str(
                "rustls has no provider: turn on the feature `rustls`, or install one for the process",
            ),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Exchange(error) | Self::Proxy(error) => error.source(),
            Self::Tls(error) => Some(&**error),
            _ => None,
        }
    }
}
