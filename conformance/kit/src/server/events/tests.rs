//! What an event may look like, and which words refuse it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use super::*;

fn outcome(body: &Value) -> Result<Value, (u16, String)> {
    outcome_of(body.to_string().as_bytes())
}

fn outcome_of(body: &[u8]) -> Result<Value, (u16, String)> {
    post(body).map(|accepted| accepted.answer).map_err(|failure| {
        let response = failure.into_response();
        (response.status().as_u16(), response.into_body())
    })
}

/// A good event with `field` set to `value`.
fn with(field: &str, value: Value) -> Value {
    let mut body = json!({ "name": "paid", "channels": ["presence-a"], "data": "{}" });
    if let Value::Object(fields) = &mut body {
        fields.insert(field.into(), value);
    }
    body
}

#[test]
fn what_is_accepted() {
    for (field, value) in [
        ("name", json!("ü".repeat(200))),
        ("name", json!("App\\Events\\Paid")),
        ("data", json!("")),
        ("data", json!("x".repeat(10_240))),
        ("channels", json!(vec!["a"; 100])),
        ("channels", json!(["a".repeat(200)])),
        ("channels", json!(["Az09_=@,.;-", "#server-to-user-7"])),
        ("channel", Value::Null),
        ("socket_id", json!("1.2")),
        ("socket_id", Value::Null),
        ("info", Value::Null),
        ("idempotency_key", json!(1)),
    ] {
        assert_eq!(outcome(&with(field, value.clone())), Ok(json!({})), "{field}: {value}");
    }
    let single = json!({ "name": "paid", "channel": "a", "data": "{}" });
    assert_eq!(post(single.to_string().as_bytes()).ok().unwrap().events[0].channels, ["a"]);
}

#[test]
fn what_is_kept_is_what_came() {
    let body = json!({
        "name": "paid", "channels": ["presence-b", "presence-a"], "data": "{\"ü\": 1 }",
        "socket_id": "1.2", "info": "user_count,subscription_count",
    });
    let accepted = post(body.to_string().as_bytes()).ok().unwrap();
    let event = Event {
        channels: vec!["presence-b".into(), "presence-a".into()],
        name: "paid".into(),
        data: "{\"ü\": 1 }".into(),
        socket_id: Some("1.2".into()),
        info: vec!["user_count".into(), "subscription_count".into()],
    };
    assert_eq!(accepted.events, [event]);
}

#[test]
fn what_is_refused() {
    let user_count = "Cannot retrieve the user count unless the channel is a presence channel";
    let attributes = "info should be a comma separated list of attributes";
    for (field, value, words) in [
        ("name", Value::Null, "name is missing"),
        ("name", json!(1), "name must be a string"),
        ("name", json!(""), "name must have 1 to 200 characters"),
        ("name", json!("n".repeat(201)), "name must have 1 to 200 characters"),
        ("data", Value::Null, "data is missing"),
        ("data", json!({ "a": 1 }), "data must be a string"),
        ("channels", Value::Null, "channels is missing"),
        ("channels", json!("a"), "channels must be an array of strings"),
        ("channels", json!(["a", 1]), "channels must be an array of strings"),
        ("channels", json!([]), "channels must hold 1 to 100 names, but holds 0"),
        ("channels", json!(vec!["a"; 101]), "channels must hold 1 to 100 names, but holds 101"),
        ("channels", json!([""]), r#""" is not a channel name"#),
        ("channels", json!(["a b"]), r#""a b" is not a channel name"#),
        ("channels", json!(["a#b"]), r##""a#b" is not a channel name"##),
        ("channels", json!(["#a"]), r##""#a" is not a channel name"##),
        ("channels", json!(["#server-to-user-"]), r##""#server-to-user-" is not a channel name"##),
        ("channels", json!(["a", "ü"]), r#""ü" is not a channel name"#),
        ("channels", json!(["a\n"]), r#""a\n" is not a channel name"#),
        ("channel", json!("a"), "channels and channel exclude each other"),
        ("channel", json!(1), "channel must be a string"),
        ("socket_id", json!(1.2), "socket_id must be a string"),
        ("socket_id", json!("1"), "socket_id must be two numbers with a dot between them"),
        ("socket_id", json!("1.2\n"), "socket_id must be two numbers with a dot between them"),
        ("socket_id", json!("1.2.3"), "socket_id must be two numbers with a dot between them"),
        ("socket_id", json!("١.١"), "socket_id must be two numbers with a dot between them"),
        ("info", json!(["user_count"]), "info must be a string"),
        ("info", json!(""), attributes),
        ("info", json!("user_count,bogus"), attributes),
        ("info", json!("user_count, subscription_count"), attributes),
    ] {
        assert_eq!(
            outcome(&with(field, value.clone())),
            Err((400, words.into())),
            "{field}: {value}"
        );
    }
    let too_long = "a".repeat(201);
    let words = format!("{too_long:?} is not a channel name");
    assert_eq!(outcome(&with("channels", json!([too_long]))), Err((400, words)));

    let mixed =
        json!({ "name": "n", "channels": ["presence-a", "a"], "data": "", "info": "user_count" });
    assert_eq!(outcome(&mixed), Err((400, user_count.into())));

    let too_large = "The data content of this event exceeds the allowed maximum (10240 bytes). See \
        https://pusher.com/docs/channels/server_api/http-api#publishing-events for more info";
    for data in ["x".repeat(10_241), "ü".repeat(5_121)] {
        assert_eq!(outcome(&with("data", json!(data))), Err((413, too_large.into())));
    }
}

#[test]
fn what_is_no_json_object() {
    let deep = "[".repeat(100_000);
    for body in [b"".as_slice(), b"{", b"[]", b"null", b"\xFF", b"{}x", deep.as_bytes()] {
        assert_eq!(outcome_of(body), Err((400, "The body is not a JSON object".into())));
    }
}

#[test]
fn counts_for_the_attributes_asked_for() {
    let ask = |channels: &[&str], info: &str| {
        outcome(&json!({ "name": "n", "channels": channels, "data": "", "info": info }))
    };
    assert_eq!(
        ask(&["a", "presence-x"], "subscription_count"),
        Ok(
            json!({ "channels": { "a": { "subscription_count": 0 }, "presence-x": { "subscription_count": 0 } } })
        )
    );
    assert_eq!(
        ask(&["presence-x"], "user_count,subscription_count"),
        Ok(json!({ "channels": { "presence-x": { "user_count": 0, "subscription_count": 0 } } }))
    );
}
