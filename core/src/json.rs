//! JSON as calls and replies write and read it: written into a buffer of the right size, read generously.

use std::{borrow::Cow, collections::BTreeMap, fmt, marker::PhantomData};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{self, Error as _, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

/// What writes itself as JSON. It is asked twice: first for its length, since one spare byte of the
/// buffer would cost a second allocation.
pub(crate) trait Json {
    fn write<O: Out>(&self, out: &mut O);

    fn to_json(&self) -> Vec<u8> {
        let mut length = 0;
        self.write(&mut length);
        let mut json = Vec::with_capacity(length);
        self.write(&mut json);
        debug_assert_eq!(json.len(), length);
        json
    }

    fn to_body(&self) -> Bytes {
        self.to_json().into()
    }

    fn to_text(&self) -> String {
        #[expect(clippy::expect_used, reason = "all that is written is text")]
        String::from_utf8(self.to_json()).expect("JSON is UTF-8")
    }
}

/// Where JSON goes.
pub(crate) trait Out {
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

/// A value that is read from an object and from nothing else: serde would fill a struct from a list too.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members)).map(Object)
            }
        }
        value.deserialize_map(Members(PhantomData))
    }
}

/// Reads an object.
pub(crate) fn object<'de, T: Deserialize<'de>>(json: &'de [u8]) -> Result<T, serde_json::Error> {
    serde_json::from_slice::<Object<T>>(json).map(|object| object.0)
}

/// A count: a number, or, as some servers write it, its digits as text. `null` is none.
pub(crate) fn count<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    struct Count;
    impl<'de> Visitor<'de> for Count {
        type Value = Option<u64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a count")
        }

        fn visit_unit<E>(self) -> Result<Option<u64>, E> {
            Ok(None)
        }

        fn visit_u64<E>(self, count: u64) -> Result<Option<u64>, E> {
            Ok(Some(count))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Option<u64>, E> {
            // Number parsers take a sign too.
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            if digits {
                text.parse().map(Some).map_err(E::custom)
            } else {
                Err(E::custom("not digits"))
            }
        }
    }
    // Not `deserialize_option`, which would take a detour for every count.
    value.deserialize_any(Count)
}

/// A text, or a number as its digits: some servers write an id so.
pub(crate) fn text<'de, D: Deserializer<'de>>(value: D) -> Result<Cow<'de, str>, D::Error> {
    struct Text;
    impl<'de> Visitor<'de> for Text {
        type Value = Cow<'de, str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or a number")
        }

        fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
            Ok(Cow::Borrowed(text))
        }

        fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
            Ok(Cow::Owned(text.to_owned()))
        }

        fn visit_u64<E>(self, number: u64) -> Result<Cow<'de, str>, E> {
            Ok(Cow::Owned(number.to_string()))
        }

        fn visit_i64<E>(self, number: i64) -> Result<Cow<'de, str>, E> {
            Ok(Cow::Owned(number.to_string()))
        }

        fn visit_f64<E>(self, number: f64) -> Result<Cow<'de, str>, E> {
            Ok(Cow::Owned(number.to_string()))
        }
    }
    value.deserialize_any(Text)
}

/// As [`text`], to keep.
pub(crate) fn owned_text<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    text(value).map(Cow::into_owned)
}

/// As [`text`], where there may be none.
pub(crate) fn optional_text<'de, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<Cow<'de, str>>, D::Error> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow, deserialize_with = "text")] Cow<'a, str>);
    Ok(Option::<Text<'de>>::deserialize(value)?.map(|text| text.0))
}

/// Objects by name. Reverb, as PHP does, writes no objects as an empty list.
pub(crate) fn named<'de, D, T>(value: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let few = |Objects { named, listed }: Objects<T>| listed.is_empty().then_some(named);
    few(value.deserialize_any(ObjectsVisitor(PhantomData))?)
        .ok_or_else(|| D::Error::custom("a list"))
}

/// A list of objects. Reverb writes an empty one as an empty object.
pub(crate) fn list<'de, D, T>(value: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let few = |Objects { named, listed }: Objects<T>| named.is_empty().then_some(listed);
    few(value.deserialize_any(ObjectsVisitor(PhantomData))?)
        .ok_or_else(|| D::Error::custom("an object"))
}

/// Objects, by name or one after another: one of the two is empty.
struct Objects<T> {
    named: BTreeMap<String, T>,
    listed: Vec<T>,
}

struct ObjectsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectsVisitor<T> {
    type Value = Objects<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("objects")
    }

    fn visit_unit<E>(self) -> Result<Objects<T>, E> {
        Ok(Objects { named: BTreeMap::new(), listed: Vec::new() })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Objects<T>, A::Error> {
        let mut named = BTreeMap::new();
        while let Some((name, Object(object))) = members.next_entry()? {
            named.insert(name, object);
        }
        Ok(Objects { named, listed: Vec::new() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Objects<T>, A::Error> {
        let mut listed = Vec::new();
        while let Some(Object(object)) = items.next_element()? {
            listed.push(object);
        }
        Ok(Objects { named: BTreeMap::new(), listed })
    }
}

/// `null` where a value is promised reads as an empty one.
pub(crate) fn or_default<'de, D, T>(value: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(value)?.unwrap_or_default())
}
