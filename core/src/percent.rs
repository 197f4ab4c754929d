//! Percent-encoding, read strictly: what is almost an escape is an error and not text.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// `None` if a `%` is not followed by two hex digits, or if they do not make UTF-8.
pub(crate) fn decoded(text: &str) -> Option<Cow<'_, str>> {
    let is_escape = |rest: &str| {
        let mut digits = rest.bytes();
        let mut digit = || digits.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        digit() && digit()
    };
    let strict = text.split('%').skip(1).all(is_escape);
    if strict { percent_decode_str(text).decode_utf8().ok() } else { None }
}
