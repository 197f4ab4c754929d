//! What ureq's errors mean for a signed request: what failed, and whether the origin may have seen
//! it.

use std::{error, fmt, io};

use pusher_client::{ErrorKind, ExecuteError};
use ureq::{Error as Ureq, Timeout};

/// Why ureq brought no complete response, or no client could be built.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The client could not be built, or no connection came about: nothing was sent.
    Unsent(ureq::Error),
    /// The proxy could not be reached, or refused the tunnel: nothing was sent.
    Proxy(ureq::Error),
    /// The request may have been sent, but no response came.
    Exchange(ureq::Error),
    /// A response came, but its body was cut short.
    Body(ureq::Error),
    /// The body is larger than the limit.
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The settings hold no certificate in PEM where they should.
    NoCertificate,
    /// Without the feature `rustls`, and the process has installed no provider of rustls.
    NoProvider,
}

impl Error {
    pub(crate) fn without_response(error: Ureq, was_sent: Option<bool>, proxied: bool) -> Self {
        let error = match error {
            // Their text would hold the signed URL: whoever reads it can send the call again.
            Ureq::RequireHttpsOnly(_) => Ureq::RequireHttpsOnly("the URL is not".into()),
            Ureq::BadUri(_) => Ureq::BadUri("not http:// or https:// and a host".into()),
            other => other,
        };
        if was_sent.unwrap_or_else(|| may_come_after_sending(&error)) {
            return Self::Exchange(error);
        }
        match kind(&error) {
            Some(ErrorKind::Proxy) => Self::Proxy(error),
            // With a proxy, there is nothing else to connect to.
            None if proxied => Self::Proxy(error),
            _ => Self::Unsent(error),
        }
    }

    pub(crate) fn in_body(error: Ureq) -> Self {
        match error {
            Ureq::BodyExceedsLimit(limit) => Self::TooLarge { limit },
            other => Self::Body(other),
        }
    }
}

/// What failed, as far as the error itself tells it.
fn kind(error: &Ureq) -> Option<ErrorKind> {
    match error {
        Ureq::Timeout(_) => Some(ErrorKind::Timeout),
        Ureq::Io(error) if error.kind() == io::ErrorKind::TimedOut => Some(ErrorKind::Timeout),
        Ureq::ConnectProxyFailed(_) | Ureq::InvalidProxyUrl => Some(ErrorKind::Proxy),
        Ureq::Tls(_) | Ureq::TlsRequired => Some(ErrorKind::Tls),
        #[cfg(feature = "native-tls")]
        Ureq::NativeTls(_) | Ureq::Der(_) => Some(ErrorKind::Tls),
        #[cfg(feature = "rustls-no-provider")]
        Ureq::Rustls(_) => Some(ErrorKind::Tls),
        #[cfg(feature = "rustls-no-provider")]
        Ureq::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => {
            Some(ErrorKind::Tls)
        }
        _ => None,
    }
}

/// The guess for an agent of the user's, whose connections do not tell what went over them.
fn may_come_after_sending(error: &Ureq) -> bool {
    match error {
        Ureq::Timeout(Timeout::Resolve | Timeout::Connect)
        | Ureq::BadUri(_)
        | Ureq::ConnectionFailed
        | Ureq::ConnectProxyFailed(_)
        | Ureq::HostNotFound
        | Ureq::Http(_)
        | Ureq::InvalidProxyUrl
        | Ureq::RequireHttpsOnly(_)
        | Ureq::Tls(_)
        | Ureq::TlsRequired => false,
        // The standard library has no kind for a name that was not found.
        Ureq::Io(error) => {
            error.kind() != io::ErrorKind::ConnectionRefused
                && !error.to_string().starts_with("failed to lookup address information")
        }
        _ => true,
    }
}

impl ExecuteError for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unsent(error) => kind(error).unwrap_or(match error {
                Ureq::Io(_) | Ureq::HostNotFound | Ureq::ConnectionFailed => ErrorKind::Connect,
                _ => ErrorKind::Other,
            }),
            Self::Proxy(_) => ErrorKind::Proxy,
            Self::Exchange(error) => kind(error).unwrap_or(ErrorKind::Other),
            Self::Body(error) => kind(error).unwrap_or(ErrorKind::Body),
            Self::TooLarge { .. } => ErrorKind::Body,
            Self::NoCertificate | Self::NoProvider => ErrorKind::Tls,
        }
    }

    fn maybe_sent(&self) -> bool {
        matches!(self, Self::Exchange(_) | Self::Body(_) | Self::TooLarge { .. })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsent(error) | Self::Proxy(error) | Self::Exchange(error) => error.fmt(f),
            Self::Body(_) => f.write_str("the response was cut short"),
            Self::TooLarge { limit } => write!(f, "the response is larger than {limit} bytes"),
            Self::NoCertificate => {
                f.write_str("the certificate authority holds no certificate in PEM")
            }
            Self::NoProvider => f.write_str(
                "rustls has no provider: turn on the feature `rustls`, or install one for the process",
            ),
        }
    }
}

/// ureq's errors have no source, and say it all in their text.
impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Body(error) => Some(error),
            _ => None,
        }
    }
}
