//! What may be asked of channels, and which words refuse it.

use super::*;
use crate::server::Event;
use crate::server::record::Effect;

/// 60 seconds before the cached event is forgotten.
fn state() -> State {
    let mut state = State::default();
    state.subscribe("orders", 5, &[]);
    state.subscribe("presence-room", 3, &["7", "8", "8"]);
    state.subscribe("presence-hall", 1, &["7"]);
    let event = Event {
        channels: vec!["cache-a".into(), "presence-cache-a".into()],
        name: "paid".into(),
        data: "event data".into(),
        socket_id: None,
        info: Vec::new(),
    };
    state.apply(&Effect::Publish(vec![event]));
    state.tick(1_740);
    state
}

fn outcome(accepted: Result<Accepted, Failure>) -> Result<Value, String> {
    accepted.map(|accepted| accepted.answer).map_err(|failure| {
        let response = failure.into_response();
        assert_eq!(response.status().as_u16(), 400);
        response.into_body()
    })
}

#[test]
fn the_occupied_channels() {
    for (query, channels) in [
        ("", json!({ "orders": {}, "presence-room": {}, "presence-hall": {} })),
        ("filter_by_prefix=", json!({ "orders": {}, "presence-room": {}, "presence-hall": {} })),
        ("auth_key=presence-&filter_by_prefix=or", json!({ "orders": {} })),
        ("filter_by_prefix=cache-", json!({})),
        ("filter_by_prefix=Orders", json!({})),
        ("filter_by_prefix=%CE%B1", json!({})),
        ("filter%5Fby_prefix=presence%2D", json!({ "presence-room": {}, "presence-hall": {} })),
        (
            "filter_by_prefix=presence-&info=user_count",
            json!({ "presence-room": { "user_count": 2 }, "presence-hall": { "user_count": 1 } }),
        ),
        (
            "info=user_count&filter_by_prefix=presence-h",
            json!({ "presence-hall": { "user_count": 1 } }),
        ),
    ] {
        let expected = Ok(json!({ "channels": channels }));
        assert_eq!(outcome(list(&state(), query)), expected, "{query}");
    }
    let none = outcome(list(&State::default(), ""));
    assert_eq!(none, Ok(json!({ "channels": {} })));
}

#[test]
fn which_lists_are_refused() {
    let presence = "user_count may only be requested for presence channels - please supply \
                    filter_by_prefix begining with presence-\n";
    let attributes = "info should be a comma separated list of attributes";
    for (query, words) in [
        ("info=user_count", presence),
        ("info=user_count&filter_by_prefix=", presence),
        ("info=user_count&filter_by_prefix=private-", presence),
        ("info=user_count&filter_by_prefix=presence", presence),
        ("info=", attributes),
        ("info=subscription_count&filter_by_prefix=presence-", attributes),
        ("info=cache&filter_by_prefix=presence-", attributes),
        ("info=user_count%2Cbogus&filter_by_prefix=presence-", attributes),
        ("filter_by_prefix=a&filter_by_prefix=b", "filter_by_prefix was sent more than once"),
        ("filter_by_prefix=%FF", "filter_by_prefix is not UTF-8"),
    ] {
        assert_eq!(outcome(list(&state(), query)), Err(words.into()), "{query}");
    }
}

#[test]
fn one_channel() {
    let cached = json!({ "data": "event data", "ttl": 60 });
    for (channel, query, answer) in [
        ("orders", "", json!({ "occupied": true })),
        ("orders", "info=subscription_count", json!({ "occupied": true, "subscription_count": 5 })),
        (
            "presence-room",
            "info=user_count%2Csubscription_count",
            json!({ "occupied": true, "user_count": 2, "subscription_count": 3 }),
        ),
        ("nobody", "", json!({ "occupied": false })),
        (
            "presence-nobody",
            "info=user_count,subscription_count",
            json!({ "occupied": false, "user_count": 0, "subscription_count": 0 }),
        ),
        ("cache-a", "info=cache", json!({ "occupied": false, "cache": cached })),
        (
            "presence-cache-a",
            "info=cache,user_count",
            json!({ "occupied": false, "cache": cached, "user_count": 0 }),
        ),
        ("cache-b", "info=cache", json!({ "occupied": false, "cache": null })),
        ("cache-b", "", json!({ "occupied": false })),
    ] {
        assert_eq!(outcome(get(&state(), channel, query)), Ok(answer), "{channel} {query}");
    }
}

#[test]
fn which_channels_are_refused() {
    let user_count = "Cannot retrieve the user count unless the channel is a presence channel\n";
    let cache = "Cannot retrieve the cache unless the channel is a cache channel\n";
    let attributes = "info should be a comma separated list of attributes";
    for (channel, query, words) in [
        ("orders", "info=user_count", user_count),
        ("cache-a", "info=cache,user_count", user_count),
        ("presence-room", "info=cache", cache),
        ("orders", "info=occupied", attributes),
        ("orders", "info=", attributes),
        ("orders", "info=cache&info=cache", "info was sent more than once"),
        ("a b", "", "\"a b\" is not a channel name"),
        ("a/b", "", "\"a/b\" is not a channel name"),
        ("ü", "", "\"ü\" is not a channel name"),
        ("#server-to-user-7", "", "\"#server-to-user-7\" is not a channel name"),
    ] {
        assert_eq!(outcome(get(&state(), channel, query)), Err(words.into()), "{channel} {query}");
    }
}
