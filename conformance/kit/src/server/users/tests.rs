//! Whose users may be asked for, and which words refuse it.

use super::*;

#[test]
fn users_of_a_channel() {
    let mut state = State::default();
    state.subscribe("presence-room", 3, &["2", "1", "2"]);
    state.subscribe("orders", 1, &[]);
    let only_presence = Err("Users can only be retrieved for presence channels\n".to_owned());
    for (channel, expected) in [
        ("presence-room", Ok(json!({ "users": [{ "id": "1" }, { "id": "2" }] }))),
        ("presence-hall", Ok(json!({ "users": [] }))),
        ("presence-cache-a", Ok(json!({ "users": [] }))),
        ("orders", only_presence.clone()),
        ("cache-a", only_presence.clone()),
        ("Presence-a", only_presence),
        ("presence- a", Err("\"presence- a\" is not a channel name".to_owned())),
    ] {
        let outcome = list(&state, channel).map(|accepted| accepted.answer).map_err(|failure| {
            let response = failure.into_response();
            assert_eq!(response.status().as_u16(), 400);
            response.into_body()
        });
        assert_eq!(outcome, expected, "{channel}");
    }
}

#[test]
fn a_termination_is_answered_with_nothing() {
    let Accepted { answer, effect } = terminate("a/b");
    assert_eq!(answer, json!({}));
    assert!(matches!(effect, Effect::Terminate(id) if id == "a/b"));
}
