//! The authorisation of a subscription (protocol: "Authorizing users"): private, presence and
//! encrypted channels. This file does not know who asks.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize, Serializer, de::IgnoredAny, ser::SerializeStruct as _};
#[cfg(feature = "encryption")]
use zeroize::Zeroizing;

use super::{AuthError, Callback};
use crate::{
    App, BuildError, ChannelKind, ChannelName, DecodeError, Quantity, SocketId,
    json::{self, Json, Out},
    sign::{Ascii, hmac_sha256_hex},
};

impl App {
    /// Authorises a connection to subscribe to a private, presence or encrypted channel.
    ///
    /// A presence channel takes a [`Member`], or none if the connection's user signed in before. Any
    /// channel takes a JSON text of your own as [`ChannelData`].
    ///
    /// **Decide first** whether this user may subscribe: whoever holds the answer can.
    ///
    /// ```
    /// use pusher_core::{App, Credentials, Member};
    ///
    /// # fn answer() -> Result<(), Box<dyn std::error::Error>> {
    /// let (key, secret) = ("278d425bdf160c739803", "7ad3773142a6692b25b8");
    /// let app = App::new(Credentials { app_id: "3", key, secret })?;
    /// let socket_id = "1234.1234".parse()?;
    ///
    /// let reply = app.authorize_channel(&socket_id, &"private-foobar".parse()?, None)?.to_json();
    /// assert_eq!(
    ///     reply,
    ///     r#"{"auth":"278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"}"#,
    /// );
    ///
    /// let ann = Member::new("ann").info(&serde_json::json!({ "name": "Ann" }))?;
    /// let reply = app.authorize_channel(&socket_id, &"presence-foobar".parse()?, ann)?;
    /// assert_eq!(reply.channel_data(), Some(r#"{"user_id":"ann","user_info":{"name":"Ann"}}"#));
    /// # Ok(())
    /// # }
    /// # answer().unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// [`AuthError`] if the channel is public, if the data does not fit it or is larger than the
    /// [`Limits`](crate::Limits) allow, or if it is encrypted and the app has no master key.
    pub fn authorize_channel<'a>(
        &'a self,
        socket_id: &SocketId,
        channel: &ChannelName,
        data: impl Into<Option<ChannelData<'a>>>,
    ) -> Result<ChannelAuth<'a>, AuthError> {
        let data = data.into();
        let kind = channel.kind();
        if kind == ChannelKind::Public {
            return Err(AuthError::PublicChannel { channel: channel.clone() });
        }
        if let Some(data) = &data {
            match data.user_id_length {
                _ if kind != ChannelKind::Presence => {
                    if data.of_member {
                        return Err(AuthError::NotPresenceChannel { channel: channel.clone() });
                    }
                }
                None => return Err(AuthError::MissingUserId),
                Some(length) => {
                    let limits = self.limits_in_force();
                    limits.check(Quantity::MemberIdLength, length)?;
                    limits.check(Quantity::MemberBytes, data.text.len())?;
                }
            }
        }

        let (socket_id, name) = (socket_id.as_str().as_bytes(), channel.as_str().as_bytes());
        let channel_data = data.map(|data| data.text);
        let signature = match &channel_data {
            None => hmac_sha256_hex(self.secret(), [socket_id, b":", name]),
            Some(data) => {
                hmac_sha256_hex(self.secret(), [socket_id, b":", name, b":", data.as_bytes()])
            }
        };
        Ok(ChannelAuth {
            key: self.key(),
            signature,
            channel_data,
            #[cfg(feature = "encryption")]
            shared_secret: match kind {
                ChannelKind::Encrypted => Some(self.shared_secret(channel)?),
                _ => None,
            },
        })
    }

    #[cfg(feature = "encryption")]
    fn shared_secret(&self, channel: &ChannelName) -> Result<Zeroizing<String>, AuthError> {
        let keys = self.own_master_keys().ok_or(AuthError::MissingMasterKey)?;
        keys.shared_secret(channel)
            .map(Zeroizing::new)
            .map_err(|reason| AuthError::PublicChannel { channel: reason.channel })
    }
}

/// What a connection brings into a channel: the `channel_data` that is signed and shown to other
/// subscribers.
///
/// ```
/// use pusher_core::{ChannelData, InvalidChannelData};
///
/// let data = ChannelData::json(r#"{"user_id": 10, "user_info": {"name": "Mr. Pusher"}}"#)?;
/// # Ok::<(), InvalidChannelData>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ChannelData<'a> {
    text: Cow<'a, str>,
    /// Whether it was made of a [`Member`], so that only a presence channel can be meant.
    of_member: bool,
    /// In characters.
    user_id_length: Option<usize>,
}

impl<'a> ChannelData<'a> {
    /// A JSON text of your own, signed and handed out byte for byte.
    ///
    /// For a presence channel it is an object with a `user_id`, and mostly with a `user_info`.
    ///
    /// # Errors
    ///
    /// If the text is not JSON.
    pub fn json(text: impl Into<Cow<'a, str>>) -> Result<Self, InvalidChannelData> {
        #[derive(Deserialize)]
        struct Probe<'a> {
            #[serde(borrow, deserialize_with = "json::text")]
            user_id: Cow<'a, str>,
        }
        let text = text.into();
        let user_id_length = match json::object(text.as_bytes()) {
            Ok(Probe { user_id }) => length(&user_id),
            // Also what other kinds of channels may take, if it is JSON at all.
            Err(_) => {
                let _any: IgnoredAny = serde_json::from_str(&text)
                    .map_err(|reason| InvalidChannelData(reason.into()))?;
                None
            }
        };
        Ok(Self { text, of_member: false, user_id_length })
    }
}

/// Shows the length only: what users are called does not belong in logs.
impl fmt::Debug for ChannelData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChannelData({} bytes)", self.text.len())
    }
}

/// In characters; an empty id is none.
fn length(user_id: &str) -> Option<usize> {
    (!user_id.is_empty()).then(|| user_id.chars().count())
}

/// A text is not JSON, so nobody could read it as `channel_data`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidChannelData(DecodeError);

impl fmt::Display for InvalidChannelData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the channel_data is not JSON")
    }
}

impl std::error::Error for InvalidChannelData {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

/// A member of a presence channel, as other members see it (protocol: "Presence channels").
///
/// ```
/// use pusher_core::{BuildError, Member};
///
/// let ann = Member::new("ann").info(&serde_json::json!({ "name": "Ann" }))?;
/// let ten = Member::new(10);
/// # Ok::<(), BuildError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    user_id: MemberId,
    user_info: Option<String>,
}

impl Member {
    /// A member without more than an id. Two connections with the same id are one member.
    pub fn new(user_id: impl Into<MemberId>) -> Self {
        Self { user_id: user_id.into(), user_info: None }
    }

    /// What others see of the member: any JSON object.
    ///
    /// # Errors
    ///
    /// [`BuildError::Data`] if the value has no JSON form.
    pub fn info<T: Serialize + ?Sized>(mut self, user_info: &T) -> Result<Self, BuildError> {
        self.user_info = Some(serde_json::to_string(user_info).map_err(BuildError::Data)?);
        Ok(self)
    }
}

/// Shows nothing: what users are called does not belong in logs.
impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Member(..)")
    }
}

/// The `user_id` of a [`Member`]: a text or a number.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_debug_implementations)]
pub enum MemberId {
    /// Any text, up to 128 characters by default.
    Text(String),
    /// A number. Browsers read those above 2^53 wrongly.
    Number(u64),
}

impl From<&str> for MemberId {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for MemberId {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for MemberId {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl Json for Member {
    fn write<O: Out>(&self, out: &mut O) {
        out.raw(r#"{"user_id":"#);
        match &self.user_id {
            MemberId::Text(text) => out.string(text),
            MemberId::Number(number) => out.raw(Ascii::decimal(*number).as_str()),
        }
        if let Some(user_info) = &self.user_info {
            out.raw(r#","user_info":"#);
            out.raw(user_info);
        }
        out.raw("}");
    }
}

impl From<Member> for ChannelData<'_> {
    fn from(member: Member) -> Self {
        let user_id_length = match &member.user_id {
            MemberId::Text(text) => length(text),
            MemberId::Number(number) => length(Ascii::decimal(*number).as_str()),
        };
        Self { text: member.to_text().into(), of_member: true, user_id_length }
    }
}

impl From<Member> for Option<ChannelData<'_>> {
    fn from(member: Member) -> Self {
        Some(member.into())
    }
}

/// The answer to a connection that may subscribe. Send [`to_json`](Self::to_json) with the status 200;
/// one that may not subscribe gets a 403.
///
/// Its parts are secrets of that connection, so `Debug` shows none of them.
pub struct ChannelAuth<'a> {
    key: &'a str,
    signature: Ascii<64>,
    channel_data: Option<Cow<'a, str>>,
    #[cfg(feature = "encryption")]
    shared_secret: Option<Zeroizing<String>>,
}

impl ChannelAuth<'_> {
    /// `KEY:SIGNATURE`.
    pub fn auth(&self) -> String {
        super::user::auth(self.key, &self.signature)
    }

    /// The JSON text that was signed beside the channel.
    pub fn channel_data(&self) -> Option<&str> {
        self.channel_data.as_deref()
    }

    /// What the subscribers of an encrypted channel decrypt with, in base64.
    pub fn shared_secret(&self) -> Option<&str> {
        #[cfg(feature = "encryption")]
        return self.shared_secret.as_ref().map(|secret| secret.as_str());
        #[cfg(not(feature = "encryption"))]
        None
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

impl Json for ChannelAuth<'_> {
    fn write<O: Out>(&self, out: &mut O) {
        super::user::write_auth(out, self.key, &self.signature);
        if let Some(channel_data) = &self.channel_data {
            out.raw(r#","channel_data":"#);
            out.string(channel_data);
        }
        if let Some(shared_secret) = self.shared_secret() {
            out.raw(r#","shared_secret":"#);
            out.string(shared_secret);
        }
        out.raw("}");
    }
}

impl Serialize for ChannelAuth<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = [self.channel_data(), self.shared_secret()];
        let count = 1 + members.iter().flatten().count();
        let mut reply = serializer.serialize_struct("ChannelAuth", count)?;
        reply.serialize_field("auth", &self.auth())?;
        for (name, value) in ["channel_data", "shared_secret"].into_iter().zip(members) {
            match value {
                Some(value) => reply.serialize_field(name, value)?,
                None => reply.skip_field(name)?,
            }
        }
        reply.end()
    }
}

impl fmt::Debug for ChannelAuth<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChannelAuth(..)")
    }
}

/// The answer to a request for several channels at once, as the browser plugin `pusher-js-auth` makes
/// them.
///
/// ```
/// use pusher_core::{App, ChannelAuths, ChannelForm, Credentials};
///
/// # fn answer() -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::new(Credentials { app_id: "3", key: "key", secret: "secret" })?;
/// let form = ChannelForm::parse("socket_id=1.1&channel_name[0]=private-a&channel_name[1]=private-b")?;
///
/// let mut reply = ChannelAuths::new();
/// for channel in &form.channels {
///     if channel.as_str() == "private-a" {        // whatever decides in your program
///         reply.allow(channel, &app.authorize_channel(&form.socket_id, channel, None)?);
///     } else {
///         reply.refuse(channel);
///     }
/// }
/// assert!(reply.to_json().ends_with(r#","private-b":{"status":403}}"#));
/// # Ok(())
/// # }
/// # answer().unwrap();
/// ```
#[derive(Clone, Default)]
pub struct ChannelAuths(String);

impl ChannelAuths {
    /// An answer without a channel.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the answer for one channel.
    pub fn allow(&mut self, channel: &ChannelName, auth: &ChannelAuth<'_>) {
        self.push(channel, &format!(r#"{{"status":200,"data":{}}}"#, auth.to_json()));
    }

    /// Refuses one channel.
    pub fn refuse(&mut self, channel: &ChannelName) {
        self.push(channel, r#"{"status":403}"#);
    }

    fn push(&mut self, channel: &ChannelName, reply: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        // The characters of a channel's name need no escape.
        self.0.extend(["\"", channel.as_str(), "\":", reply]);
    }

    /// The answer as the plugin reads it.
    pub fn to_json(&self) -> String {
        if self.0.is_empty() { "{}".to_owned() } else { [&*self.0, "}"].concat() }
    }
}

impl fmt::Debug for ChannelAuths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChannelAuths(..)")
    }
}
