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
    post(&State::default(), body).map(|accepted| accepted.answer).map_err(told)
}

fn batch(state: &State, items: &Value) -> Result<Value, (u16, String)> {
    let body = json!({ "batch": items }).to_string();
    post_batch(state, body.as_bytes()).map(|accepted| accepted.answer).map_err(told)
}

fn told(failure: Failure) -> (u16, String) {
    let response = failure.into_response();
    (response.status().as_u16(), response.into_body())
}

fn published(accepted: Result<Accepted, Failure>) -> Vec<Event> {
    match accepted.map(|accepted| accepted.effect) {
        Ok(Effect::Publish(events)) => events,
        _ => Vec::new(),
    }
}

/// Three connections of two users, and two connections.
fn occupied() -> State {
    let mut state = State::default();
    state.subscribe("presence-x", 3, &["7", "8", "8"]);
    state.subscribe("a", 2, &[]);
    state
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
    let events = published(post(&State::default(), single.to_string().as_bytes()));
    assert_eq!(events[0].channels, ["a"]);
}

#[test]
fn what_is_kept_is_what_came() {
    let body = json!({
        "name": "paid", "channels": ["presence-b", "presence-a"], "data": "{\"ü\": 1 }",
        "socket_id": "1.2", "info": "user_count,subscription_count",
    });
    let event = Event {
        channels: vec!["presence-b".into(), "presence-a".into()],
        name: "paid".into(),
        data: "{\"ü\": 1 }".into(),
        socket_id: Some("1.2".into()),
        info: vec!["user_count".into(), "subscription_count".into()],
    };
    assert_eq!(published(post(&State::default(), body.to_string().as_bytes())), [event]);
}

#[test]
fn what_is_refused() {
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
        ("info", json!("cache"), attributes),
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
        let words = || Err((400, "The body is not a JSON object".into()));
        assert_eq!(outcome_of(body), words());
        let state = State::default();
        assert_eq!(post_batch(&state, body).map(|accepted| accepted.answer).map_err(told), words());
    }
}

// Mixed channels are as in pusher-http-php, tests/acceptance, which asks pusher.com.
#[test]
fn counts_for_the_attributes_asked_for() {
    let ask = |channels: &[&str], info: &str| {
        let body = json!({ "name": "n", "channels": channels, "data": "", "info": info });
        let accepted = post(&occupied(), body.to_string().as_bytes());
        accepted.map(|accepted| accepted.answer).map_err(told)
    };
    for (channels, info, counts) in [
        (
            &["a", "b", "presence-x"][..],
            "subscription_count",
            json!({
                "a": { "subscription_count": 2 },
                "b": { "subscription_count": 0 },
                "presence-x": { "subscription_count": 3 },
            }),
        ),
        (
            &["presence-x", "presence-x"],
            "user_count,subscription_count",
            json!({ "presence-x": { "user_count": 2, "subscription_count": 3 } }),
        ),
        (&["presence-y"], "user_count", json!({ "presence-y": { "user_count": 0 } })),
        (
            &["a", "presence-x"],
            "user_count,subscription_count",
            json!({
                "a": { "subscription_count": 2 },
                "presence-x": { "user_count": 2, "subscription_count": 3 },
            }),
        ),
        (&["a"], "user_count", json!({ "a": {} })),
    ] {
        assert_eq!(ask(channels, info), Ok(json!({ "channels": counts })), "{channels:?}");
    }
}

#[test]
fn a_batch_is_answered_item_by_item() {
    let item = |channel: &str, info: Value| json!({ "name": "n", "channel": channel, "data": "", "info": info });
    let null = Value::Null;
    for (items, answer) in [
        (json!([item("a", null.clone())]), json!({})),
        (json!(vec![item("a", null.clone()); 10]), json!({})),
        (json!([item("#server-to-user-7", null.clone())]), json!({})),
        (
            json!([
                item("presence-x", json!("user_count,subscription_count")),
                item("presence-x", null.clone()),
                item("a", json!("subscription_count")),
            ]),
            json!({ "batch": [
                { "user_count": 2, "subscription_count": 3 }, {}, { "subscription_count": 2 },
            ] }),
        ),
        (
            json!([
                item("a", json!("user_count")),
                item("a", json!("user_count,subscription_count")),
            ]),
            json!({ "batch": [{}, { "subscription_count": 2 }] }),
        ),
    ] {
        assert_eq!(batch(&occupied(), &items), Ok(answer), "{items}");
    }
}

#[test]
fn a_batch_is_one_event_for_each_item() {
    let body = json!({ "batch": [
        { "name": "1", "channel": "#server-to-user-7", "data": "x", "socket_id": "1.2" },
        { "name": "2", "channel": "a", "data": "y", "info": "subscription_count" },
    ] });
    let event = |channel: &str, name: &str, data: &str| Event {
        channels: vec![channel.into()],
        name: name.into(),
        data: data.into(),
        socket_id: None,
        info: Vec::new(),
    };
    let expected = [
        Event { socket_id: Some("1.2".into()), ..event("#server-to-user-7", "1", "x") },
        Event { info: vec!["subscription_count".into()], ..event("a", "2", "y") },
    ];
    assert_eq!(published(post_batch(&State::default(), body.to_string().as_bytes())), expected);
}

#[test]
fn which_batches_are_refused() {
    let good = json!({ "name": "n", "channel": "a", "data": "" });
    let with = |field: &str, value: Value| {
        let mut item = good.clone();
        item[field] = value;
        json!([good, item])
    };
    let attributes = "info should be a comma separated list of attributes";
    let missing = "Missing required parameter: channel\n";
    let too_large = "The data content of this event exceeds the allowed maximum (10240 bytes). See \
        https://pusher.com/docs/channels/server_api/http-api#publishing-events for more info";
    for (items, status, words) in [
        (json!(vec![good.clone(); 11]), 400, "Batch too large (11 > 10)\n"),
        (json!(vec![0; 1000]), 400, "Batch too large (1000 > 10)\n"),
        (json!([]), 400, "batch must hold at least one event"),
        (Value::Null, 400, "batch must be an array of objects"),
        (good.clone(), 400, "batch must be an array of objects"),
        (json!([good, []]), 400, "batch must be an array of objects"),
        (json!([{ "name": "n", "channels": ["a"], "data": "" }]), 400, missing),
        (with("channel", Value::Null), 400, missing),
        (with("channel", json!(1)), 400, "channel must be a string"),
        (with("channel", json!("a b")), 400, "\"a b\" is not a channel name"),
        (with("name", Value::Null), 400, "name is missing"),
        (with("info", json!("cache")), 400, attributes),
        (with("data", json!("x".repeat(10_241))), 413, too_large),
    ] {
        assert_eq!(batch(&State::default(), &items), Err((status, words.into())), "{items}");
    }
}
