//! The identifier of one connection. Strict, since it is signed beside a channel's name and a
//! crafted one would shift the boundary between the two.

use std::fmt;

super::name! {
    /// The `socket_id` that the server gave to a client's connection: `[0-9]+\.[0-9]+`, ASCII digits
    /// only, the whole text.
    ///
    /// ```
    /// use pusher_core::{InvalidSocketId, SocketId};
    ///
    /// let socket_id: SocketId = "1234.1234".parse()?;
    /// assert_eq!(SocketId::parse("1.1\n"), Err(InvalidSocketId::Character { at: 3, found: '\n' }));
    /// # Ok::<(), InvalidSocketId>(())
    /// ```
    SocketId, InvalidSocketId
}

/// Why a text is not a `socket_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidSocketId {
    /// The text is empty.
    Empty,
    /// A character stands where it cannot: neither a digit nor the one dot between digits.
    Character {
        /// Its position in bytes, which counts characters too: all before it are ASCII.
        at: usize,
        /// The character.
        found: char,
    },
    /// The text ends before the digits that follow the dot.
    Incomplete,
}

impl InvalidSocketId {
    fn check(text: &str) -> Result<(), Self> {
        let mut dot = None;
        for (at, found) in text.char_indices() {
            match found {
                '0'..='9' => {}
                '.' if at > 0 && dot.is_none() => dot = Some(at),
                _ => return Err(Self::Character { at, found }),
            }
        }
        match dot {
            _ if text.is_empty() => Err(Self::Empty),
            Some(at) if at + 1 < text.len() => Ok(()),
            _ => Err(Self::Incomplete),
        }
    }
}

impl fmt::Display for InvalidSocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a socket_id is empty; it reads like 1234.5678"),
            Self::Character { at, found } => {
                write!(f, "a socket_id holds {found:?} at position {at}; it reads like 1234.5678")
            }
            Self::Incomplete => f.write_str("a socket_id ends too early; it reads like 1234.5678"),
        }
    }
}
