//! What the client's methods take: names as text or checked already, data as a value or as ready
//! text. A wrong one is an error before any I/O.

use std::str::FromStr;

use pusher_core::{
    BuildError, ChannelName, ChannelNames, ChannelPrefix, Data, EventName, SocketId, UserId,
};
use serde::Serialize;

/// The channels of a trigger: one name or several, as text or checked already.
///
/// ```
/// use pusher_client::{ChannelName, IntoChannels};
///
/// assert!("orders".into_channels().is_ok());
/// assert!(["orders", "audit"].into_channels().is_ok());
/// assert!(vec![String::from("orders")].into_channels().is_ok());
/// assert!([""; 0].into_channels().is_err(), "a trigger takes at least one");
/// # let checked: ChannelName = "orders".parse()?;
/// # assert!([checked.clone()].into_channels().is_ok() && checked.into_channels().is_ok());
/// # Ok::<(), pusher_client::InvalidChannelName>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a channel or a list of channels",
    label = "takes \"a\", [\"a\", \"b\"], a slice or a Vec of these, a `ChannelName` or `ChannelNames`"
)]
pub trait IntoChannels {
    /// Checks the names.
    ///
    /// # Errors
    ///
    /// If a name is invalid, or there are none or too many.
    fn into_channels(self) -> Result<ChannelNames, BuildError>;
}

impl IntoChannels for ChannelNames {
    fn into_channels(self) -> Result<ChannelNames, BuildError> {
        Ok(self)
    }
}

impl IntoChannels for ChannelName {
    fn into_channels(self) -> Result<ChannelNames, BuildError> {
        Ok(self.into())
    }
}

impl IntoChannels for &str {
    fn into_channels(self) -> Result<ChannelNames, BuildError> {
        Ok(ChannelName::parse(self)?.into())
    }
}

impl IntoChannels for String {
    fn into_channels(self) -> Result<ChannelNames, BuildError> {
        Ok(ChannelName::parse(self)?.into())
    }
}

impl IntoChannels for &String {
    fn into_channels(self) -> Result<ChannelNames, BuildError> {
        self.as_str().into_channels()
    }
}

impl<T: AsRef<str>> IntoChannels for &[T] {
    fn into_channels(self) -> Result<ChannelNames, BuildError> {
        Ok(ChannelNames::parse(self)?)
    }
}

impl<T: AsRef<str>, const N: usize> IntoChannels for [T; N] {
    fn into_channels(self) -> Result<ChannelNames, BuildError> {
        self.as_slice().into_channels()
    }
}

impl<T: AsRef<str>, const N: usize> IntoChannels for &[T; N] {
    fn into_channels(self) -> Result<ChannelNames, BuildError> {
        self.as_slice().into_channels()
    }
}

impl<T: AsRef<str>> IntoChannels for Vec<T> {
    fn into_channels(self) -> Result<ChannelNames, BuildError> {
        self.as_slice().into_channels()
    }
}

impl<T: AsRef<str>> IntoChannels for &Vec<T> {
    fn into_channels(self) -> Result<ChannelNames, BuildError> {
        self.as_slice().into_channels()
    }
}

/// A name of type `N`: as text, or checked already.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a name for `{N}`",
    label = "takes text, or a `{N}` itself"
)]
pub trait IntoName<N> {
    /// Checks the name.
    ///
    /// # Errors
    ///
    /// If it is invalid.
    fn into_name(self) -> Result<N, BuildError>;
}

macro_rules! into_name {
    ($($name:ident),*) => {$(
        impl IntoName<$name> for $name {
            fn into_name(self) -> Result<$name, BuildError> {
                Ok(self)
            }
        }

        impl IntoName<$name> for &$name {
            fn into_name(self) -> Result<$name, BuildError> {
                Ok(self.clone())
            }
        }
    )*};
}
into_name!(ChannelName, ChannelPrefix, EventName, SocketId, UserId);

macro_rules! into_name_from_text {
    ($($text:ty),*) => {$(
        impl<N> IntoName<N> for $text
        where
            N: FromStr<Err: Into<BuildError>>,
        {
            fn into_name(self) -> Result<N, BuildError> {
                self.parse().map_err(Into::into)
            }
        }
    )*};
}
into_name_from_text!(&str, String, &String);

/// The data of an event: a reference to any value that serialises becomes JSON; a [`Data`] goes as
/// it is, so that ready-made text is not encoded twice.
///
/// ```
/// use pusher_client::{Data, IntoData};
///
/// assert_eq!((&[1, 2]).into_data()?.as_str(), "[1,2]");
/// assert_eq!("text".into_data()?.as_str(), r#""text""#, "a JSON string, with quotes");
/// assert_eq!(Data::text("[1,2]").into_data()?.as_str(), "[1,2]");
/// # Ok::<(), pusher_client::BuildError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not data for an event",
    label = "takes a reference to a value that serialises, such as `&order`, or a `Data`",
    note = "ready-made text goes as `Data::text(..)`"
)]
pub trait IntoData {
    /// The data as it is sent.
    ///
    /// # Errors
    ///
    /// If the value has no JSON form.
    fn into_data(self) -> Result<Data, BuildError>;
}

impl IntoData for Data {
    fn into_data(self) -> Result<Data, BuildError> {
        Ok(self)
    }
}

impl<T: Serialize + ?Sized> IntoData for &T {
    fn into_data(self) -> Result<Data, BuildError> {
        Data::json(self)
    }
}
