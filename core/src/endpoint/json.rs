//! JSON as calls write and read it: written into a buffer of the right size, read generously.

use bytes::Bytes;
use serde::{Deserialize, Deserializer, de::Error as _};

/// What writes itself as JSON. It is asked twice: first for its length, since one spare byte of the
/// buffer would cost a second allocation.
pub(super) trait Json {
    fn write<O: Out>(&self, out: &mut O);

    fn to_body(&self) -> Bytes {
        let mut length = 0;
        self.write(&mut length);
        let mut body = Vec::with_capacity(length);
        self.write(&mut body);
        debug_assert_eq!(body.len(), length);
        body.into()
    }
}

/// Where JSON goes.
pub(super) trait Out {
    /// JSON as it is.
    fn raw(&mut self, json: &str);

    /// A text as a JSON string.
    fn string(&mut self, text: &str);

    /// Items with commas between them.
    fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        let mut separator = "[";
        for item in items {
            self.raw(separator);
            write(self, item);
            separator = ",";
        }
        self.raw("]");
    }
}

/// Counts the bytes.
impl Out for usize {
    fn raw(&mut self, json: &str) {
        *self += json.len();
    }

    fn string(&mut self, text: &str) {
        let escape = |byte: u8| match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
            0..0x20 => 5,
            _ => 0,
        };
        *self += 2 + text.len() + text.bytes().map(escape).sum::<usize>();
    }
}

impl Out for Vec<u8> {
    fn raw(&mut self, json: &str) {
        self.extend_from_slice(json.as_bytes());
    }

    fn string(&mut self, text: &str) {
        let written = serde_json::to_writer(self, text);
        debug_assert!(written.is_ok(), "a text has a JSON form, and a vector takes it");
    }
}

/// Some servers write counts as text.
pub(super) fn count<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Count {
        Number(u64),
        Text(String),
    }
    match Option::deserialize(value)? {
        None => Ok(None),
        Some(Count::Number(count)) => Ok(Some(count)),
        Some(Count::Text(text)) => text.parse().map(Some).map_err(D::Error::custom),
    }
}

/// Some servers write an id as a number.
pub(super) fn text<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Text(String),
        Number(serde_json::Number),
    }
    Ok(match Id::deserialize(value)? {
        Id::Text(text) => text,
        Id::Number(number) => number.to_string(),
    })
}

/// Reverb writes an empty list as an empty object.
pub(super) fn list<'de, D, T>(value: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum List<T> {
        Items(Vec<T>),
        Empty(Nothing),
    }
    Ok(match Option::deserialize(value)? {
        Some(List::Items(items)) => items,
        Some(List::Empty(Nothing {})) | None => Vec::new(),
    })
}

/// `null` where a value is promised reads as an empty one.
pub(super) fn or_default<'de, D, T>(value: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(value)?.unwrap_or_default())
}
