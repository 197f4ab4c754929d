//! What an event carries. The protocol carries text; that it usually is JSON is the clients' habit.

use std::fmt;

use serde::Serialize;

use crate::BuildError;

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
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Data(String);

impl Data {
    /// The text as it is: ready-made JSON, or any other text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The value as JSON.
    ///
    /// # Errors
    ///
    /// [`BuildError::Data`] if the value has no JSON form, such as a map whose keys are not text.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, BuildError> {
        serde_json::to_string(value).map(Self).map_err(BuildError::Data)
    }

    /// The text that is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Shows the length only: payloads do not belong in logs.
impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Data({} bytes)", self.0.len())
    }
}
