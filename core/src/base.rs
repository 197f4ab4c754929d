//! Where the API lives: scheme, host, port and the path in front of it. This file does not know
//! credentials or requests.

use std::{fmt, net::Ipv6Addr, str::FromStr};

use http::uri::{Authority, Scheme};

use crate::sign::is_plain_segment;

/// Where the API of an app lives: `https://api-mt1.pusher.com` unless told otherwise.
///
/// ```
/// use pusher_core::{Base, InvalidBase, Prefix};
///
/// let base = Base::https("push.example.com:6001")?.prefix(Prefix::Unsigned("/sockets"))?;
/// assert_eq!(base.to_string(), "https://push.example.com:6001/sockets");
/// # Ok::<(), InvalidBase>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
    pub(crate) signed_prefix: String,
    pub(crate) unsigned_prefix: String,
}

/// A path in front of `/apps/…`, for a server behind a sub-path, such as `/sockets`.
///
/// Servers disagree whether it is part of the signed path: Reverb takes its own prefix off first,
/// Soketi verifies the whole path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix<'a> {
    /// In the URL, but not in the signature.
    Unsigned(&'a str),
    /// In the URL and in the signature.
    Signed(&'a str),
}

impl Base {
    /// TLS to `HOST` or `HOST:PORT`, port 443 unless given.
    ///
    /// # Errors
    ///
    /// [`InvalidBase::Authority`] if the text is anything else: a scheme, a path or user
    /// information do not belong here.
    pub fn https(authority: &str) -> Result<Self, InvalidBase> {
        Self::new(Scheme::HTTPS, authority)
    }

    /// Plain text to `HOST` or `HOST:PORT`, port 80 unless given.
    ///
    /// # Errors
    ///
    /// As [`https`](Self::https).
    pub fn http(authority: &str) -> Result<Self, InvalidBase> {
        Self::new(Scheme::HTTP, authority)
    }

    fn new(scheme: Scheme, text: &str) -> Result<Self, InvalidBase> {
        let authority = Authority::try_from(text).map_err(|_| InvalidBase::Authority)?;
        let host = authority.host();
        let port = text.strip_prefix(host).ok_or(InvalidBase::Authority)?;
        let port_is_valid = match port.strip_prefix(':') {
            Some(digits) => {
                digits.bytes().all(|byte| byte.is_ascii_digit())
                    && digits.parse::<u16>().is_ok_and(|port| port > 0)
            }
            None => port.is_empty(),
        };
        let in_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        let is_address = |text: &str| text.parse::<Ipv6Addr>().is_ok();
        let host_is_valid = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(address) => is_address(address),
            None => !host.is_empty() && host.bytes().all(in_a_name),
        };
        if !host_is_valid || !port_is_valid {
            return Err(InvalidBase::Authority);
        }
        let (signed_prefix, unsigned_prefix) = (String::new(), String::new());
        Ok(Self { scheme, authority, signed_prefix, unsigned_prefix })
    }

    /// Puts a path in front of `/apps/…`; the empty text takes it away.
    ///
    /// # Errors
    ///
    /// [`InvalidBase::Prefix`] unless the text is a `/` and one or more segments of the characters
    /// that no HTTP client rewrites, none of them `.` or `..`.
    pub fn prefix(mut self, prefix: Prefix<'_>) -> Result<Self, InvalidBase> {
        let (Prefix::Unsigned(text) | Prefix::Signed(text)) = prefix;
        let valid = match text.strip_prefix('/') {
            Some(segments) => segments.split('/').all(is_plain_segment),
            None => text.is_empty(),
        };
        if !valid {
            return Err(InvalidBase::Prefix);
        }
        (self.signed_prefix, self.unsigned_prefix) = match prefix {
            Prefix::Unsigned(text) => (String::new(), text.to_owned()),
            Prefix::Signed(text) => (text.to_owned(), String::new()),
        };
        Ok(self)
    }

    /// The API of a cluster of pusher.com: `https://api-<cluster>.pusher.com`.
    ///
    /// ```
    /// use pusher_core::{Base, Cluster, InvalidCluster};
    ///
    /// let base = Base::of_cluster(&"eu".parse()?);
    /// assert_eq!(base.to_string(), "https://api-eu.pusher.com");
    /// # Ok::<(), InvalidCluster>(())
    /// ```
    pub fn of_cluster(cluster: &Cluster) -> Self {
        #[expect(clippy::expect_used, reason = "a DNS label between two others is a host")]
        Self::https(&format!("api-{cluster}.pusher.com")).expect("a cluster is a DNS label")
    }

    /// Whether requests travel in plain text.
    pub fn is_plaintext(&self) -> bool {
        self.scheme == Scheme::HTTP
    }

    /// The host, without the port: a name, an IPv4 address, or an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// The port, if one was given.
    pub fn port(&self) -> Option<u16> {
        self.authority.port_u16()
    }
}

impl Default for Base {
    fn default() -> Self {
        Self::of_cluster(&Cluster::default())
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, authority, signed_prefix, unsigned_prefix } = self;
        write!(f, "{scheme}://{authority}{unsigned_prefix}{signed_prefix}")
    }
}

/// Why a text is not where an API can live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidBase {
    /// The text is not `HOST` or `HOST:PORT`.
    Authority,
    /// The text is not a path that can stand in front of `/apps/…`.
    Prefix,
}

impl fmt::Display for InvalidBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authority => {
                "the host is not HOST or HOST:PORT, without a scheme, a path or user information"
            }
            Self::Prefix => {
                "the path prefix is not a / and segments of A-Z a-z 0-9 - . _ ~ = @ , ; with no . or .. among them"
            }
        })
    }
}

impl std::error::Error for InvalidBase {}

/// A cluster of pusher.com, such as `eu`: one DNS label. The default is `mt1`.
///
/// ```
/// use pusher_core::{Cluster, InvalidCluster};
///
/// let cluster: Cluster = "ap1".parse()?;
/// assert_eq!(cluster.as_str(), "ap1");
/// assert!("api-eu.pusher.com".parse::<Cluster>().is_err(), "a host is not a cluster");
/// # Ok::<(), InvalidCluster>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cluster(String);

impl Cluster {
    /// The cluster's name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Cluster {
    fn default() -> Self {
        Self("mt1".to_owned())
    }
}

impl FromStr for Cluster {
    type Err = InvalidCluster;

    fn from_str(text: &str) -> Result<Self, InvalidCluster> {
        // `api-` stands in front and counts towards the 63 bytes of a label.
        let valid = (1..=59).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !text.ends_with('-');
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidCluster) }
    }
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is not one DNS label, as a cluster's name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCluster;

impl fmt::Display for InvalidCluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cluster is one DNS label of 1 to 59 of A-Z a-z 0-9 -, such as eu")
    }
}

impl std::error::Error for InvalidCluster {}
