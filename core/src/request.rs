//! From a draft to a signed `http::Request`: the one place where path and query are put together
//! and all that would break the signature on its way is refused.

use std::borrow::Cow;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Uri,
    header::CONTENT_TYPE,
    uri::{Parts, PathAndQuery},
};

use crate::{
    App, BuildError, Draft, Limits, Quantity, Timestamp,
    sign::{self, Parameters},
};

/// Tells the service which library speaks, as the official SDKs do.
static LIBRARY: HeaderName = HeaderName::from_static("x-pusher-library");
static LIBRARY_VALUE: HeaderValue =
    HeaderValue::from_static(concat!("pusher-core ", env!("CARGO_PKG_VERSION")));
static JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A checked request that lacks its signature.
pub(crate) struct Unsigned<'a> {
    app: &'a App,
    method: Method,
    segments: Cow<'a, [&'a str]>,
    parameters: Parameters<'a>,
    body: Bytes,
}

impl<'a> Unsigned<'a> {
    pub(crate) fn new(app: &'a App, draft: Draft<'a>, now: Timestamp) -> Result<Self, BuildError> {
        let Draft { method, segments, query, body } = draft;
        if let Some(segment) = segments.iter().find(|segment| !sign::is_plain_segment(segment)) {
            return Err(BuildError::Unaddressable { segment: (*segment).to_owned() });
        }
        for (index, (key, _)) in query.iter().enumerate() {
            let starts_with_auth =
                key.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("auth_"));
            let reserved = starts_with_auth || key.eq_ignore_ascii_case("body_md5");
            if reserved {
                return Err(BuildError::ReservedKey { key: key.clone().into_owned() });
            }
            let earlier =
                query.iter().take(index).any(|(other, _)| other.eq_ignore_ascii_case(key));
            if key.is_empty() || earlier && !key.ends_with("[]") {
                return Err(BuildError::RepeatedKey { key: key.clone().into_owned() });
            }
        }
        let parameters = Parameters::new(app.key(), now.as_unix(), &body, query);
        Ok(Self { app, method, segments, parameters, body })
    }

    pub(crate) fn string_to_sign(&self) -> String {
        let mut text = String::new();
        self.write_string_to_sign(&mut text);
        text
    }

    fn write_string_to_sign(&self, out: &mut String) {
        out.push_str(self.method.as_str());
        out.push('\n');
        self.write_path(out);
        out.push('\n');
        sign::write_parameters(out, self.parameters.iter());
    }

    /// The path that is signed.
    fn write_path(&self, out: &mut String) {
        out.push_str(&self.app.base().signed_prefix);
        out.push_str("/apps/");
        out.push_str(self.app.app_id());
        for segment in self.segments.iter() {
            out.push('/');
            out.push_str(segment);
        }
    }

    fn target_length(&self) -> usize {
        let base = self.app.base();
        let path = base.unsigned_prefix.len()
            + base.signed_prefix.len()
            + "/apps/".len()
            + self.app.app_id().len()
            + self.segments.iter().map(|segment| "/".len() + segment.len()).sum::<usize>();
        path + "?".len() + sign::query_length(&self.parameters)
    }

    pub(crate) fn sign(self) -> Result<Request<Bytes>, BuildError> {
        let length = self.target_length();
        Limits::default().check(Quantity::TargetBytes, length)?;

        // One buffer holds what is signed, then what is sent, which is longer.
        let mut target = String::with_capacity(length);
        self.write_string_to_sign(&mut target);
        let signature = sign::hmac_sha256_hex(self.app.secret(), [target.as_bytes()]);
        target.clear();
        target.push_str(&self.app.base().unsigned_prefix);
        self.write_path(&mut target);
        target.push('?');
        sign::write_query(&mut target, &self.parameters, &signature);
        debug_assert_eq!(target.len(), length, "a spare byte would cost a second allocation");

        let mut parts = Parts::default();
        parts.scheme = Some(self.app.base().scheme.clone());
        parts.authority = Some(self.app.base().authority.clone());
        #[expect(clippy::expect_used, reason = "its characters and its length were checked")]
        let path = PathAndQuery::from_maybe_shared(Bytes::from(target)).expect("a valid target");
        parts.path_and_query = Some(path);
        #[expect(clippy::expect_used, reason = "all three parts are there")]
        let uri = Uri::from_parts(parts).expect("a complete URL");

        let mut headers = HeaderMap::with_capacity(2);
        if self.method == Method::POST {
            headers.insert(CONTENT_TYPE, JSON.clone());
        }
        headers.insert(&LIBRARY, LIBRARY_VALUE.clone());

        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        Ok(request)
    }
}
