//! A request before it is signed. Segments and parameters are kept as they are meant; all encoding
//! happens elsewhere, in one place.

use std::borrow::Cow;

use bytes::Bytes;
use http::Method;

/// What an [`Endpoint`](crate::Endpoint) asks for: a method, path segments behind
/// `/apps/{app_id}`, parameters, and a JSON body if it is a POST.
///
/// Nothing here is encoded, and nothing is checked until the draft is prepared.
///
/// ```
/// use pusher_core::Draft;
///
/// let get = Draft::get(&["channels"]).query("filter_by_prefix", "presence-");
/// let post = Draft::post(&["events"], r#"{"name":"paid","channel":"orders","data":"{}"}"#);
/// ```
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    pub(crate) method: Method,
    pub(crate) segments: Cow<'a, [&'a str]>,
    pub(crate) query: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    pub(crate) body: Bytes,
}

impl<'a> Draft<'a> {
    /// A GET of the path that the segments make.
    pub fn get(segments: impl Into<Cow<'a, [&'a str]>>) -> Self {
        Self::new(Method::GET, segments.into(), Bytes::new())
    }

    /// A POST of JSON to the path that the segments make.
    pub fn post(segments: impl Into<Cow<'a, [&'a str]>>, body: impl Into<Bytes>) -> Self {
        Self::new(Method::POST, segments.into(), body.into())
    }

    fn new(method: Method, segments: Cow<'a, [&'a str]>, body: Bytes) -> Self {
        Self { method, segments, query: Vec::new(), body }
    }

    /// Adds a parameter of the query. The signature takes its key in lower case.
    pub fn query(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.query.push((key.into(), value.into()));
        self
    }
}
