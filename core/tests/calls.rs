//! Calls beside the trigger: what is refused and what is said, and calls as data.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::error::Error;

use proptest::prelude::*;
use pusher_core::{
    App, Attribute, BuildError, Call, ChannelName, ChannelNames, Credentials, Data, Endpoint,
    EventName, GetChannel, GetChannels, GetUsers, InvalidCall, Limits, Raw, SendToUser, SocketId,
    TerminateUser, Timestamp, Trigger, TriggerBatch, UserId,
};

const NOW: Timestamp = Timestamp::from_unix(1_353_088_179);

fn app() -> App {
    App::new(Credentials { app_id: "3", key: "key", secret: "secret" }).unwrap()
}

fn event(channel: &str, data: &str) -> Trigger {
    Trigger::new(channel.parse().unwrap(), "paid".parse().unwrap(), Data::text(data))
}

fn batch(events: Vec<Trigger>) -> TriggerBatch {
    TriggerBatch::new(events).unwrap()
}

/// The error and its sources, as a log shows them.
fn words(error: &dyn Error) -> String {
    let source = error.source().map(|source| format!(": {}", words(source)));
    format!("{error}{}", source.unwrap_or_default())
}

fn refused(call: &impl Endpoint) -> String {
    words(&app().prepare(call, NOW).unwrap_err())
}

#[test]
fn an_impossible_call_says_why() {
    let channel = |name: &str| GetChannel::new(name.parse().unwrap());
    for (said, expected) in [
        (
            refused(&batch(vec![event("a", "1"); 11])),
            "11 events in one batch; at most 10 are allowed",
        ),
        (
            refused(&batch(vec![event("a", "1"), event("a", &"x".repeat(10_241))])),
            "the event at index 1 of the batch is impossible: 10241 bytes of data in one event; at most 10240 are allowed",
        ),
        (
            refused(&batch(vec![event("private-encrypted-a", "1")])),
            "the event at index 0 of the batch is impossible: the data for a private-encrypted- channel is not encrypted",
        ),
        (
            words(&TriggerBatch::new(vec![]).unwrap_err()),
            "the batch is empty; it has at least one event",
        ),
        (
            words(
                &TriggerBatch::new(vec![
                    event("a", "1"),
                    Trigger::to(
                        ChannelNames::parse(["a", "b"]).unwrap(),
                        "b".parse().unwrap(),
                        Data::text(""),
                    ),
                ])
                .unwrap_err(),
            ),
            "the event at index 1 goes to several channels; in a batch, each event goes to one",
        ),
        (
            refused(&event("a", "1").info([Attribute::Cache])),
            "cache is an attribute of a single channel, and GetChannel asks for it",
        ),
        (
            refused(&channel("private-a").info([Attribute::UserCount])),
            "user_count is an attribute of presence channels",
        ),
        (
            refused(&channel("private-cachex").info([Attribute::Cache])),
            "cache is an attribute of cache channels",
        ),
        (
            refused(&GetChannels::new().info([Attribute::UserCount])),
            "user_count is an attribute of presence channels: set a prefix that begins with presence-",
        ),
        (
            refused(&GetUsers::new("private-a".parse().unwrap())),
            "private-a is not a presence channel; only a channel whose name begins with presence- knows its users",
        ),
        (
            refused(&Raw::get("channels")),
            "the path \"channels\" does not read like /channels: it begins with / and comes without /apps/APP_ID, which is added",
        ),
        (
            refused(&Raw::get("/apps/3/channels")),
            "the path \"/apps/3/channels\" does not read like /channels: it begins with / and comes without /apps/APP_ID, which is added",
        ),
        (
            refused(&Raw::get("/channels").query("Auth_Timestamp", "1")),
            "the parameter \"Auth_Timestamp\" is reserved for the signature",
        ),
        (
            refused(&TerminateUser::new("..".parse().unwrap())),
            "\"..\" cannot stand in a path; a segment is made of A-Z a-z 0-9 - . _ ~ = @ , ; and is not empty, \".\" or \"..\"",
        ),
        (
            words(&UserId::parse("a:b").unwrap_err()),
            "a user id holds ':' at position 1; allowed are A-Z a-z 0-9 _ = @ , . ; -",
        ),
    ] {
        assert_eq!(said, expected);
    }
}

#[test]
fn limits_move_as_documented() {
    let raised = app().limits(Limits::default().batch_events(20).data_bytes(81_920));
    let large = batch(vec![event("a", &"x".repeat(81_920)); 20]);
    assert!(raised.prepare(&large, NOW).is_ok());
    assert!(raised.prepare(&event("a", &"x".repeat(81_921)), NOW).is_err());

    let documented = app().limits(Limits::documented());
    let long = "x".repeat(165).parse::<ChannelName>().unwrap();
    assert!(app().prepare(&GetChannel::new(long.clone()), NOW).is_ok());
    for refused in [
        documented.prepare(&GetChannel::new(long.clone()), NOW).err(),
        documented.prepare(&Trigger::new(long, "a".parse().unwrap(), Data::text("")), NOW).err(),
    ] {
        assert!(matches!(refused, Some(BuildError::LimitExceeded(_))), "{refused:?}");
    }
}

#[test]
fn a_call_that_is_not_one_says_why() {
    for (json, expected) in [
        (r#"{"version":2}"#, "the call has version 2; known is version 1"),
        (r#"{"version":0,"call":{}}"#, "the call has version 0; known is version 1"),
        ("{}", "the text is not a call as JSON: missing field `version`"),
        ("", "the text is not a call as JSON: EOF while parsing"),
        (r#"{"version":1}"#, "the text is not a call as JSON: missing field `call`"),
        (
            r#"{"version":1,"call":{"unheard":{}}}"#,
            "the text is not a call as JSON: unknown variant",
        ),
        (
            r#"{"version":1,"call":{"terminate_user":{"user_id":"7"},"trigger":{}}}"#,
            "the text is not a call as JSON: ",
        ),
        (
            r#"{"version":1,"call":{"terminate_user":{"user_id":"7","more":1}}}"#,
            "the text is not a call as JSON: unknown field `more`",
        ),
        (
            r#"{"version":1,"call":{"terminate_user":{"user_id":"a:b"}}}"#,
            "the text is not a call as JSON: a user id holds ':' at position 1",
        ),
        (
            r#"{"version":1,"call":{"trigger":{"channels":["a:b"],"name":"n","data":"d"}}}"#,
            "the text is not a call as JSON: a channel name holds ':' at position 1",
        ),
        (
            r#"{"version":1,"call":{"trigger":{"channels":[],"name":"n","data":"d"}}}"#,
            "the text is not a call as JSON: the list of channels is empty",
        ),
        (
            r#"{"version":1,"call":{"trigger_batch":[]}}"#,
            "the text is not a call as JSON: the batch is empty",
        ),
    ] {
        let said = words(&Call::from_json(json).unwrap_err());
        assert!(said.starts_with(expected), "{json}: {said}");
    }
    assert!(serde_json::from_str::<Call>(r#"{"version":1,"call":{"trigger_batch":[]}}"#).is_err());
    assert_eq!(
        Call::from_json(r#"{"version":7,"shape":"of the future"}"#).unwrap_err(),
        Call::from_json(r#"{"version":7}"#).unwrap_err()
    );
    assert!(matches!(Call::from_json(r#"{"version":1,"call":3}"#), Err(InvalidCall::Malformed(_))));
}

prop_compose! {
    fn any_event()(
        channel in "[A-Za-z0-9_=@,.;-]{1,200}",
        name in "[^p]{1,200}",
        data in any::<String>(),
        socket_id in proptest::option::of("[0-9]{1,9}\\.[0-9]{1,9}"),
        counts in any::<(bool, bool)>(),
    ) -> Trigger {
        let event = Trigger::new(
            ChannelName::parse(channel).unwrap(),
            EventName::parse(name).unwrap(),
            Data::text(data),
        );
        let event = match socket_id {
            Some(socket_id) => event.exclude(SocketId::parse(socket_id).unwrap()),
            None => event,
        };
        let asked = [(counts.0, Attribute::UserCount), (counts.1, Attribute::SubscriptionCount)];
        event.info(asked.into_iter().filter(|(asked, _)| *asked).map(|(_, attribute)| attribute))
    }
}

fn any_call() -> impl Strategy<Value = Call> {
    let user = || "[A-Za-z0-9_=@,.;-]{1,200}".prop_map(|id| UserId::parse(id).unwrap());
    prop_oneof![
        any_event().prop_map(Call::from),
        proptest::collection::vec(any_event(), 1..20).prop_map(|events| batch(events).into()),
        (user(), any::<String>()).prop_map(|(user, data)| {
            SendToUser::new(user, "a".parse().unwrap(), Data::text(data)).into()
        }),
        user().prop_map(|user| TerminateUser::new(user).into()),
    ]
}

proptest! {
    /// A call survives the queue, and becomes the same request as before.
    #[test]
    fn a_call_survives_a_queue(call in any_call()) {
        let again = Call::from_json(&call.to_json()).unwrap();
        prop_assert_eq!(&again, &call);
        let value: Call = serde_json::from_value(serde_json::to_value(&call).unwrap()).unwrap();
        prop_assert_eq!(&value, &call);
        let bodies = [&call, &again].map(|call| app().prepare(call, NOW).map(|p| p.request.into_body()));
        let [before, after] = bodies.map(Result::ok);
        prop_assert_eq!(before, after);
    }

    /// The body of a batch means what was put into it.
    #[test]
    fn a_batch_is_the_json_of_its_events(events in proptest::collection::vec(any_event(), 1..=10)) {
        let limits = Limits::default().data_bytes(usize::MAX);
        let app = app().limits(limits);
        let Ok(prepared) = app.prepare(&batch(events.clone()), NOW) else { return Ok(()) };
        let body: serde_json::Value = serde_json::from_slice(prepared.request.body()).unwrap();
        for (event, written) in events.iter().zip(body["batch"].as_array().unwrap()) {
            prop_assert_eq!(written["channel"].as_str(), Some(event.channels()[0].as_str()));
            prop_assert_eq!(written["data"].as_str(), Some(event.data().as_str()));
        }
    }
}
