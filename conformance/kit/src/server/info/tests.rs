//! Which attributes may be asked for, and what they are.

use super::*;

const ALL: [&str; 3] = [USER_COUNT, SUBSCRIPTION_COUNT, CACHE];

#[test]
fn a_list_is_separated_by_commas_alone() {
    for list in ["user_count", "cache,user_count", "user_count,user_count"] {
        assert_eq!(read(list, &ALL).ok().map(|info| info.join(",")), Some(list.into()));
    }
    for list in ["", ",", "user_count,", "user_count, cache", "User_count", "occupied", "cache\n"] {
        assert!(read(list, &ALL).is_err(), "{list:?}");
    }
    assert!(read("cache", &[USER_COUNT]).is_err());
}

// The kinds of channels by their prefixes.
#[test]
fn which_channels_have_which() {
    for (channel, user_count, cache) in [
        ("a", false, false),
        ("private-a", false, false),
        ("private-encrypted-a", false, false),
        ("presence-a", true, false),
        ("cache-a", false, true),
        ("private-cache-a", false, true),
        ("private-encrypted-cache-a", false, true),
        ("presence-cache-a", true, true),
        ("presence", false, false),
        ("cache", false, false),
        ("Presence-a", false, false),
        ("Cache-a", false, false),
        ("a-cache-a", false, false),
        ("private-presence-a", false, false),
        ("#server-to-user-cache-a", false, false),
    ] {
        for (attribute, has) in
            [(USER_COUNT, user_count), (CACHE, cache), (SUBSCRIPTION_COUNT, true)]
        {
            assert_eq!(check(channel, &[attribute.into()]).is_ok(), has, "{channel} {attribute}");
        }
    }
}

#[test]
fn what_a_channel_does_not_have_is_left_out() {
    let all = ALL.map(str::to_owned);
    for (channel, answer) in [
        ("a", json!({ "subscription_count": 0 })),
        ("presence-a", json!({ "user_count": 0, "subscription_count": 0 })),
        ("cache-a", json!({ "subscription_count": 0, "cache": null })),
        ("presence-cache-a", json!({ "user_count": 0, "subscription_count": 0, "cache": null })),
    ] {
        assert_eq!(Value::Object(values(&State::default(), channel, &all)), answer, "{channel}");
    }
}
