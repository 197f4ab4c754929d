//! What is said to a request: yes in JSON, no in plain text, as the reference server does. Which of
//! them, and what follows from it, is decided elsewhere.

use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::Value;

use super::record::Effect;

/// What an endpoint says to a request that it accepts.
pub(super) struct Accepted {
    pub(super) answer: Value,
    pub(super) effect: Effect,
}

impl Accepted {
    /// An answer that changes nothing.
    pub(super) fn of(answer: Value) -> Self {
        Self { answer, effect: Effect::None }
    }
}

/// What it says otherwise: plain text, as the reference server does.
pub(super) struct Failure {
    status: StatusCode,
    text: String,
    allow: Option<&'static str>,
}

impl Failure {
    pub(super) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), allow: None }
    }

    pub(super) fn only(method: &'static str) -> Self {
        let text = "405 METHOD NOT ALLOWED\n".into();
        Self { status: StatusCode::METHOD_NOT_ALLOWED, text, allow: Some(method) }
    }

    pub(super) fn into_response(self) -> Response<String> {
        let mut response = Response::new(self.text);
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        if let Some(method) = self.allow {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(method));
        }
        response
    }
}

pub(super) fn bad(reason: impl Into<String>) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, reason)
}

pub(super) fn json(answer: &Value) -> Response<String> {
    let mut response = Response::new(answer.to_string());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
