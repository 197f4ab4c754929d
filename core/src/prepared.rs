//! A signed request and the token that reads its answer. This file does not know what is signed.

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use http::{Request, Response};

use crate::{ApiError, Endpoint, Malformed, ResponseError};

/// A complete request, and what reads its answer.
///
/// ```
/// use pusher_core::{App, Credentials, Data, Prepared, Timestamp, Trigger};
///
/// let app = App::new(Credentials { app_id: "3", key: "key", secret: "secret" })?;
/// let event = Trigger::new("orders".parse()?, "paid".parse()?, Data::text("{}"));
///
/// let Prepared { request, expects } = app.prepare(&event, Timestamp::from_unix(1_353_088_179))?;
/// assert_eq!(request.method(), "POST");
///
/// let response = http::Response::new("{}");          // what your HTTP client got for `request`
/// let answer = expects.parse(&response)?;
/// assert!(answer.channels.is_empty(), "no info was asked for");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a prepared request does nothing until it is sent"]
pub struct Prepared<E> {
    /// Complete: method, URL with the signed query, header fields and body. Good for less than
    /// 600 seconds.
    ///
    /// The URL holds the signature, so whoever reads it can send this very request during that
    /// time; the `Debug` of `http::Request` and of `http::Uri` shows it. Keep both out of logs.
    pub request: Request<Bytes>,
    /// Reads the answer.
    pub expects: Expects<E>,
}

/// Shows the request without its query and body.
impl<E> fmt::Debug for Prepared<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = self.request.uri();
        f.debug_struct("Prepared")
            .field("method", self.request.method())
            .field("authority", &uri.authority())
            .field("path", &uri.path())
            .field("body_bytes", &self.request.body().len())
            .finish_non_exhaustive()
    }
}

/// Reads the answer to one kind of call: a token without a size, which outlives the wait.
pub struct Expects<E>(PhantomData<fn() -> E>);

impl<E: Endpoint> Expects<E> {
    /// The token for endpoint `E`, for an answer that was recorded earlier.
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    /// Reads an answer. Any 2xx is success, and an empty body reads `{}`.
    ///
    /// # Errors
    ///
    /// [`ResponseError::Api`] if the server refused, [`ResponseError::Malformed`] if it agreed but
    /// its body is not what the call promises.
    pub fn parse<B: AsRef<[u8]>>(
        self,
        response: &Response<B>,
    ) -> Result<E::Response, ResponseError> {
        let body = response.body().as_ref();
        if !response.status().is_success() {
            return Err(ApiError::new(response.status(), response.headers(), body).into());
        }
        let promised = if body.is_empty() { b"{}" } else { body };
        E::decode(promised).map_err(|source| Malformed::new(response.status(), body, source).into())
    }
}

impl<E: Endpoint> Default for Expects<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Clone for Expects<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Expects<E> {}

impl<E> fmt::Debug for Expects<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Expects")
    }
}
