//! JSON as calls write and read it: written into a buffer of the right size, read generously.

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::BuildError;

/// Writes a body whose length is known beforehand: one spare byte would cost a second allocation.
pub(super) fn body(value: &impl Serialize, length: usize) -> Result<Bytes, BuildError> {
    let mut body = Vec::with_capacity(length);
    serde_json::to_writer(&mut body, value).map_err(BuildError::Data)?;
    debug_assert_eq!(body.len(), length, "{}", String::from_utf8_lossy(&body));
    Ok(body.into())
}

/// The bytes of a text as a JSON string, its quotes included.
pub(super) fn string_length(text: &str) -> usize {
    let escape = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
        0..0x20 => 5,
        _ => 0,
    };
    2 + text.len() + text.bytes().map(escape).sum::<usize>()
}

/// Some servers write counts as text.
pub(super) fn count<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Count<'a> {
        Number(u64),
        Text(&'a str),
    }
    match Option::deserialize(value)? {
        None => Ok(None),
        Some(Count::Number(count)) => Ok(Some(count)),
        Some(Count::Text(text)) => text.parse().map(Some).map_err(D::Error::custom),
    }
}

/// `null` where a value is promised reads as an empty one.
pub(super) fn or_default<'de, D, T>(value: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(value)?.unwrap_or_default())
}
