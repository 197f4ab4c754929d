//! An app of the service: what signs for it, where its API lives, and what turns a call into a
//! request. This file is where the rooms meet; it does not know any particular call.

use std::fmt;

use crate::{
    Base, BuildError, Cluster, Credentials, Endpoint, Expects, InvalidCredentials, Limits,
    Prepared, Secret, Timestamp, Token, credentials::check, request::Unsigned,
};
#[cfg(feature = "encryption")]
use crate::{ChannelKind, ChannelName, Data, MasterKeys, Nonce, Quantity, Trigger};

/// An app of the service, ready to prepare calls.
///
/// Several apps live beside each other; there is no global state. Cloning copies a few short texts.
///
/// ```
/// use pusher_core::{App, Credentials};
///
/// let app = App::new(Credentials { app_id: "1234", key: "KEY", secret: "SECRET" })?
///     .cluster("eu".parse()?);
/// assert_eq!(app.base().to_string(), "https://api-eu.pusher.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct App {
    app_id: String,
    key: String,
    secret: Secret,
    base: Base,
    limits: Limits,
    webhook_tokens: Vec<Token>,
    #[cfg(feature = "encryption")]
    master_keys: Option<MasterKeys>,
}

impl App {
    /// An app at `https://api-mt1.pusher.com`, with the default [`Limits`].
    ///
    /// # Errors
    ///
    /// [`InvalidCredentials`] if one of the credentials is empty or holds a character that it
    /// cannot hold.
    pub fn new(credentials: Credentials<'_>) -> Result<Self, InvalidCredentials> {
        let Credentials { app_id, key, secret } = credentials;
        let in_a_path = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        check("app_id", app_id, in_a_path)?;
        check("key", key, |byte| matches!(byte, b' '..=b'~'))?;
        Ok(Self {
            app_id: app_id.to_owned(),
            key: key.to_owned(),
            secret: Secret::new(secret)?,
            base: Base::default(),
            limits: Limits::default(),
            webhook_tokens: Vec::new(),
            #[cfg(feature = "encryption")]
            master_keys: None,
        })
    }

    /// Uses a cluster of pusher.com. Takes the place of any earlier cluster or base.
    pub fn cluster(self, cluster: Cluster) -> Self {
        self.at(Base::of_cluster(&cluster))
    }

    /// Uses the API that lives elsewhere. Takes the place of any earlier cluster or base.
    pub fn at(mut self, base: Base) -> Self {
        self.base = base;
        self
    }

    /// Checks calls against these limits.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Encrypts events for encrypted channels with these keys. See [`App::seal`].
    #[cfg(feature = "encryption")]
    pub fn master_keys(mut self, keys: impl Into<MasterKeys>) -> Self {
        self.master_keys = Some(keys.into());
        self
    }

    /// Accepts webhooks that this token signed too, beside those of the app's own key: while tokens
    /// are changed, the service signs with the oldest active one.
    pub fn webhook_token(mut self, token: Token) -> Self {
        self.webhook_tokens.push(token);
        self
    }

    /// The app's id, which stands in the path of every request.
    pub fn app_id(&self) -> &str {
        &self.app_id
    }

    /// The app's key, which is public.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Where the API lives.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// Turns a call into a signed request, good for less than 600 seconds around `now`.
    ///
    /// To send the call once more, prepare it once more: the timestamp is part of the signature.
    ///
    /// # Errors
    ///
    /// If the call is impossible, or larger than the [`Limits`] allow.
    pub fn prepare<E: Endpoint>(
        &self,
        endpoint: &E,
        now: Timestamp,
    ) -> Result<Prepared<E>, BuildError> {
        let request = Unsigned::new(self, endpoint.draft(&self.limits)?, now)?.sign()?;
        Ok(Prepared { request, expects: Expects::new() })
    }

    /// The text whose HMAC-SHA256 would be the `auth_signature` of the call at `now`; no secret in
    /// it.
    ///
    /// A server that refuses a signature quotes the text that it expected: put this one beside it.
    ///
    /// ```
    /// use pusher_core::{App, Credentials, Data, Timestamp, Trigger};
    ///
    /// let app = App::new(Credentials { app_id: "3", key: "key", secret: "secret" })?;
    /// let event = Trigger::new("project-3".parse()?, "foo".parse()?, Data::text(r#"{"some":"data"}"#));
    /// assert_eq!(
    ///     app.string_to_sign(&event, Timestamp::from_unix(1_353_088_179))?,
    ///     "POST\n/apps/3/events\nauth_key=key&auth_timestamp=1353088179&auth_version=1.0\
    ///      &body_md5=ec365a775a4cd0599faeb73354201b6f",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`prepare`](Self::prepare).
    pub fn string_to_sign<E: Endpoint>(
        &self,
        endpoint: &E,
        now: Timestamp,
    ) -> Result<String, BuildError> {
        Ok(Unsigned::new(self, endpoint.draft(&self.limits)?, now)?.string_to_sign())
    }

    /// Encrypts the data of an event for one encrypted channel. Data that is sealed already is
    /// returned as it is.
    ///
    /// ```
    /// use pusher_core::{App, ChannelName, Credentials, Data, MasterKey, Nonce, Trigger};
    ///
    /// # fn sealed() -> Result<(), Box<dyn std::error::Error>> {
    /// let key = MasterKey::from_base64("zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU=")?;
    /// let app = App::new(Credentials { app_id: "3", key: "key", secret: "secret" })?.master_keys(key);
    /// let nonce = Nonce::from_bytes([7; 24]);       // 24 bytes of entropy, of your own
    ///
    /// let channel: ChannelName = "private-encrypted-room".parse()?;
    /// let data = app.seal(&channel, Data::json("hello")?, nonce)?;
    /// let event = Trigger::new(channel, "greeting".parse()?, data);
    /// # Ok(())
    /// # }
    /// # sealed().unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// If the app has no [`master_keys`](Self::master_keys), if the channel is not encrypted, or if
    /// the data is too long: by default, at most 7,619 bytes fit.
    #[cfg(feature = "encryption")]
    pub fn seal(
        &self,
        channel: &ChannelName,
        data: Data,
        nonce: Nonce,
    ) -> Result<Data, BuildError> {
        if data.sealed_for().is_some() {
            return Ok(data);
        }
        let keys = self.master_keys.as_ref().ok_or(BuildError::MissingMasterKey)?;
        self.limits.check(Quantity::PlaintextBytes, data.as_str().len())?;
        Ok(keys.seal(channel, data.as_str(), nonce)?)
    }

    /// Encrypts the data of an event if it goes to an encrypted channel; any other event is returned as it
    /// is. The nonce is asked for only if it is needed.
    ///
    /// # Errors
    ///
    /// As [`seal`](Self::seal); and if the event goes to other channels too, for each encrypted channel
    /// has a key of its own.
    #[cfg(feature = "encryption")]
    pub fn seal_trigger(
        &self,
        event: Trigger,
        nonce: impl FnOnce() -> Nonce,
    ) -> Result<Trigger, BuildError> {
        let encrypted = |channel: &&ChannelName| channel.kind() == ChannelKind::Encrypted;
        let Some(channel) = event.channels().iter().find(encrypted) else { return Ok(event) };
        if event.channels().len() > 1 {
            return Err(BuildError::EncryptedFanout);
        }
        if event.data().sealed_for().is_some() {
            return Ok(event);
        }
        let data = self.seal(channel, event.data().clone(), nonce())?;
        Ok(event.with_data(data))
    }

    /// The limits that calls are checked against.
    pub fn limits_in_force(&self) -> &Limits {
        &self.limits
    }

    #[cfg(feature = "encryption")]
    pub(crate) fn own_master_keys(&self) -> Option<&MasterKeys> {
        self.master_keys.as_ref()
    }

    pub(crate) fn webhook_tokens(&self) -> &[Token] {
        &self.webhook_tokens
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// Shows everything but the secrets.
impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("app_id", &self.app_id)
            .field("key", &self.key)
            .field("base", &format_args!("{}", self.base))
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
