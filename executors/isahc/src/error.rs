//! What isahc's errors mean for a signed request: what failed, and whether the origin may have seen
//! it.

use std::{error, fmt, io};

use pusher_client::{ErrorKind, ExecuteError, http};

/// Why isahc brought no complete response.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The client could not be built, or no response came.
    Exchange(isahc::Error),
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

impl ExecuteError for Error {
    fn kind(&self) -> ErrorKind {
        use isahc::error::ErrorKind as Isahc;

        match self {
            Self::Exchange(error) => match error.kind() {
                Isahc::ConnectionFailed if is_handshake(error) => ErrorKind::Tls,
                Isahc::ConnectionFailed | Isahc::NameResolution => ErrorKind::Connect,
                Isahc::Timeout => ErrorKind::Timeout,
                Isahc::BadClientCertificate
                | Isahc::BadServerCertificate
                | Isahc::InvalidTlsConfiguration
                | Isahc::TlsEngine => ErrorKind::Tls,
                _ => ErrorKind::Other,
            },
            Self::Body(error) if error.kind() == io::ErrorKind::TimedOut => ErrorKind::Timeout,
            Self::Body(_) | Self::TooLarge { .. } => ErrorKind::Body,
        }
    }

    fn maybe_sent(&self) -> bool {
        use isahc::error::ErrorKind as Isahc;

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
            Self::Body(_) | Self::TooLarge { .. } => true,
        }
    }
}

/// isahc reports curl's code 35, a failed TLS handshake, as a failed connection.
fn is_handshake(error: &isahc::Error) -> bool {
    error::Error::source(error).is_some_and(|source| source.to_string().starts_with("[35]"))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchange(error) => error.fmt(f),
            Self::Body(_) => f.write_str("the response was cut short"),
            Self::TooLarge { limit } => write!(f, "the response is larger than {limit} bytes"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Exchange(error) => error.source(),
            Self::Body(error) => Some(error),
            Self::TooLarge { .. } => None,
        }
    }
}
