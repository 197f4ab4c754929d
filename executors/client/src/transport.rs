//! The settings that all executors share. This file holds them; each adapter says them to its HTTP
//! client in its own words.

use std::{error::Error, fmt, time::Duration};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use pusher_core::http::uri::Authority;

/// How an executor talks to the network. Every adapter takes it: `Isahc::with(transport)`.
///
/// The fields are for adapters to read; the methods of the same names set them.
///
/// ```
/// use std::time::Duration;
///
/// use pusher_client::{InvalidProxy, ProxyUrl, Transport};
///
/// let transport = Transport::default()
///     .total_timeout(Duration::from_secs(5))
///     .proxy(ProxyUrl::parse("http://user:p%40ss@proxy.example:3128")?);
/// # Ok::<(), InvalidProxy>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transport {
    /// The longest time for a connection, the TLS handshake and a proxy's tunnel included: 5 seconds
    /// by default.
    pub connect_timeout: Duration,
    /// The longest time for a call, its connection and the whole answer included: 15 seconds by
    /// default.
    pub total_timeout: Duration,
    /// The largest body of an answer, in bytes, decoded where it was compressed: 8 MiB by default.
    pub response_limit: usize,
    /// The way through a proxy: the one that the environment names, by default.
    pub proxy: Proxy,
    /// Whom to trust: the system's roots, by default.
    pub trust: Trust,
}

/// Which proxy requests go through.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proxy {
    /// The one that the environment names, as the HTTP client reads it (`http_proxy`, `https_proxy`,
    /// `all_proxy`, `no_proxy`).
    Environment,
    /// None, whatever the environment says.
    Direct,
    /// This one, whatever the environment says.
    Url(ProxyUrl),
}

/// Which certificates of a server are good.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// Those that the system's roots vouch for.
    System,
    /// Those that these authorities vouch for, and no others: one or more certificates in PEM.
    Only(Vec<u8>),
    /// Any, of any host, however old: set by [`Transport::danger_accept_any_certificate`].
    DangerAcceptAny,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(15),
            response_limit: 8 * 1024 * 1024,
            proxy: Proxy::Environment,
            trust: Trust::System,
        }
    }
}

impl Transport {
    /// Sets the longest time for a connection.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the longest time for a call.
    pub fn total_timeout(mut self, timeout: Duration) -> Self {
        self.total_timeout = timeout;
        self
    }

    /// Sets the largest body of an answer, in bytes.
    pub fn response_limit(mut self, bytes: usize) -> Self {
        self.response_limit = bytes;
        self
    }

    /// Goes through this proxy, whatever the environment says.
    pub fn proxy(mut self, url: ProxyUrl) -> Self {
        self.proxy = Proxy::Url(url);
        self
    }

    /// Goes through no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.proxy = Proxy::Direct;
        self
    }

    /// Trusts these authorities, one or more certificates in PEM, instead of the system's roots.
    pub fn certificate_authority(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.trust = Trust::Only(pem.into());
        self
    }

    /// Trusts every server, so that anybody on the way can read and change what is sent, and send
    /// calls of their own for 600 seconds. For tests on one machine.
    pub fn danger_accept_any_certificate(mut self) -> Self {
        self.trust = Trust::DangerAcceptAny;
        self
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("System"),
            Self::Only(pem) => write!(f, "Only({} bytes of PEM)", pem.len()),
            Self::DangerAcceptAny => f.write_str("DangerAcceptAny"),
        }
    }
}

/// Where a proxy is, and what it wants to know: `http://[USER:PASSWORD@]HOST[:PORT]`.
///
/// ```
/// use pusher_client::{InvalidProxy, ProxyUrl};
///
/// let proxy = ProxyUrl::parse("http://us%20er:p%40ss@proxy.example:3128")?;
/// assert_eq!(proxy.url(), "http://proxy.example:3128");
/// assert_eq!(proxy.credentials(), Some(("us er", "p@ss")));
/// assert!(!format!("{proxy:?}").contains("p@ss"));
/// # Ok::<(), InvalidProxy>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl {
    host: String,
    port: u16,
    credentials: Option<(String, String)>,
}

impl ProxyUrl {
    /// Reads the URL; user and password are percent-decoded, and the port is 80 unless given.
    ///
    /// # Errors
    ///
    /// [`InvalidProxy`] if the text is anything else, such as an `https://` or `socks5://` proxy,
    /// which not every executor can use.
    pub fn parse(text: &str) -> Result<Self, InvalidProxy> {
        let rest = text.strip_prefix("http://").ok_or(InvalidProxy)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, rest),
        };
        let authority = Authority::try_from(place).map_err(|_| InvalidProxy)?;
        let port = match place.strip_prefix(authority.host()).ok_or(InvalidProxy)? {
            "" => 80,
            port => {
                port.strip_prefix(':').and_then(|port| port.parse().ok()).ok_or(InvalidProxy)?
            }
        };
        let decoded = |text| match percent_decode_str(text).decode_utf8() {
            Ok(text) => Ok(text.into_owned()),
            Err(_) => Err(InvalidProxy),
        };
        let credentials = match user {
            Some(user) => {
                let (user, password) = user.split_once(':').ok_or(InvalidProxy)?;
                Some((decoded(user)?, decoded(password)?))
            }
            None => None,
        };
        Ok(Self { host: authority.host().to_owned(), port, credentials })
    }

    /// `http://HOST:PORT`, without the credentials.
    pub fn url(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }

    /// `http://USER:PASSWORD@HOST:PORT`, for HTTP clients that want it so: it holds the password.
    pub fn url_with_credentials(&self) -> String {
        let Some((user, password)) = self.credentials() else { return self.url() };
        let [user, password] =
            [user, password].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC));
        format!("http://{user}:{password}@{}:{}", self.host, self.port)
    }

    /// The host: a name, an IPv4 address, or an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// User and password, decoded.
    pub fn credentials(&self) -> Option<(&str, &str)> {
        self.credentials.as_ref().map(|(user, password)| (user.as_str(), password.as_str()))
    }
}

/// Shows everything but the credentials.
impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = if self.credentials.is_some() { "..@" } else { "" };
        write!(f, "ProxyUrl(http://{hidden}{}:{})", self.host, self.port)
    }
}

/// A text that is not the URL of an HTTP proxy. Shows nothing of it, since it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidProxy;

impl fmt::Display for InvalidProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the proxy is not http://[USER:PASSWORD@]HOST[:PORT], user and password percent-encoded",
        )
    }
}

impl Error for InvalidProxy {}

#[cfg(test)]
mod tests {
    use super::ProxyUrl;

    #[test]
    fn proxies() {
        for (text, url, credentials) in [
            ("http://proxy", "http://proxy:80", None),
            ("http://proxy:8080/", "http://proxy:8080", None),
            ("http://[::1]:3128", "http://[::1]:3128", None),
            (
                "http://someuser:somepassword@proxy.host.com:8080",
                "http://proxy.host.com:8080",
                Some(("someuser", "somepassword")),
            ),
            (
                "http://us%20er:p%40ss:w%2Ford@proxy",
                "http://proxy:80",
                Some(("us er", "p@ss:w/ord")),
            ),
        ] {
            let proxy = ProxyUrl::parse(text).unwrap();
            assert_eq!((&*proxy.url(), proxy.credentials()), (url, credentials), "{text}");
            assert_eq!(ProxyUrl::parse(&proxy.url_with_credentials()).as_ref(), Ok(&proxy));
            assert!(credentials.is_none_or(|(_, word)| !format!("{proxy:?}").contains(word)));
        }
        for text in [
            "",
            "proxy:80",
            "https://proxy",
            "socks5://proxy",
            "http://",
            "http://user@proxy",
            "http://proxy:x",
            "http://proxy:65536",
            "http://a:%ff@proxy",
            "http://proxy/path",
        ] {
            assert!(ProxyUrl::parse(text).is_err(), "{text}");
        }
    }
}
