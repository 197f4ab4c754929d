//! What isahc's errors mean for a signed request: what failed, and whether the origin may have seen
//! it.

use std::{error, fmt, io};

use isahc::error::ErrorKind as Isahc;
use pusher_client::{ErrorKind, ExecuteError, http};

/// Why isahc brought no complete response.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The client could not be built, or no response came.
    Exchange(isahc::Error),
    /// The proxy that the settings name could not be reached, or dug no tunnel.
    Proxy(isahc::Error),
    /// The proxy answered 407.
    ProxyAuthentication,
    /// A response came, but its body was cut short.
    Body(io::Error),
    /// The body is larger than the limit.
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
}

impl Error {
    pub(crate) fn setting(error: http::uri::InvalidUri) -> Self {
        Self::Exchange(http::Error::from(error).into())
    }
}

impl From<isahc::Error> for Error {
    fn from(error: isahc::Error) -> Self {
        Self::Exchange(error)
    }
}

impl Error {
    /// With a proxy, it is the proxy that curl connects to.
    pub(crate) fn of(error: isahc::Error, proxied: bool) -> Self {
        let connecting = matches!(error.kind(), Isahc::ConnectionFailed | Isahc::NameResolution);
        if proxied && connecting && code(&error) != Some(35) {
            Self::Proxy(error)
        } else {
            Self::Exchange(error)
        }
    }
}

impl ExecuteError for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Exchange(error) => match error.kind() {
                Isahc::ConnectionFailed if code(error) == Some(35) => ErrorKind::Tls,
                Isahc::ConnectionFailed | Isahc::NameResolution => ErrorKind::Connect,
                Isahc::Timeout => ErrorKind::Timeout,
                Isahc::BadClientCertificate
                | Isahc::BadServerCertificate
                | Isahc::InvalidTlsConfiguration
                | Isahc::TlsEngine => ErrorKind::Tls,
                _ if code(error) == Some(18) => ErrorKind::Body,
                _ => ErrorKind::Other,
            },
            Self::Proxy(_) | Self::ProxyAuthentication => ErrorKind::Proxy,
            Self::Body(error) if error.kind() == io::ErrorKind::TimedOut => ErrorKind::Timeout,
            Self::Body(_) | Self::TooLarge { .. } => ErrorKind::Body,
        }
    }

    fn maybe_sent(&self) -> bool {
        match self {
            Self::Exchange(error) => match error.kind() {
                Isahc::ConnectionFailed
                | Isahc::NameResolution
                | Isahc::BadClientCertificate
                | Isahc::BadServerCertificate
                | Isahc::InvalidTlsConfiguration
                | Isahc::TlsEngine
                | Isahc::ClientInitialization
                | Isahc::InvalidRequest => false,
                // libcurl knows the peer's address once the connection stands.
                Isahc::Timeout => error.remote_addr().is_some(),
                _ => true,
            },
            Self::Proxy(_) | Self::ProxyAuthentication => false,
            Self::Body(_) | Self::TooLarge { .. } => true,
        }
    }
}

/// curl's own code, where isahc's kinds are too coarse: 35 is a failed TLS handshake, 18 a response
/// that ended too early.
fn code(error: &isahc::Error) -> Option<u32> {
    let text = error::Error::source(error)?.to_string();
    text.strip_prefix('[')?.split_once(']')?.0.parse().ok()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchange(error) => error.fmt(f),
            Self::Proxy(error) => write!(f, "through the proxy: {error}"),
            Self::ProxyAuthentication => f.write_str("the proxy wants other credentials"),
            Self::Body(_) => f.write_str("the response was cut short"),
            Self::TooLarge { limit } => write!(f, "the response is larger than {limit} bytes"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Exchange(error) | Self::Proxy(error) => error.source(),
            Self::Body(error) => Some(error),
            Self::ProxyAuthentication | Self::TooLarge { .. } => None,
        }
    }
}
