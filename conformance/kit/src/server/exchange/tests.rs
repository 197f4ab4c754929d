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
        state: Mutex::new(State::default()),
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
    let accepts =
        |ending: &str| usize::from(request.status == 200 && request.path.ends_with(ending));
    assert_eq!(shared.records.events().len(), accepts("events"));
    assert_eq!(shared.records.terminations().len(), accepts("/terminate_connections"));
    (response, request.verification)
}

#[test]
fn routes() {
    const EVENT: &[u8] = br#"{"name":"n","channel":"a","data":""}"#;
    const BATCH: &[u8] = br#"{"batch":[{"name":"n","channel":"a","data":""}]}"#;
    let (not_found, wrong_method) = ("404 NOT FOUND\n", "405 METHOD NOT ALLOWED\n");
    for (method, path, body, status, text) in [
        ("POST", "/apps/3/events", EVENT, 200, "{}"),
        ("POST", "/apps/3/batch_events", BATCH, 200, "{}"),
        ("GET", "/apps/3/channels", b"", 200, r#"{"channels":{}}"#),
        ("GET", "/apps/3/channels/a", b"", 200, r#"{"occupied":false}"#),
        ("GET", "/apps/3/channels/users", b"", 200, r#"{"occupied":false}"#),
        ("GET", "/apps/3/channels/a=@,.;b", b"", 200, r#"{"occupied":false}"#),
        ("GET", "/apps/3/channels/%61%3D%40%2C%2E%3B", b"", 200, r#"{"occupied":false}"#),
        ("GET", "/apps/3/channels/presence-a/users", b"", 200, r#"{"users":[]}"#),
        ("POST", "/apps/3/users/7/terminate_connections", b"", 200, "{}"),
        ("POST", "/apps/3/users/7/terminate_connections", b"{}", 200, "{}"),
        ("POST", "/apps/3/users/a%2Fb/terminate_connections", b"", 200, "{}"),
        ("GET", "/apps/3/events", b"", 405, wrong_method),
        ("GET", "/apps/3/batch_events", b"", 405, wrong_method),
        ("POST", "/apps/3/channels", b"", 405, wrong_method),
        ("HEAD", "/apps/3/channels/a", b"", 405, wrong_method),
        ("POST", "/apps/3/channels/presence-a/users", b"", 405, wrong_method),
        ("DELETE", "/apps/3/users/7/terminate_connections", b"", 405, wrong_method),
        ("POST", "/apps/3/events/", EVENT, 404, not_found),
        ("POST", "/apps/3//events", EVENT, 404, not_found),
        ("POST", "/apps/3/Events", EVENT, 404, not_found),
        ("POST", "/apps/3/channels/a/events", EVENT, 404, not_found),
        ("GET", "/apps/3/channels/", b"", 404, not_found),
        ("GET", "/apps/3/channels//users", b"", 404, not_found),
        ("GET", "/apps/3/channels/a/b", b"", 404, not_found),
        ("POST", "/apps/3/users//terminate_connections", b"", 404, not_found),
        ("POST", "/apps/3/users/a/b/terminate_connections", b"", 404, not_found),
        ("GET", "/apps/3/users", b"", 404, not_found),
        ("GET", "/apps/3/channels/%FF", b"", 400, "The path is not UTF-8"),
        ("POST", "/apps/3/users/%FF/terminate_connections", b"", 400, "The path is not UTF-8"),
        ("GET", "/apps/3/channels/a%2Fb", b"", 400, "\"a/b\" is not a channel name"),
    ] {
        let (response, verification) =
            ask(&method.parse().unwrap(), &signed(method, path, body), Some(body));
        assert_eq!(verification, Verification::Verified);
        assert_eq!(
            (response.status().as_u16(), response.body().as_str()),
            (status, text),
            "{path}"
        );
        let content_type = if status == 200 { "application/json" } else { "text/plain" };
        assert_eq!(response.headers()[CONTENT_TYPE], content_type);
        let allow = response.headers().get(ALLOW).map(|allow| allow.to_str().unwrap());
        let post = path.ends_with("events") || path.ends_with("terminate_connections");
        let other = if post { "POST" } else { "GET" };
        assert_eq!(allow, Some(other).filter(|_| status == 405), "{path}");
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
        for path in ["/apps/3/events", "/apps/3/batch_events"] {
            let target = signed("POST", path, &body);
            prop_assert_eq!(ask(&Method::POST, &target, Some(&body)).1, Verification::Verified);
        }
    }

    #[test]
    fn any_verified_path(name in "[a%0-9F/-]{0,6}", method in "GET|POST", tail in "(/users|/terminate_connections)?") {
        for first in ["channels", "users"] {
            let target = signed(&method, &format!("/apps/3/{first}/{name}{tail}"), b"");
            prop_assert_eq!(ask(&method.parse().unwrap(), &target, Some(b"")).1, Verification::Verified);
        }
    }

    #[test]
    fn any_event(name in ".{0,3}", channels in vec("[a-z -]{0,3}", 0..3), info in "(user_count|,|x){0,3}", socket_id in "[0-9.]{0,4}") {
        let body = serde_json::json!({ "name": name, "channels": channels, "data": "", "info": info, "socket_id": socket_id }).to_string();
        let target = signed("POST", "/apps/3/events", body.as_bytes());
        prop_assert_eq!(ask(&Method::POST, &target, Some(body.as_bytes())).1, Verification::Verified);
    }
}
