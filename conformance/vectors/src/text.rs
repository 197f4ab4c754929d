//! Texts that may be too long to write out.
//! This file joins and repeats; it does not know what the text is for.

use serde::{Deserialize, Serialize};

/// A text: written out, repeated, or joined from parts.
///
/// ```
/// use pusher_vectors::Text;
///
/// let text = Text::Parts(vec![
///     Text::Plain("[".into()),
///     Text::Repeat { repeat: "ab".into(), times: 3 },
///     Text::Plain("]".into()),
/// ]);
/// assert_eq!(text.to_string(), "[ababab]");
/// ```
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Text {
    /// The text itself.
    Plain(String),
    /// A text, so many times in a row.
    Repeat {
        /// What is repeated.
        repeat: String,
        /// How often.
        times: usize,
    },
    /// Parts, joined with nothing in between.
    Parts(Vec<Text>),
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(text),
            Self::Repeat { repeat, times } => (0..*times).try_for_each(|_| f.write_str(repeat)),
            Self::Parts(parts) => parts.iter().try_for_each(|part| write!(f, "{part}")),
        }
    }
}
