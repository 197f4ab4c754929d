//! The form that a browser posts to ask for an authorisation, or the query of a request with a
//! callback. This file only reads; whether the browser gets what it asks for is decided elsewhere.

use std::{borrow::Cow, fmt};

use crate::{ChannelName, InvalidChannelName, InvalidSocketId, SocketId, percent};

/// A request for one or several channels.
///
/// ```
/// use pusher_core::{ChannelForm, InvalidForm};
///
/// let form = ChannelForm::parse("socket_id=1234.1234&channel_name=private-foobar")?;
/// let (socket_id, channel) = form.one()?;
/// assert_eq!(channel.as_str(), "private-foobar");
///
/// let several = ChannelForm::parse("socket_id=1.1&channel_name[0]=private-a&channel_name[1]=private-b")?;
/// assert_eq!(several.channels.len(), 2);
///
/// let error = ChannelForm::parse("channel_name=hello").unwrap_err();
/// assert_eq!(error, InvalidForm::Missing { field: "socket_id" });
/// # Ok::<(), InvalidForm>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelForm {
    /// The connection that wants to subscribe.
    pub socket_id: SocketId,
    /// The channels, at least one, in the order of the form. Several come from the browser plugin
    /// `pusher-js-auth`, which reads [`ChannelAuths`](crate::ChannelAuths).
    pub channels: Vec<ChannelName>,
}

impl ChannelForm {
    /// Reads an `application/x-www-form-urlencoded` body, or the query of a GET. Other fields, which
    /// an application may add, are left out.
    ///
    /// # Errors
    ///
    /// [`InvalidForm`] names the field that is missing, repeated or wrong.
    pub fn parse(form: impl AsRef<[u8]>) -> Result<Self, InvalidForm> {
        let fields = Fields::of(form.as_ref())?;
        let socket_id = fields.socket_id()?;
        let one = |name: &str| name == "channel_name";
        let several = |name: &str| name.starts_with("channel_name[") && name.ends_with(']');
        let mut names = Vec::new();
        let mut channels = Vec::new();
        for field in fields.iter() {
            let (name, value) = field?;
            if !one(&name) && !several(&name) {
                continue;
            }
            let index = channels.len();
            let reason = |reason| InvalidForm::ChannelName { index, reason };
            channels.push(ChannelName::parse(value).map_err(reason)?);
            names.push(name);
        }
        let twice =
            |(at, name)| name != "channel_name[]" && names.iter().take(at).any(|n| n == name);
        if names.len() > 1 && names.iter().any(|name| one(name))
            || names.iter().enumerate().any(twice)
        {
            return Err(InvalidForm::Repeated { field: "channel_name" });
        }
        if channels.is_empty() {
            return Err(InvalidForm::Missing { field: "channel_name" });
        }
        Ok(Self { socket_id, channels })
    }

    /// The connection and its one channel: for applications that do not answer several at once.
    ///
    /// # Errors
    ///
    /// [`InvalidForm::Repeated`] if there are several.
    pub fn one(self) -> Result<(SocketId, ChannelName), InvalidForm> {
        let [channel] = <[ChannelName; 1]>::try_from(self.channels)
            .map_err(|_| InvalidForm::Repeated { field: "channel_name" })?;
        Ok((self.socket_id, channel))
    }
}

/// A request to sign in. Who the user is, the form does not say: the application knows.
///
/// ```
/// use pusher_core::{InvalidForm, UserForm};
///
/// let form = UserForm::parse("socket_id=1234.1234")?;
/// assert_eq!(form.socket_id.as_str(), "1234.1234");
/// # Ok::<(), InvalidForm>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserForm {
    /// The connection that wants to sign in.
    pub socket_id: SocketId,
}

impl UserForm {
    /// Reads a body or a query, as [`ChannelForm::parse`] does.
    ///
    /// # Errors
    ///
    /// [`InvalidForm`] names the field that is missing, repeated or wrong.
    pub fn parse(form: impl AsRef<[u8]>) -> Result<Self, InvalidForm> {
        Ok(Self { socket_id: Fields::of(form.as_ref())?.socket_id()? })
    }
}

struct Fields<'a>(&'a str);

impl<'a> Fields<'a> {
    fn of(form: &'a [u8]) -> Result<Self, InvalidForm> {
        str::from_utf8(form).map(Self).map_err(|_| InvalidForm::Encoding)
    }

    fn iter(&self) -> impl Iterator<Item = Result<(Cow<'a, str>, Cow<'a, str>), InvalidForm>> {
        // Some browsers' libraries put an `&` in front.
        let pairs = self.0.split('&').filter(|pair| !pair.is_empty());
        pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decoded(name)?, decoded(value)?))
        })
    }

    fn socket_id(&self) -> Result<SocketId, InvalidForm> {
        let field = "socket_id";
        let mut found = None;
        for pair in self.iter() {
            let (name, value) = pair?;
            if name == field && found.replace(value).is_some() {
                return Err(InvalidForm::Repeated { field });
            }
        }
        let value = found.ok_or(InvalidForm::Missing { field })?;
        SocketId::parse(value).map_err(InvalidForm::SocketId)
    }
}

fn decoded(text: &str) -> Result<Cow<'_, str>, InvalidForm> {
    if !text.contains('+') {
        return percent::decoded(text).ok_or(InvalidForm::Encoding);
    }
    let spaced = text.replace('+', " ");
    let decoded = percent::decoded(&spaced).ok_or(InvalidForm::Encoding)?;
    Ok(Cow::Owned(decoded.into_owned()))
}

/// Why a form does not ask for an authorisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidForm {
    /// It is not UTF-8 with percent-encoding.
    Encoding,
    /// A field is missing.
    Missing {
        /// Its name.
        field: &'static str,
    },
    /// A field is there twice.
    Repeated {
        /// Its name.
        field: &'static str,
    },
    /// The `socket_id` is invalid.
    SocketId(InvalidSocketId),
    /// A `channel_name` is invalid.
    ChannelName {
        /// Its place among the channels, from 0.
        index: usize,
        /// What is wrong with it.
        reason: InvalidChannelName,
    },
}

impl fmt::Display for InvalidForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding => f.write_str("the form is not UTF-8 with percent-encoding"),
            Self::Missing { field } => write!(f, "the form has no {field}"),
            Self::Repeated { field } => write!(f, "the form has the field {field} twice"),
            Self::SocketId(reason) => reason.fmt(f),
            Self::ChannelName { reason, .. } => reason.fmt(f),
        }
    }
}

impl std::error::Error for InvalidForm {}
