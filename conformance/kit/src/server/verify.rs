//! Does a request carry the signature that its own bytes call for? A pure function of the request,
//! the app and the time; it knows neither sockets nor endpoints.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use percent_encoding::percent_decode;
use sha2::Sha256;

/// A timestamp this far away, in seconds, is refused; one second less is accepted.
const TIMESTAMP_GRACE: u64 = 600;

/// How many bytes a body may have.
pub(super) const BODY_LIMIT: usize = 1024 * 1024;

const BODY_MD5: &str = "body_md5";
const AUTH_SIGNATURE: &str = "auth_signature";
const AUTH_PARAMS: [&str; 5] =
    ["auth_key", "auth_timestamp", "auth_version", BODY_MD5, AUTH_SIGNATURE];

pub(super) struct App {
    pub(super) app_id: String,
    pub(super) key: String,
    pub(super) secret: String,
}

impl App {
    /// What follows `/apps/{app_id}/` in a path of this app.
    pub(super) fn endpoint<'a>(&self, path: &'a str) -> Option<&'a str> {
        path.strip_prefix("/apps/")?.strip_prefix(self.app_id.as_str())?.strip_prefix('/')
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("app_id", &self.app_id)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// Why a request was refused before its endpoint was asked. `Display` gives the text of the answer,
/// without the signature that came.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The path is not below `/apps/{app_id}/`.
    UnknownApp,
    /// The body is over 1 MiB. It was not kept, so it could not be verified.
    BodyTooLarge,
    /// These parameters were not sent. `body_md5` is missed only if there is a body.
    MissingParameters(Vec<&'static str>),
    /// This parameter was sent more than once, so it is not clear which one was meant.
    DuplicateParameter(&'static str),
    /// `auth_key` is not the app's key.
    UnknownKey,
    /// `auth_version` is not `1.0`.
    UnsupportedVersion,
    /// `auth_timestamp` is not a decimal number of seconds.
    UnreadableTimestamp,
    /// `auth_timestamp` is 600 seconds or more from the server's clock.
    TimestampExpired {
        /// The timestamp that came, in Unix seconds.
        given: u64,
        /// The server's time, in Unix seconds.
        now: u64,
    },
    /// `auth_signature` is not the HMAC-SHA256 of `string_to_sign` in lower-case hex.
    InvalidSignature {
        /// The string that the server made of the request.
        string_to_sign: String,
    },
    /// `body_md5` is not the MD5 of the body in lower-case hex.
    InvalidBodyMd5 {
        /// The MD5 of the body that came.
        expected: String,
    },
    /// `body_md5` was sent without a body.
    BodyMd5WithoutBody,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownApp => f.write_str("404 NOT FOUND\n"),
            Self::BodyTooLarge => {
                write!(f, "The body exceeds the allowed maximum ({BODY_LIMIT} bytes)")
            }
            Self::MissingParameters(names) => write!(f, "Missing parameter: {}", names.join(", ")),
            Self::DuplicateParameter(name) => write!(f, "Duplicate parameter: {name}"),
            Self::UnknownKey => f.write_str("Unknown auth_key"),
            Self::UnsupportedVersion => f.write_str("Version not supported"),
            Self::UnreadableTimestamp => {
                f.write_str("Invalid auth_timestamp: not a number of seconds")
            }
            Self::TimestampExpired { given, now } => {
                let [given, now] = [given, now].map(|seconds| iso8601(*seconds));
                write!(
                    f,
                    "Timestamp expired: Given timestamp ({given}) not within {TIMESTAMP_GRACE}s of server time ({now})"
                )
            }
            Self::InvalidSignature { string_to_sign } => {
                write!(
                    f,
                    "Invalid signature: you should have sent HmacSHA256Hex({string_to_sign:?}, your_secret_key)"
                )
            }
            Self::InvalidBodyMd5 { expected } => {
                write!(f, "Invalid body_md5: the body has {expected}")
            }
            Self::BodyMd5WithoutBody => {
                f.write_str("Invalid body_md5: must not be sent without a body")
            }
        }
    }
}

/// A refusal and the text that its sender gets. Only the text may quote the signature that came, so
/// only the reason may be kept.
pub(super) struct Refused {
    pub(super) reason: Refusal,
    pub(super) text: String,
}

impl From<Refusal> for Refused {
    fn from(reason: Refusal) -> Self {
        Self { text: reason.to_string(), reason }
    }
}

/// `target` is the path and query as they came, still percent-encoded.
pub(super) fn verify(
    app: &App,
    now: u64,
    method: &str,
    target: &str,
    body: &[u8],
) -> Result<(), Refused> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if app.endpoint(path).is_none() {
        return Err(Refusal::UnknownApp.into());
    }

    let mut params = decode(query);
    let values = |name: &'static str| {
        params.iter().filter(move |(key, _)| key == name.as_bytes()).map(|(_, value)| value)
    };
    if let Some(name) = AUTH_PARAMS.into_iter().find(|name| values(name).count() > 1) {
        return Err(Refusal::DuplicateParameter(name).into());
    }
    let needed = |name: &&str| *name != BODY_MD5 || !body.is_empty();
    let missing: Vec<_> =
        AUTH_PARAMS.into_iter().filter(needed).filter(|name| values(name).count() == 0).collect();
    if !missing.is_empty() {
        return Err(Refusal::MissingParameters(missing).into());
    }
    let [key, timestamp, version, body_md5, signature] =
        AUTH_PARAMS.map(|name| values(name).next().cloned());

    if key != Some(app.key.clone().into_bytes()) {
        return Err(Refusal::UnknownKey.into());
    }
    if version.as_deref() != Some(b"1.0") {
        return Err(Refusal::UnsupportedVersion.into());
    }
    let given = timestamp.as_deref().and_then(seconds).ok_or(Refusal::UnreadableTimestamp)?;
    if given.abs_diff(now) >= TIMESTAMP_GRACE {
        return Err(Refusal::TimestampExpired { given, now }.into());
    }

    params.retain(|(key, _)| key != AUTH_SIGNATURE.as_bytes());
    let string_to_sign = string_to_sign(method, path, params);
    let signature = signature.unwrap_or_default();
    if !is_signature(&signature, &app.secret, &string_to_sign) {
        let string_to_sign = String::from_utf8_lossy(&string_to_sign).into_owned();
        let reason = Refusal::InvalidSignature { string_to_sign };
        let text = format!("{reason}, but you sent {:?}", String::from_utf8_lossy(&signature));
        return Err(Refused { reason, text });
    }

    match body_md5 {
        Some(_) if body.is_empty() => return Err(Refusal::BodyMd5WithoutBody.into()),
        Some(sent) => {
            let expected = hex::encode(Md5::digest(body));
            if sent != expected.as_bytes() {
                return Err(Refusal::InvalidBodyMd5 { expected }.into());
            }
        }
        None => {}
    }
    Ok(())
}

/// Query pairs: keys lower-cased, keys and values decoded. `+` is a space, because the reference
/// server reads queries as forms: a client that means a plus sends `%2B`, and one that does not is
/// told so by its signature.
pub(super) fn decode(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let plain = |text: &str| percent_decode(text.replace('+', " ").as_bytes()).collect::<Vec<u8>>();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (plain(key).to_ascii_lowercase(), plain(value)))
        .collect()
}

/// The string that the client should have signed. As bytes, since what was percent-encoded need not
/// be text.
fn string_to_sign(method: &str, path: &str, mut params: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<u8> {
    params.sort_by(|(a, _), (b, _)| a.cmp(b));
    let params: Vec<_> = params.into_iter().map(|(key, value)| [key, value].join(&b'=')).collect();
    [method.to_ascii_uppercase().as_bytes(), path.as_bytes(), &params.join(&b'&')].join(&b'\n')
}

fn is_signature(sent: &[u8], secret: &str, string_to_sign: &[u8]) -> bool {
    // `hex` reads upper case too; the servers do not.
    let lower_case = !sent.iter().any(u8::is_ascii_uppercase);
    match (hex::decode(sent), Hmac::<Sha256>::new_from_slice(secret.as_bytes())) {
        (Ok(sent), Ok(mac)) => {
            lower_case && mac.chain_update(string_to_sign).verify_slice(&sent).is_ok()
        }
        _ => false,
    }
}

fn seconds(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |sum, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(digit.into())
    })
}

/// `2012-11-16T17:49:39Z`. Days to a date as in Howard Hinnant's `civil_from_days`, whose years
/// begin in March.
fn iso8601(unix: u64) -> String {
    let (days, second) = (unix / 86_400 + 719_468, unix % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests;
