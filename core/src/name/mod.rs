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

/// The first character that is not one of [`CHARACTERS`], and its position in bytes.
fn misfit(text: &str) -> Option<(usize, char)> {
    let fits = |char: char| char.is_ascii_alphanumeric() || "_=@,.;-".contains(char);
    text.char_indices().find(|(_, char)| !fits(*char))
}

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
