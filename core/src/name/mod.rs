//! The names of the protocol as types, each with one fallible constructor. Only these can be
//! signed; there is no door around the check.

mod channel;
mod event;
mod socket_id;
mod user_id;

pub use self::{
    channel::{
        ChannelKind, ChannelName, ChannelNames, ChannelPrefix, InvalidChannelName,
        InvalidChannelNames, InvalidChannelPrefix,
    },
    event::{EventName, InvalidEventName},
    socket_id::{InvalidSocketId, SocketId},
    user_id::{InvalidUserId, UserId},
};

/// What names of channels and ids of users are made of.
const CHARACTERS: &str = "A-Z a-z 0-9 _ = @ , . ; -";

/// What every name has beside its grammar: conversions that go through `check`, and serde through
/// the conversions.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $error:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks the text and keeps it.
            ///
            /// # Errors
            ///
            /// Says which rule the text breaks, and where.
            pub fn parse(text: impl Into<Box<str>>) -> Result<Self, $error> {
                let text = text.into();
                $error::check(&text)?;
                Ok(Self(text))
            }

            /// The name as it travels.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                Self::parse(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $error;

            fn try_from(text: &str) -> Result<Self, $error> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.into()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl std::error::Error for $error {}
    };
}
pub(crate) use name;

/// The grammar of names with a fixed charset: 1 to `MAX_LENGTH` of the [`CHARACTERS`].
macro_rules! charset_error {
    ($(#[$doc:meta])* $error:ident, $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $error {
            /// The text is empty.
            Empty,
            #[doc = concat!("The text is longer than [`", stringify!($name), "::MAX_LENGTH`].")]
            TooLong {
                /// Bytes in the text.
                length: usize,
            },
            /// A character is not allowed there.
            Character {
                /// Its position in bytes, which counts characters too: all before it are ASCII.
                at: usize,
                /// The character.
                found: char,
            },
        }

        impl $error {
            fn check(text: &str) -> Result<(), Self> {
                let fits = |char: char| char.is_ascii_alphanumeric() || "_=@,.;-".contains(char);
                if text.is_empty() {
                    return Err(Self::Empty);
                }
                if text.len() > $name::MAX_LENGTH {
                    return Err(Self::TooLong { length: text.len() });
                }
                match text.char_indices().find(|(_, char)| !fits(*char)) {
                    Some((at, found)) => Err(Self::Character { at, found }),
                    None => Ok(()),
                }
            }
        }

        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let longest = $name::MAX_LENGTH;
                match self {
                    Self::Empty => write!(f, "{} is empty; it has 1 to {longest} characters", $what),
                    Self::TooLong { length } => {
                        write!(f, "{} has {length} bytes; at most {longest} are allowed", $what)
                    }
                    Self::Character { at, found } => write!(
                        f,
                        "{} holds {found:?} at position {at}; allowed are {}",
                        $what,
                        $crate::name::CHARACTERS
                    ),
                }
            }
        }
    };
}
use charset_error;
