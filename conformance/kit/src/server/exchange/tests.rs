//! No request makes the server panic, and each leaves exactly one record.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use hmac::{Hmac, KeyInit, Mac};
use hyper::header::{ALLOW, CONTENT_TYPE};
use md5::{Digest, Md5};
use proptest::collection::vec;
use proptest::prelude::*;
use sha2::Sha256;

use super::*;

fn shared() -> Shared {
    Shared {
        app: App { app_id: "3".into(), key: "key".into(), secret: "secret".into() },
        clock: Box::new(|| 1_353_088_179),
        records: Records::default(),
    }
}

fn signed(method: &str, path: &str, body: &[u8]) -> String {
    let mut params = "auth_key=key&auth_timestamp=1353088179&auth_version=1.0".to_owned();
    if !body.is_empty() {
        params = format!("{params}&body_md5={}", hex::encode(Md5::digest(body)));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(b"secret").unwrap();
    mac.update(format!("{method}\n{path}\n{params}").as_bytes());
    format!("{path}?{params}&auth_signature={}", hex::encode(mac.finalize().into_bytes()))
}

/// Status and text of an answer, and what was recorded of the verification.
fn ask(method: &Method, target: &str, body: Option<&[u8]>) -> (Response<String>, Verification) {
    let shared = shared();
    let response = respond(&shared, method, target, body);
    let mut requests = shared.records.requests();
    assert_eq!(requests.len(), 1);
    let request = requests.pop().unwrap();
    assert_eq!(request.status, response.status().as_u16());
    assert_eq!(shared.records.events().len(), usize::from(request.status == 200));
    (response, request.verification)
}

#[test]
fn routes() {
    let body = br#"{"name":"n","channel":"a","data":""}"#.as_slice();
    for (method, path, body, status, text, content_type) in [
        (Method::POST, "/apps/3/events", body, 200, "{}", "application/json"),
        (Method::GET, "/apps/3/events", b"", 405, "405 METHOD NOT ALLOWED\n", "text/plain"),
        (Method::POST, "/apps/3/batch_events", body, 404, "404 NOT FOUND\n", "text/plain"),
        (Method::POST, "/apps/3/events/", body, 404, "404 NOT FOUND\n", "text/plain"),
        (Method::GET, "/apps/3/channels", b"", 404, "404 NOT FOUND\n", "text/plain"),
    ] {
        let (response, verification) =
            ask(&method, &signed(method.as_str(), path, body), Some(body));
        assert_eq!(verification, Verification::Verified);
        assert_eq!(
            (response.status().as_u16(), response.body().as_str()),
            (status, text),
            "{path}"
        );
        assert_eq!(response.headers()[CONTENT_TYPE], content_type);
        assert_eq!(response.headers().contains_key(ALLOW), status == 405);
    }
}

#[test]
fn refusals() {
    for (target, body, status, reason) in [
        ("", Some(&b""[..]), 404, Refusal::UnknownApp),
        ("*", Some(b""), 404, Refusal::UnknownApp),
        ("/", Some(b""), 404, Refusal::UnknownApp),
        ("/apps/4/events", Some(b""), 404, Refusal::UnknownApp),
        ("/apps/3/events", None, 413, Refusal::BodyTooLarge),
        (
            "/apps/3/events?auth_key=1&auth_key=2",
            Some(b""),
            401,
            Refusal::DuplicateParameter("auth_key"),
        ),
    ] {
        let (response, verification) = ask(&Method::POST, target, body);
        assert_eq!(verification, Verification::Refused(reason));
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/plain");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_target_and_any_body(target in ".*", query in "[%&=+a-z0-9]*", body in vec(any::<u8>(), 0..64)) {
        ask(&Method::POST, &target, Some(&body));
        ask(&Method::GET, &format!("/apps/3/events?{query}"), Some(&body));
    }

    #[test]
    fn any_verified_body(body in vec(any::<u8>(), 0..64)) {
        let target = signed("POST", "/apps/3/events", &body);
        prop_assert_eq!(ask(&Method::POST, &target, Some(&body)).1, Verification::Verified);
    }

    #[test]
    fn any_event(name in ".{0,3}", channels in vec("[a-z -]{0,3}", 0..3), info in "(user_count|,|x){0,3}", socket_id in "[0-9.]{0,4}") {
        let body = serde_json::json!({ "name": name, "channels": channels, "data": "", "info": info, "socket_id": socket_id }).to_string();
        let target = signed("POST", "/apps/3/events", body.as_bytes());
        prop_assert_eq!(ask(&Method::POST, &target, Some(body.as_bytes())).1, Verification::Verified);
    }
}
