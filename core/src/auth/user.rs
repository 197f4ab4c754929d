//! The sign-in of a user (protocol: "Authenticating users"). This file does not know who asks.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize, Serializer, de::IgnoredAny, ser::SerializeStruct as _};

use super::{AuthError, Callback};
use crate::{
    App, BuildError, DecodeError, InvalidUserId, Quantity, SocketId, UserId,
    json::{self, Json, Out},
    sign::{Ascii, hmac_sha256_hex},
};

impl App {
    /// Signs a connection in as a user.
    ///
    /// **Know first** who asks: whoever holds the answer is that user.
    ///
    /// ```
    /// use pusher_core::{App, Credentials, User};
    ///
    /// # fn answer() -> Result<(), Box<dyn std::error::Error>> {
    /// let (key, secret) = ("278d425bdf160c739803", "7ad3773142a6692b25b8");
    /// let app = App::new(Credentials { app_id: "3", key, secret })?;
    /// let reply = app.authenticate_user(&"1234.1234".parse()?, User::new("12345".parse()?))?;
    /// assert_eq!(
    ///     reply.auth(),
    ///     "278d425bdf160c739803:4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba",
    /// );
    /// # Ok(())
    /// # }
    /// # answer().unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// If the watchlist is longer than the [`Limits`](crate::Limits) allow.
    pub fn authenticate_user<'a>(
        &'a self,
        socket_id: &SocketId,
        user: impl Into<UserData<'a>>,
    ) -> Result<UserAuth<'a>, AuthError> {
        let UserData { text, watchlist } = user.into();
        self.limits_in_force().check(Quantity::WatchlistLength, watchlist)?;
        let message = [socket_id.as_str().as_bytes(), b"::user::", text.as_bytes()];
        let signature = hmac_sha256_hex(self.secret(), message);
        Ok(UserAuth { key: self.key(), signature, user_data: text })
    }
}

/// A user who signs in.
///
/// ```
/// use pusher_core::User;
///
/// let ann = User::new("ann".parse()?)
///     .info(&serde_json::json!({ "name": "Ann" }))?
///     .watchlist(["ben".parse()?]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    id: UserId,
    user_info: Option<String>,
    watchlist: Vec<UserId>,
}

impl User {
    /// A user without more than an id.
    pub fn new(id: UserId) -> Self {
        Self { id, user_info: None, watchlist: Vec::new() }
    }

    /// What others see of the user in presence channels: any JSON object.
    ///
    /// # Errors
    ///
    /// [`BuildError::Data`] if the value has no JSON form.
    pub fn info<T: Serialize + ?Sized>(mut self, user_info: &T) -> Result<Self, BuildError> {
        self.user_info = Some(serde_json::to_string(user_info).map_err(BuildError::Data)?);
        Ok(self)
    }

    /// The users whose coming and going this one is told of (protocol: "Watchlist events"): at most 100
    /// by default.
    pub fn watchlist(mut self, ids: impl IntoIterator<Item = UserId>) -> Self {
        self.watchlist = ids.into_iter().collect();
        self
    }
}

/// Shows nothing: what users are called does not belong in logs.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("User(..)")
    }
}

impl Json for User {
    fn write<O: Out>(&self, out: &mut O) {
        out.raw(r#"{"id":"#);
        out.string(self.id.as_str());
        if let Some(user_info) = &self.user_info {
            out.raw(r#","user_info":"#);
            out.raw(user_info);
        }
        if !self.watchlist.is_empty() {
            out.raw(r#","watchlist":"#);
            out.list(&self.watchlist, |out, id| out.string(id.as_str()));
        }
        out.raw("}");
    }
}

/// The `user_data` that is signed: made of a [`User`], or a JSON text of your own.
///
/// ```
/// use pusher_core::{InvalidUserData, UserData};
///
/// let data = UserData::json(r#"{"id":"12345","email":"ann@example.com"}"#)?;
/// assert!(UserData::json(r#"{"id":12345}"#).is_err(), "the id of a user is a text");
/// # Ok::<(), InvalidUserData>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct UserData<'a> {
    text: Cow<'a, str>,
    watchlist: usize,
}

impl<'a> UserData<'a> {
    /// A JSON object of your own, signed and handed out byte for byte.
    ///
    /// # Errors
    ///
    /// If it is not an object with an `id`, or the id is not that of a user.
    pub fn json(text: impl Into<Cow<'a, str>>) -> Result<Self, InvalidUserData> {
        #[derive(Deserialize)]
        struct Probe<'a> {
            #[serde(borrow)]
            id: Cow<'a, str>,
            #[serde(default)]
            watchlist: Vec<IgnoredAny>,
        }
        let text = text.into();
        let Probe { id, watchlist } = json::object(text.as_bytes())
            .map_err(|reason| InvalidUserData::Malformed(reason.into()))?;
        UserId::parse(id).map_err(InvalidUserData::UserId)?;
        let watchlist = watchlist.len();
        Ok(Self { text, watchlist })
    }
}

impl From<User> for UserData<'_> {
    fn from(user: User) -> Self {
        Self { text: user.to_text().into(), watchlist: user.watchlist.len() }
    }
}

/// Shows the length only: what users are called does not belong in logs.
impl fmt::Debug for UserData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserData({} bytes)", self.text.len())
    }
}

/// Why a text is not the `user_data` of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidUserData {
    /// It is not a JSON object with a text `id`.
    Malformed(DecodeError),
    /// The id is not that of a user.
    UserId(InvalidUserId),
}

impl fmt::Display for InvalidUserData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(_) => {
                f.write_str("the user_data is not a JSON object with an id that is a text")
            }
            Self::UserId(reason) => reason.fmt(f),
        }
    }
}

impl std::error::Error for InvalidUserData {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Malformed(reason) => Some(reason),
            Self::UserId(_) => None,
        }
    }
}

/// The answer to a connection that signs in. Send [`to_json`](Self::to_json) with the status 200; one
/// that may not sign in gets a 403.
///
/// Its parts are secrets of that connection, so `Debug` shows none of them.
pub struct UserAuth<'a> {
    key: &'a str,
    signature: Ascii<64>,
    user_data: Cow<'a, str>,
}

impl UserAuth<'_> {
    /// `KEY:SIGNATURE`.
    pub fn auth(&self) -> String {
        auth(self.key, &self.signature)
    }

    /// The JSON text that was signed.
    pub fn user_data(&self) -> &str {
        &self.user_data
    }

    /// The answer as browsers read it.
    pub fn to_json(&self) -> String {
        self.to_text()
    }

    /// The answer to a request with a `callback`, as `application/javascript`.
    pub fn to_jsonp(&self, callback: &Callback) -> String {
        callback.call(&self.to_json())
    }
}

/// How both kinds of answers begin.
pub(super) fn write_auth<O: Out>(out: &mut O, key: &str, signature: &Ascii<64>) {
    out.raw(r#"{"auth":"#);
    if key.contains(['"', '\\']) {
        out.string(&auth(key, signature));
    } else {
        ["\"", key, ":", signature.as_str(), "\""].into_iter().for_each(|part| out.raw(part));
    }
}

pub(super) fn auth(key: &str, signature: &Ascii<64>) -> String {
    [key, ":", signature.as_str()].concat()
}

impl Json for UserAuth<'_> {
    fn write<O: Out>(&self, out: &mut O) {
        write_auth(out, self.key, &self.signature);
        out.raw(r#","user_data":"#);
        out.string(&self.user_data);
        out.raw("}");
    }
}

impl Serialize for UserAuth<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut reply = serializer.serialize_struct("UserAuth", 2)?;
        reply.serialize_field("auth", &self.auth())?;
        reply.serialize_field("user_data", self.user_data())?;
        reply.end()
    }
}

impl fmt::Debug for UserAuth<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserAuth(..)")
    }
}
