//! The judge against children that know the expectations: what is expected passes, each change of it fails, and
//! so do refusals in other layers. This file knows what is right; how a case is run, `run.rs` tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{fs, path::PathBuf, process::Command};

use pusher_core::{App, Credentials, Data, MasterKey, Nonce};
use pusher_vectors::encryption;
use serde_json::{Value, json};

/// The outcome of each case, by id.
fn outcomes(name: &str, arguments: &[&str]) -> Vec<(String, String)> {
    let report = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.json"));
    let child = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/echo.py");
    let run = Command::new(env!("CARGO_BIN_EXE_conform"))
        .args(["run", "--json", report.to_str().unwrap(), "--", "python3", child])
        .args(arguments)
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&run.stdout);
    let report = fs::read_to_string(&report).unwrap_or_else(|error| panic!("{error}: {text}"));
    let report: Value = serde_json::from_str(&report).unwrap();
    let cases = report["cases"].as_array().unwrap().iter();
    let outcome = |case: &Value| {
        let text = |name| case[name].as_str().unwrap_or_default().to_owned();
        let ways = match case["follows_policy"].as_bool() {
            Some(true) => " by the policy",
            Some(false) => " by the rule",
            None => "",
        };
        let skipped = text("outcome") == "skipped";
        (!skipped).then(|| (text("id"), text("outcome") + ways))
    };
    cases.filter_map(outcome).collect()
}

#[test]
fn what_is_expected_passes() {
    let outcomes = outcomes("right", &["right"]);
    assert!(outcomes.len() > 1000);
    let others: Vec<_> =
        outcomes.iter().filter(|(_, outcome)| !outcome.starts_with("passed")).collect();
    assert_eq!(others, Vec::<&(String, String)>::new());
}

#[test]
fn each_change_fails() {
    for number in 0..7 {
        let outcomes = outcomes(&format!("spoil-{number}"), &["spoil", &number.to_string()]);
        let passed: Vec<_> = outcomes.iter().filter(|(_, outcome)| outcome != "failed").collect();
        assert_eq!(passed, Vec::<&(String, String)>::new(), "stage {number}");
    }
}

/// The outcome of one case that is answered so.
fn outcome(id: &str, reply: Value) -> String {
    let script = json!({ id: reply }).to_string();
    let outcomes = outcomes(&id.replace('/', "-"), &["script", &script]);
    let [(only, outcome)] = &*outcomes else { panic!("{outcomes:?}") };
    assert_eq!(only, id);
    outcome.clone()
}

#[test]
fn an_acceptable_case_may_be_answered_by_the_rule() {
    let told = |id, stages| outcome(id, json!({ "ok": stages }));
    let by_the_rule = "passed by the rule";

    let text = json!({ "string_to_sign": "GET\n/a/nother/path\nk=V" });
    assert_eq!(told("signing/keys-not-lower-cased", text), by_the_rule);
    let text = "GET\n/some/obscure/api\nauth_key=key&auth_timestamp=1000&auth_version=1.0&foo=bar";
    let stages = json!({
        "string_to_sign": text,
        "auth_signature": "4c8ec8f22a7b4a5e7b6b4d8f1b5e6b17a2c2c8b8c7b2a4dcd1e1e2b4f8d2a9aa",
    });
    assert_eq!(told("signing/get-with-md5-of-empty-body", stages), "failed");
    let stages = json!({ "string_to_sign": text });
    assert_eq!(told("signing/get-with-md5-of-empty-body", stages), by_the_rule);

    let port = json!({ "port": null });
    assert_eq!(told("urls/default-port-written", port), by_the_rule);
    let malformed = || json!({ "error": { "kind": "malformed", "status": 200 } });
    assert_eq!(told("responses/trigger-byte-order-mark", malformed()), by_the_rule);
    assert_eq!(told("responses/users-missing", malformed()), by_the_rule);
    let waits = |seconds| json!({ "error": { "status": 503, "retry_after": seconds } });
    assert_eq!(told("responses/retry-after-asctime", waits(30)), by_the_rule);
    assert_eq!(told("responses/retry-after-date-of-old", waits(31)), "failed");

    let refused = |id, layer| outcome(id, json!({ "refused": { "layer": layer } }));
    assert_eq!(refused("channel-auth/public-test", "public-channel"), by_the_rule);
    assert_eq!(refused("channel-auth/public-test", "socket-id"), "failed");
    assert_eq!(refused("urls/default-port-written", "url"), "failed");
}

#[test]
fn a_message_need_not_be_redacted_and_a_decoder_has_words_of_its_own() {
    let responses = pusher_vectors::responses();
    let told = |id, error| outcome(id, json!({ "ok": { "error": error } }));
    let redacted = responses.case("responses/error-401-two-signatures").expect("ids are permanent");
    let message = redacted.input.body.to_string();
    let error = json!({ "status": redacted.input.status, "message": message });
    assert_eq!(told(&redacted.id, error), "passed");
    let error = json!({ "status": redacted.input.status, "message": message + "!" });
    assert_eq!(told(&redacted.id, error), "failed");

    let malformed = responses
        .cases
        .iter()
        .find(|case| serde_json::to_string(&case.expect).unwrap().contains("malformed"))
        .expect("a malformed answer");
    assert_eq!(told(&malformed.id, json!({ "message": "expected value at line 1" })), "passed");
    assert_eq!(told(&malformed.id, json!({ "kind": "server" })), "failed");
}

#[test]
fn data_that_is_sealed_with_another_nonce_passes_if_it_opens() {
    let group = pusher_vectors::encryption();
    let valid = |case: &&pusher_vectors::Case<_, _>| {
        matches!(case.input, encryption::Input::Seal { .. }) && case.expect.is_some()
    };
    let case = group.cases.iter().find(valid).expect("a case");
    let encryption::Input::Seal { channel_name, master_key, plaintext, .. } = &case.input else {
        panic!("another kind")
    };
    let credentials = Credentials { app_id: "1", key: "key", secret: "secret" };
    let key = MasterKey::from_base64(master_key).unwrap();
    let app = App::new(credentials).unwrap().master_keys(key);
    let seal = |text: &str| {
        let channel = channel_name.to_string().parse().unwrap();
        let nonce = Nonce::from_bytes([7; 24]);
        app.seal(&channel, Data::text(text), nonce).unwrap().as_str().to_owned()
    };
    let plaintext = plaintext.to_string();
    let told = |data: String| outcome(&case.id, json!({ "ok": { "data": data } }));
    assert_eq!(told(seal(&plaintext)), "passed");
    assert_eq!(told(seal(&"x".repeat(plaintext.len()))), "failed");
}

#[test]
fn the_data_of_a_client_event_may_be_told_as_json_text() {
    let told = |data: &str| {
        let event = json!({
            "name": "client_event", "channel": "private-a", "event": "client-typing", "data": data,
            "socket_id": "1.2",
        });
        outcome("webhooks/client-event-object-data", json!({ "ok": { "events": [event] } }))
    };
    assert_eq!(told("{ \"id\": 7 }"), "passed");
    assert_eq!(told("{\"id\":8}"), "failed");
}
