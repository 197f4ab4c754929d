//! Names of events.

use std::fmt;

super::name! {
    /// The name of an event: 1 to 200 characters of any kind, not starting with `pusher:`, which is
    /// the service's own (protocol: "Event names").
    ///
    /// ```
    /// use pusher_core::{EventName, InvalidEventName};
    ///
    /// let name: EventName = "App\\Events\\OrderPaid".parse()?;
    /// assert_eq!(name.as_str(), "App\\Events\\OrderPaid");
    /// assert_eq!(EventName::parse("pusher:error"), Err(InvalidEventName::Reserved));
    /// # Ok::<(), InvalidEventName>(())
    /// ```
    EventName, InvalidEventName
}

impl EventName {
    /// The longest name, in characters (Unicode scalar values).
    pub const MAX_LENGTH: usize = 200;
}

/// Why a text is not the name of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidEventName {
    /// The text is empty.
    Empty,
    /// The text is longer than [`EventName::MAX_LENGTH`].
    TooLong {
        /// Characters in the text.
        length: usize,
    },
    /// The text starts with `pusher:`.
    Reserved,
}

impl InvalidEventName {
    fn check(text: &str) -> Result<(), Self> {
        if text.is_empty() {
            return Err(Self::Empty);
        }
        if text.starts_with("pusher:") {
            return Err(Self::Reserved);
        }
        // Bytes are at least as many as characters, and counted already.
        if text.len() > EventName::MAX_LENGTH {
            let length = text.chars().count();
            if length > EventName::MAX_LENGTH {
                return Err(Self::TooLong { length });
            }
        }
        Ok(())
    }
}

impl fmt::Display for InvalidEventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(
                f,
                "an event name is empty; it has 1 to {} characters",
                EventName::MAX_LENGTH
            ),
            Self::TooLong { length } => write!(
                f,
                "an event name has {length} characters; at most {} are allowed",
                EventName::MAX_LENGTH
            ),
            Self::Reserved => f.write_str(
                "an event name starts with \"pusher:\", which only the service itself may publish",
            ),
        }
    }
}
