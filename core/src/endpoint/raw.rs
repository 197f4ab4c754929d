//! Any GET or POST, signed: for what this crate has no type for. What the answer means is the
//! caller's business.

use std::{fmt, marker::PhantomData};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use super::{Draft, Endpoint};
use crate::{BuildError, DecodeError, Limits};

/// A generic call: a path below `/apps/{app_id}`, parameters, perhaps a body. The answer is bytes, or
/// what [`json`](Self::json) names.
///
/// ```
/// use pusher_core::{App, Credentials, Raw, Timestamp};
///
/// let app = App::new(Credentials { app_id: "3", key: "key", secret: "secret" })?;
/// let now = Timestamp::from_unix(1_353_088_179);
///
/// let call = Raw::get("/channels/orders/history").query("limit", "10").json::<serde_json::Value>();
/// let prepared = app.prepare(&call, now)?;
/// assert_eq!(prepared.request.uri().path(), "/apps/3/channels/orders/history");
///
/// let answer = http::Response::new(r#"{"items":[]}"#);
/// assert_eq!(prepared.expects.parse(&answer)?["items"], serde_json::json!([]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Raw<T = Bytes> {
    path: String,
    query: Vec<(String, String)>,
    /// `None` for a GET.
    body: Option<Bytes>,
    answer: PhantomData<fn() -> T>,
}

impl Raw {
    /// A GET of a path such as `/channels`; `/apps/{app_id}` is put in front of it.
    pub fn get(path: impl Into<String>) -> Self {
        Self { path: path.into(), query: Vec::new(), body: None, answer: PhantomData }
    }

    /// A POST of a ready-made JSON text, or of nothing.
    pub fn post(path: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { body: Some(body.into()), ..Self::get(path) }
    }

    /// A POST of a value as JSON.
    ///
    /// # Errors
    ///
    /// [`BuildError::Data`] if the value has no JSON form.
    pub fn post_json<B: Serialize + ?Sized>(
        path: impl Into<String>,
        body: &B,
    ) -> Result<Self, BuildError> {
        Ok(Self::post(path, serde_json::to_vec(body).map_err(BuildError::Data)?))
    }

    /// Reads the answer as JSON into any type, such as `serde_json::Value`.
    pub fn json<T: DeserializeOwned>(self) -> Raw<Json<T>> {
        let Self { path, query, body, answer: _ } = self;
        Raw { path, query, body, answer: PhantomData }
    }
}

impl<T> Raw<T> {
    /// Adds a parameter of the query, which is neither encoded nor reserved for the signature.
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((key.into(), value.into()));
        self
    }

    fn draft(&self) -> Result<Draft<'_>, BuildError> {
        let segments = match self.path.strip_prefix('/') {
            Some(segments) if !segments.starts_with("apps/") => segments,
            _ => return Err(BuildError::Path { path: self.path.clone() }),
        };
        let segments: Vec<_> = segments.split('/').collect();
        let draft = match &self.body {
            None => Draft::get(segments),
            Some(body) => Draft::post(segments, body.clone()),
        };
        let query = self.query.iter();
        Ok(query.fold(draft, |draft, (key, value)| draft.query(key, value)))
    }
}

/// The answer of a [`Raw`] call that is read as JSON: a type that is named and never made.
pub struct Json<T>(PhantomData<fn() -> T>);

impl Endpoint for Raw {
    type Response = Bytes;
    const NAME: &'static str = "raw";

    fn draft<'a>(&'a self, _limits: &Limits) -> Result<Draft<'a>, BuildError> {
        self.draft()
    }

    fn decode(body: &[u8]) -> Result<Bytes, DecodeError> {
        Ok(Bytes::copy_from_slice(body))
    }
}

impl<T: DeserializeOwned> Endpoint for Raw<Json<T>> {
    type Response = T;
    const NAME: &'static str = "raw";

    fn draft<'a>(&'a self, _limits: &Limits) -> Result<Draft<'a>, BuildError> {
        self.draft()
    }

    fn decode(body: &[u8]) -> Result<T, DecodeError> {
        Ok(serde_json::from_slice(body)?)
    }
}

impl<T> Clone for Raw<T> {
    fn clone(&self) -> Self {
        let Self { path, query, body, answer } = self;
        Self { path: path.clone(), query: query.clone(), body: body.clone(), answer: *answer }
    }
}

/// Shows the path only: parameters and body are the caller's.
impl<T> fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = if self.body.is_some() { "POST" } else { "GET" };
        write!(f, "Raw({method} {:?})", self.path)
    }
}
