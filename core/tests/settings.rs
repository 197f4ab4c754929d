//! What an app, a base and limits were set to, they say and keep to.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::error::Error as _;

use pusher_core::{
    App, AuthError, Base, BuildError, Call, ChannelNames, Cluster, Credentials, Data, Endpoint,
    GetChannel, GetChannels, GetUsers, LimitExceeded, Limits, Member, Quantity, SendToUser,
    TerminateUser, Trigger, TriggerBatch, User,
};

fn app() -> App {
    App::new(Credentials { app_id: "3", key: "key", secret: "secret" }).unwrap()
}

#[test]
fn a_base_tells_its_parts() {
    for (base, plaintext, host, port) in [
        (Base::https("example.com"), false, "example.com", None),
        (Base::http("example.com:6001"), true, "example.com", Some(6001)),
        (Base::http("[::1]:80"), true, "[::1]", Some(80)),
    ] {
        let base = base.unwrap();
        assert_eq!((base.is_plaintext(), base.host(), base.port()), (plaintext, host, port));
    }
    let cluster: Cluster = "ap1".parse().unwrap();
    assert_eq!((cluster.as_str(), Cluster::default().as_str()), ("ap1", "mt1"));
    assert_eq!(app().cluster(cluster).base().host(), "api-ap1.pusher.com");
}

#[test]
fn every_limit_can_be_set() {
    let limits = Limits::default()
        .data_bytes(1)
        .channels(2)
        .batch_events(3)
        .channel_name_length(4)
        .event_name_length(5)
        .member_id_length(6)
        .member_bytes(7)
        .watchlist_length(8);
    assert_eq!((limits.max_data_bytes(), limits.max_batch_events()), (1, 3));
    for (what, limit) in [
        (Quantity::DataBytes, 1),
        (Quantity::Channels, 2),
        (Quantity::BatchEvents, 3),
        (Quantity::ChannelNameLength, 4),
        (Quantity::EventNameLength, 5),
        (Quantity::MemberIdLength, 6),
        (Quantity::MemberBytes, 7),
        (Quantity::WatchlistLength, 8),
    ] {
        assert_eq!(limits.check(what, limit), Ok(()));
        let LimitExceeded { what: exceeded, limit: most, actual, .. } =
            limits.check(what, limit + 1).unwrap_err();
        assert_eq!((exceeded, most, actual), (what, limit, limit + 1));
    }
    let app = app().limits(limits);
    assert_eq!(*app.limits_in_force(), limits);

    let socket_id = "1.1".parse().unwrap();
    let presence = "presence-a".parse().unwrap();
    let refused = |member| app.authorize_channel(&socket_id, &presence, member).unwrap_err();
    for (error, expected) in [
        (refused(Member::new("1234567")), Quantity::MemberIdLength),
        (refused(Member::new(1)), Quantity::MemberBytes),
    ] {
        assert!(matches!(error, AuthError::LimitExceeded(error) if error.what == expected));
    }
    let ids = (0..9).map(|id| id.to_string().parse().unwrap());
    let user = User::new("7".parse().unwrap()).watchlist(ids);
    assert!(app.authenticate_user(&socket_id, user).is_err());
}

/// For spans and metrics.
#[test]
fn a_call_knows_how_many_channels_it_concerns() {
    let name = || "a".parse().unwrap();
    let channels = ChannelNames::parse(["a", "b", "c"]).unwrap();
    let trigger = Trigger::to(channels, "e".parse().unwrap(), Data::text(""));
    let one = || Trigger::new(name(), "e".parse().unwrap(), Data::text(""));
    let batch = TriggerBatch::new(vec![one(), one()]).unwrap();
    let user = || "7".parse().unwrap();
    let send = SendToUser::new(user(), "e".parse().unwrap(), Data::text(""));
    for (count, expected) in [
        (trigger.channel_count(), Some(3)),
        (batch.channel_count(), Some(2)),
        (GetChannel::new(name()).channel_count(), Some(1)),
        (GetUsers::new(name()).channel_count(), Some(1)),
        (GetChannels::new().channel_count(), None),
        (send.channel_count(), None),
        (TerminateUser::new(user()).channel_count(), None),
        (Call::from(trigger).channel_count(), Some(3)),
        (Call::from(batch).channel_count(), Some(2)),
    ] {
        assert_eq!(count, expected);
    }
}

#[test]
fn an_error_names_its_source() {
    let names = BuildError::from(ChannelNames::parse(["a", "b c"]).unwrap_err());
    assert_eq!(
        names.source().unwrap().to_string(),
        "a channel name holds ' ' at position 1; allowed are A-Z a-z 0-9 _ = @ , . ; -"
    );
    assert!(BuildError::EncryptedFanout.source().is_none());
}
