//! What an event carries. The protocol carries text; that it usually is JSON is the clients' habit.
//! This file knows for which channel a text was sealed; it does not know how.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{BuildError, ChannelName};

/// The `data` of an event: a text, which clients of the protocol read as JSON if it is JSON.
///
/// ```
/// use pusher_core::{BuildError, Data};
///
/// let json = Data::json(&["a", "b"])?;
/// assert_eq!(json.as_str(), r#"["a","b"]"#);
///
/// let ready_made = Data::text(r#"{"id":7}"#);
/// assert_eq!(ready_made.as_str(), r#"{"id":7}"#, "sent as it is, not encoded again");
/// # Ok::<(), BuildError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Data {
    text: String,
    sealed_for: Option<ChannelName>,
}

impl Data {
    /// The text as it is: ready-made JSON, or any other text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), sealed_for: None }
    }

    /// The value as JSON.
    ///
    /// # Errors
    ///
    /// [`BuildError::Data`] if the value has no JSON form, such as a map whose keys are not text.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, BuildError> {
        serde_json::to_string(value).map(Self::text).map_err(BuildError::Data)
    }

    #[cfg(feature = "encryption")]
    pub(crate) fn sealed(text: String, channel: ChannelName) -> Self {
        Self { text, sealed_for: Some(channel) }
    }

    /// The text that is sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The one channel whose subscribers can read the data, if it is encrypted.
    pub fn sealed_for(&self) -> Option<&ChannelName> {
        self.sealed_for.as_ref()
    }
}

/// Shows the length only: payloads do not belong in logs.
impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sealed = if self.sealed_for.is_some() { "sealed, " } else { "" };
        write!(f, "Data({sealed}{} bytes)", self.text.len())
    }
}

/// Data as a queue keeps it.
#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Stored {
    Text(String),
    Sealed { sealed: String, channel: ChannelName },
}

impl From<Stored> for Data {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Text(text) => Self::text(text),
            Stored::Sealed { sealed, channel } => Self { text: sealed, sealed_for: Some(channel) },
        }
    }
}

impl From<Data> for Stored {
    fn from(data: Data) -> Self {
        match data.sealed_for {
            None => Self::Text(data.text),
            Some(channel) => Self::Sealed { sealed: data.text, channel },
        }
    }
}
