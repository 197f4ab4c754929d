//! An app of the service: what signs for it, where its API lives, and what turns a call into a
//! request. This file is where the rooms meet; it does not know any particular call.

use std::fmt;

use crate::{
    Base, BuildError, Cluster, Credentials, Endpoint, Expects, InvalidCredentials, Limits,
    Prepared, Secret, Timestamp, credentials::check, request::Unsigned,
};

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

    pub(crate) fn secret(&self) -> &Secret {
        &self.secret
    }
}

/// Shows everything but the secret.
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
