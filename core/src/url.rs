//! The URL that holds all of an app's settings, as `PUSHER_URL` does. This file reads text; it does
//! not read the environment, and no error here quotes the text, which holds the secret.

use std::fmt;

use zeroize::Zeroizing;

use crate::{App, Base, Credentials, InvalidBase, InvalidCredentials, Prefix, percent};

impl App {
    /// Reads `SCHEME://KEY:SECRET@HOST[:PORT]/[PREFIX/]apps/APP_ID`, the form that hosting
    /// platforms put into `PUSHER_URL`.
    ///
    /// The scheme is `http` or `https`. Key and secret are percent-decoded. A prefix is part of
    /// the URL but not of the signature; a server that signs it takes
    /// [`Prefix::Signed`] by [`App::at`].
    ///
    /// ```
    /// use pusher_core::{App, InvalidUrl};
    ///
    /// let app = App::from_url("https://KEY:SECRET@api-eu.pusher.com/apps/1234")?;
    /// assert_eq!((app.key(), app.app_id()), ("KEY", "1234"));
    /// assert_eq!(app.base().to_string(), "https://api-eu.pusher.com");
    ///
    /// let error = App::from_url("https://KEY@api-eu.pusher.com/apps/1234").unwrap_err();
    /// assert_eq!(error, InvalidUrl::Secret);
    /// # Ok::<(), InvalidUrl>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidUrl`] names the part that is missing or wrong, and shows nothing of the URL.
    pub fn from_url(url: &str) -> Result<Self, InvalidUrl> {
        let (scheme, rest) = url.split_once("://").ok_or(InvalidUrl::Scheme)?;
        let at = match scheme.to_ascii_lowercase().as_str() {
            "https" => Base::https,
            "http" => Base::http,
            _ => return Err(InvalidUrl::Scheme),
        };
        if rest.contains(['?', '#']) {
            return Err(InvalidUrl::QueryOrFragment);
        }
        let (authority, path) =
            rest.find('/').map(|at| rest.split_at(at)).ok_or(InvalidUrl::Path)?;
        let (user, host) = authority.split_once('@').ok_or(InvalidUrl::Credentials)?;
        // RFC 3986, and no more: some parsers read a backslash as a slash, and find another host.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:".contains(&byte);
        if let Some(at) = user.bytes().position(|byte| !plain(byte)) {
            return Err(InvalidUrl::Character { at: "://".len() + scheme.len() + at });
        }
        let (key, secret) = user.split_once(':').ok_or(InvalidUrl::Secret)?;
        let (prefix, app_id) = path.rsplit_once("/apps/").ok_or(InvalidUrl::Path)?;

        let decoded = |text| percent::decoded(text).ok_or(InvalidUrl::PercentEncoding);
        let (key, secret) = (decoded(key)?, Zeroizing::new(decoded(secret)?.into_owned()));
        let base = at(host)?.prefix(Prefix::Unsigned(prefix))?;
        Ok(Self::new(Credentials { app_id, key: &key, secret: &secret })?.at(base))
    }
}

/// Why a text is not the URL of an app. Shows nothing of the text, since it holds the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidUrl {
    /// It does not start with `http://` or `https://`.
    Scheme,
    /// A character cannot stand in key or secret as it is.
    Character {
        /// Its position in the URL, in bytes.
        at: usize,
    },
    /// There is no `KEY:SECRET@` in front of the host.
    Credentials,
    /// There is no `:SECRET` behind the key.
    Secret,
    /// A `%` in key or secret is not followed by two hex digits, or they are not UTF-8.
    PercentEncoding,
    /// Key, secret or app id is empty or holds a character that it cannot hold.
    InvalidCredentials(InvalidCredentials),
    /// Host, port or prefix is invalid.
    Base(InvalidBase),
    /// The path does not end in `/apps/APP_ID`.
    Path,
    /// There is a query or a fragment.
    QueryOrFragment,
}

impl From<InvalidCredentials> for InvalidUrl {
    fn from(reason: InvalidCredentials) -> Self {
        Self::InvalidCredentials(reason)
    }
}

impl From<InvalidBase> for InvalidUrl {
    fn from(reason: InvalidBase) -> Self {
        Self::Base(reason)
    }
}

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the URL is not SCHEME://KEY:SECRET@HOST[:PORT]/apps/APP_ID: ")?;
        f.write_str(match self {
            Self::Character { at } => {
                return write!(
                    f,
                    "the character at position {at} cannot stand in key or secret as it is; there it is percent-encoded"
                );
            }
            Self::Scheme => "it does not start with http:// or https://",
            Self::Credentials => "there is no KEY:SECRET@ in front of the host; in key and secret, / is written %2F and @ is written %40",
            Self::Secret => "there is no :SECRET behind the key",
            Self::PercentEncoding => {
                "a % in key or secret is not an escape; a % itself is written %25"
            }
            Self::InvalidCredentials(reason) => return reason.fmt(f),
            Self::Base(reason) => return reason.fmt(f),
            Self::Path => "its path does not end in /apps/APP_ID",
            Self::QueryOrFragment => {
                "it has a query or a fragment; in key and secret, ? is written %3F and # is written %23"
            }
        })
    }
}

impl std::error::Error for InvalidUrl {}
