//! What is kept, and for how long.

use super::*;
use crate::server::Event;

fn publish(state: &mut State, now: u64, channels: &[&str], data: &str) {
    let event = Event {
        channels: channels.iter().map(|name| (*name).to_owned()).collect(),
        name: "n".into(),
        data: data.into(),
        socket_id: None,
        info: Vec::new(),
    };
    state.tick(now);
    state.apply(&Effect::Publish(vec![event]));
}

#[test]
fn cache_channels_keep_the_last_event_for_30_minutes() {
    for channel in ["cache-a", "private-cache-a", "private-encrypted-cache-a", "presence-cache-a"] {
        let mut state = State::default();
        publish(&mut state, 1_000, &["a", channel], "1");
        publish(&mut state, 2_000, &[channel, channel], "2");
        assert_eq!(state.cached("a"), None);
        for (now, kept) in [
            (2_000, Some(("2", 1_800))),
            (2_001, Some(("2", 1_799))),
            (0, Some(("2", 1_800))),
            (3_799, Some(("2", 1))),
            (3_800, None),
            (u64::MAX, None),
        ] {
            state.tick(now);
            assert_eq!(state.cached(channel), kept, "{channel} at {now}");
        }
    }
    let mut state = State::default();
    publish(&mut state, u64::MAX, &["cache-a"], "1");
    assert_eq!(state.cached("cache-a"), Some(("1", 1_800)));
}

#[test]
fn the_oldest_cached_event_is_forgotten() {
    let mut state = State::default();
    publish(&mut state, 1, &["cache-b"], "");
    publish(&mut state, 0, &["cache-a"], "");
    for number in 2..=RECORD_LIMIT {
        publish(&mut state, 2, &[&format!("cache-{number}")], "");
    }
    assert_eq!(state.cached.len(), RECORD_LIMIT);
    assert_eq!(state.cached("cache-a"), None);
    assert!(state.cached("cache-b").is_some());
}

#[test]
fn subscribers_are_replaced() {
    let mut state = State::default();
    for (connections, users, different) in [
        (3, &["8", "7", "8"][..], &["7", "8"][..]),
        (1, &["9"], &["9"]),
        (5, &[], &[]),
        (0, &[], &[]),
    ] {
        state.subscribe("presence-a", connections, users);
        assert_eq!(state.connections("presence-a"), connections);
        assert!(state.users("presence-a").eq(different.iter().copied()));
        assert_eq!(state.channels().count(), usize::from(connections > 0));
    }
    state.subscribe("a", usize::MAX, &[]);
    state.subscribe("b", 0, &[]);
    assert!(state.channels().eq(["a"]));
}

#[test]
fn a_termination_signs_out() {
    let mut state = State::default();
    state.subscribe("presence-a", 1, &["7"]);
    for id in ["8", "7", "7"] {
        state.sign_in(id);
    }
    state.apply(&Effect::Terminate("9".into()));
    assert_eq!(state.signed_in(), ["7", "8"]);
    state.apply(&Effect::Terminate("7".into()));
    assert_eq!(state.signed_in(), ["8"]);
    assert_eq!(state.users("presence-a").count(), 1);
}
