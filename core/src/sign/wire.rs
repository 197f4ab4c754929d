//! How parameters and path segments look in a URL that no HTTP client rewrites. This file knows
//! text; it does not know what is signed.
//!
//! The result is a fixed point of the WHATWG URL parser's normalisation and of libcurl's: what one
//! of them would rewrite is either encoded here or refused.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use super::{Parameters, digest::Ascii};

/// The signature is the last parameter of every query.
const AUTH_SIGNATURE: &str = "auth_signature=";

/// Encodes all but the unreserved characters of RFC 3986 and `,` and `@`: a server that verifies
/// the query as it arrived (soketi-rs) would refuse `%2C` and `%40`.
fn encoded(text: &str) -> PercentEncode<'_> {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b',')
        .remove(b'@');
    utf8_percent_encode(text, ENCODED)
}

/// Writes `key=value&…&auth_signature=…`, percent-encoded.
pub(crate) fn write_query(out: &mut String, parameters: &Parameters<'_>, signature: &Ascii<64>) {
    for (key, value) in parameters.iter() {
        out.extend(encoded(key));
        out.push('=');
        out.extend(encoded(value));
        out.push('&');
    }
    out.push_str(AUTH_SIGNATURE);
    out.push_str(signature.as_str());
}

/// The bytes that [`write_query`] writes.
pub(crate) fn query_length(parameters: &Parameters<'_>) -> usize {
    let length = |text| encoded(text).map(str::len).sum::<usize>();
    let pair = |(key, value)| length(key) + "=".len() + length(value) + "&".len();
    parameters.iter().map(pair).sum::<usize>() + AUTH_SIGNATURE.len() + 64
}

/// Whether a path segment travels as it is, so that its signed and its sent form are one: some
/// servers verify the path as it arrived, others decode it first. `.` and `..` are folded by
/// clients even when they are percent-encoded.
pub(crate) fn is_plain_segment(segment: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~=@,;".contains(&byte);
    !matches!(segment, "" | "." | "..") && segment.bytes().all(plain)
}
