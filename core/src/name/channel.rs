//! Names of channels: one, and the list that a trigger takes. What a kind of channel means is
//! decided elsewhere.

use std::fmt;

use serde::{Deserialize, Serialize};

super::name! {
    /// The name of a channel: 1 to 200 of the characters `A-Z a-z 0-9 _ = @ , . ; -`.
    ///
    /// The charset is the protocol's ("Channel naming conventions"). The length is the SDKs'; the
    /// documentation says 164, and servers differ: [`Limits::documented`](crate::Limits::documented)
    /// holds to it.
    ///
    /// ```
    /// use pusher_core::{ChannelKind, ChannelName, InvalidChannelName};
    ///
    /// let name: ChannelName = "presence-room@7".parse()?;
    /// assert_eq!(name.kind(), ChannelKind::Presence);
    ///
    /// let error = "private-a:b".parse::<ChannelName>().unwrap_err();
    /// assert_eq!(error, InvalidChannelName::Character { at: 9, found: ':' });
    /// # Ok::<(), InvalidChannelName>(())
    /// ```
    ChannelName, InvalidChannelName
}

impl ChannelName {
    /// The longest name, in characters, which are bytes.
    pub const MAX_LENGTH: usize = 200;

    /// What the prefix makes of the channel.
    pub fn kind(&self) -> ChannelKind {
        ChannelKind::of(self.as_str())
    }

    /// Whether the service keeps the channel's last event for those who come later: the prefix goes
    /// on with `cache-` (protocol: "Cache channels").
    ///
    /// ```
    /// use pusher_core::{ChannelName, InvalidChannelName};
    ///
    /// assert!(ChannelName::parse("private-encrypted-cache-x")?.is_cache());
    /// assert!(!ChannelName::parse("private-cachex")?.is_cache());
    /// # Ok::<(), InvalidChannelName>(())
    /// ```
    pub fn is_cache(&self) -> bool {
        let prefix = self.kind().prefix();
        self.as_str().strip_prefix(prefix).is_some_and(|rest| rest.starts_with("cache-"))
    }
}

super::name! {
    /// How the names of some channels begin: up to 200 of the characters of a [`ChannelName`], perhaps
    /// none.
    ///
    /// ```
    /// use pusher_core::{ChannelPrefix, InvalidChannelPrefix};
    ///
    /// let prefix: ChannelPrefix = "presence-".parse()?;
    /// assert_eq!(prefix.as_str(), "presence-");
    /// let error = InvalidChannelPrefix::Character { at: 1, found: '*' };
    /// assert_eq!(ChannelPrefix::parse("a*"), Err(error));
    /// # Ok::<(), InvalidChannelPrefix>(())
    /// ```
    ChannelPrefix, InvalidChannelPrefix
}

/// What a channel's prefix, which is case-sensitive, makes of it (protocol: "Channel types").
///
/// ```
/// use pusher_core::ChannelKind;
///
/// assert_eq!(ChannelKind::of("private-encrypted-cache-x"), ChannelKind::Encrypted);
/// assert_eq!(ChannelKind::of("private-encrypted"), ChannelKind::Private, "the dash is missing");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChannelKind {
    /// No prefix, or `cache-`: anybody may subscribe.
    Public,
    /// `private-`: the server authorises each subscription.
    Private,
    /// `presence-`: private, and subscribers see each other.
    Presence,
    /// `private-encrypted-`: private, and only subscribers can read the data.
    Encrypted,
}

impl ChannelKind {
    /// The kind of a channel of this name.
    pub fn of(name: &str) -> Self {
        // `private-` last: it is how `private-encrypted-` begins.
        let prefixed = [Self::Encrypted, Self::Presence, Self::Private];
        prefixed.into_iter().find(|kind| name.starts_with(kind.prefix())).unwrap_or(Self::Public)
    }

    /// How the name of such a channel begins.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Public => "",
            Self::Private => "private-",
            Self::Presence => "presence-",
            Self::Encrypted => "private-encrypted-",
        }
    }
}

super::charset_error! {
    /// Why a text is not a channel name.
    InvalidChannelName, ChannelName, "a channel name"
}

/// Why no channel's name begins with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidChannelPrefix {
    /// The text is longer than [`ChannelName::MAX_LENGTH`].
    TooLong {
        /// Bytes in the text.
        length: usize,
    },
    /// A character is not allowed in channel names.
    Character {
        /// Its position in bytes, which counts characters too: all before it are ASCII.
        at: usize,
        /// The character.
        found: char,
    },
}

impl InvalidChannelPrefix {
    fn check(text: &str) -> Result<(), Self> {
        match InvalidChannelName::check(text) {
            Ok(()) | Err(InvalidChannelName::Empty) => Ok(()),
            Err(InvalidChannelName::TooLong { length }) => Err(Self::TooLong { length }),
            Err(InvalidChannelName::Character { at, found }) => Err(Self::Character { at, found }),
        }
    }
}

impl fmt::Display for InvalidChannelPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => write!(
                f,
                "a prefix of channel names has {length} bytes; at most {} are allowed",
                ChannelName::MAX_LENGTH
            ),
            Self::Character { at, found } => write!(
                f,
                "a prefix of channel names holds {found:?} at position {at}; allowed are {}",
                super::CHARACTERS
            ),
        }
    }
}

/// The channels of one trigger: 1 to 100 names.
///
/// ```
/// use pusher_core::{ChannelNames, InvalidChannelNames};
///
/// let channels = ChannelNames::parse(["orders", "audit"])?;
/// assert_eq!(channels.as_slice().len(), 2);
/// assert_eq!(ChannelNames::parse([""; 0]), Err(InvalidChannelNames::Empty));
/// # Ok::<(), InvalidChannelNames>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<ChannelName>")]
pub struct ChannelNames(Vec<ChannelName>);

impl ChannelNames {
    /// The most channels that one trigger takes (protocol: `POST /events`, `channels`).
    pub const MAX_COUNT: usize = 100;

    /// Takes names that were checked before.
    ///
    /// # Errors
    ///
    /// If there are none, or more than [`MAX_COUNT`](Self::MAX_COUNT).
    pub fn new(names: Vec<ChannelName>) -> Result<Self, InvalidChannelNames> {
        match names.len() {
            0 => Err(InvalidChannelNames::Empty),
            1..=Self::MAX_COUNT => Ok(Self(names)),
            count => Err(InvalidChannelNames::TooMany { count }),
        }
    }

    /// Checks each name and their number.
    ///
    /// # Errors
    ///
    /// If there are none, or more than [`MAX_COUNT`](Self::MAX_COUNT), or if one is invalid; the
    /// error says which one.
    pub fn parse<T: AsRef<str>>(
        names: impl IntoIterator<Item = T>,
    ) -> Result<Self, InvalidChannelNames> {
        let parse = |(index, name): (usize, T)| {
            ChannelName::parse(name.as_ref())
                .map_err(|reason| InvalidChannelNames::Name { index, reason })
        };
        Self::new(names.into_iter().enumerate().map(parse).collect::<Result<_, _>>()?)
    }

    /// The names, in the order given.
    pub fn as_slice(&self) -> &[ChannelName] {
        &self.0
    }
}

impl From<ChannelName> for ChannelNames {
    fn from(name: ChannelName) -> Self {
        Self(vec![name])
    }
}

impl TryFrom<Vec<ChannelName>> for ChannelNames {
    type Error = InvalidChannelNames;

    fn try_from(names: Vec<ChannelName>) -> Result<Self, InvalidChannelNames> {
        Self::new(names)
    }
}

/// Why a list is not the channels of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidChannelNames {
    /// The list is empty.
    Empty,
    /// The list has more than [`ChannelNames::MAX_COUNT`] names.
    TooMany {
        /// Names in the list.
        count: usize,
    },
    /// One of the names is invalid.
    Name {
        /// Its place in the list, from 0.
        index: usize,
        /// What is wrong with it.
        reason: InvalidChannelName,
    },
}

impl fmt::Display for InvalidChannelNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(
                f,
                "the list of channels is empty; a trigger takes 1 to {}",
                ChannelNames::MAX_COUNT
            ),
            Self::TooMany { count } => write!(
                f,
                "the list has {count} channels; a trigger takes at most {}",
                ChannelNames::MAX_COUNT
            ),
            Self::Name { index, .. } => {
                write!(f, "the channel at index {index} of the list is invalid")
            }
        }
    }
}

impl std::error::Error for InvalidChannelNames {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Name { reason, .. } => Some(reason),
            _ => None,
        }
    }
}
