//! The identifier of a user who signed in. A member of a presence channel may have any text as its
//! id; that is decided elsewhere.

use std::fmt;

super::name! {
    /// The id of a user: 1 to 200 of the characters `A-Z a-z 0-9 _ = @ , . ; -` (protocol:
    /// "Authenticating users").
    ///
    /// ```
    /// use pusher_core::{InvalidUserId, UserId};
    ///
    /// let user: UserId = "ann@example.com".parse()?;
    /// assert_eq!(UserId::parse("a b"), Err(InvalidUserId::Character { at: 1, found: ' ' }));
    /// # Ok::<(), InvalidUserId>(())
    /// ```
    UserId, InvalidUserId
}

impl UserId {
    /// The longest id, in characters, which are bytes.
    pub const MAX_LENGTH: usize = 200;
}

/// Why a text is not the id of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidUserId {
    /// The text is empty.
    Empty,
    /// The text is longer than [`UserId::MAX_LENGTH`].
    TooLong {
        /// Bytes in the text.
        length: usize,
    },
    /// A character is not allowed in ids of users.
    Character {
        /// Its position in bytes, which counts characters too: all before it are ASCII.
        at: usize,
        /// The character.
        found: char,
    },
}

impl InvalidUserId {
    fn check(text: &str) -> Result<(), Self> {
        if text.is_empty() {
            return Err(Self::Empty);
        }
        if text.len() > UserId::MAX_LENGTH {
            return Err(Self::TooLong { length: text.len() });
        }
        match super::misfit(text) {
            Some((at, found)) => Err(Self::Character { at, found }),
            None => Ok(()),
        }
    }
}

impl fmt::Display for InvalidUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => {
                write!(f, "a user id is empty; it has 1 to {} characters", UserId::MAX_LENGTH)
            }
            Self::TooLong { length } => {
                write!(
                    f,
                    "a user id has {length} bytes; at most {} are allowed",
                    UserId::MAX_LENGTH
                )
            }
            Self::Character { at, found } => write!(
                f,
                "a user id holds {found:?} at position {at}; allowed are {}",
                super::CHARACTERS
            ),
        }
    }
}
