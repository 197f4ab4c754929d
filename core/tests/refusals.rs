//! Bad input, as tables: each refusal names the part, the place and the limit, and shows no secret.
//! What the golden vectors refuse is not repeated here; this is about what the errors say.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::error::Error;

use proptest::prelude::*;
use pusher_core::{
    App, Base, BuildError, ChannelName, ChannelNames, Cluster, Credentials, Data, DecodeError,
    Draft, Endpoint, EventName, Limits, Prefix, Quantity, Secret, SocketId, Timestamp, Trigger,
};

const NOW: Timestamp = Timestamp::from_unix(1_353_088_179);

fn app() -> App {
    App::new(Credentials { app_id: "3", key: "key", secret: "secret" }).unwrap()
}

/// The error and its sources, as a log shows them.
fn words(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut error = error.source();
    while let Some(source) = error {
        words = format!("{words}: {source}");
        error = source.source();
    }
    words
}

fn said<T, E: Error + 'static>(result: Result<T, E>) -> String {
    result.err().map(|error| words(&error)).unwrap_or_else(|| "no error".to_owned())
}

#[test]
fn names_say_what_is_wrong_and_where() {
    let long = "x".repeat(201);
    for (said, expected) in [
        (said(ChannelName::parse("")), "a channel name is empty; it has 1 to 200 characters"),
        (said(ChannelName::parse(&*long)), "a channel name has 201 bytes; at most 200 are allowed"),
        (
            said(ChannelName::parse("private-a:b")),
            "a channel name holds ':' at position 9; allowed are A-Z a-z 0-9 _ = @ , . ; -",
        ),
        (
            said(ChannelName::parse("a\0")),
            "a channel name holds '\\0' at position 1; allowed are A-Z a-z 0-9 _ = @ , . ; -",
        ),
        (
            said(ChannelName::parse("private-foobar\n")),
            "a channel name holds '\\n' at position 14; allowed are A-Z a-z 0-9 _ = @ , . ; -",
        ),
        (
            said(ChannelName::parse("\u{fc}")),
            "a channel name holds 'ü' at position 0; allowed are A-Z a-z 0-9 _ = @ , . ; -",
        ),
        (
            said(ChannelNames::parse([""; 0])),
            "the list of channels is empty; a trigger takes 1 to 100",
        ),
        (
            said(ChannelNames::parse(vec!["a"; 101])),
            "the list has 101 channels; a trigger takes at most 100",
        ),
        (
            said(ChannelNames::parse(["fine", "no spaces"])),
            "the channel at index 1 of the list is invalid: a channel name holds ' ' at position 2; \
             allowed are A-Z a-z 0-9 _ = @ , . ; -",
        ),
        (said(EventName::parse("")), "an event name is empty; it has 1 to 200 characters"),
        (
            said(EventName::parse("é".repeat(201))),
            "an event name has 201 characters; at most 200 are allowed",
        ),
        (
            said(EventName::parse("pusher:error")),
            "an event name starts with \"pusher:\", which only the service itself may publish",
        ),
        (said(SocketId::parse("")), "a socket_id is empty; it reads like 1234.5678"),
        (
            said(SocketId::parse("1.1\n")),
            "a socket_id holds '\\n' at position 3; it reads like 1234.5678",
        ),
        (
            said(SocketId::parse("\u{661}.\u{661}")),
            "a socket_id holds '\u{661}' at position 0; it reads like 1234.5678",
        ),
        (
            said(SocketId::parse("1.2.3")),
            "a socket_id holds '.' at position 3; it reads like 1234.5678",
        ),
        (
            said(SocketId::parse(".1")),
            "a socket_id holds '.' at position 0; it reads like 1234.5678",
        ),
        (said(SocketId::parse("444")), "a socket_id ends too early; it reads like 1234.5678"),
        (said(SocketId::parse("444.")), "a socket_id ends too early; it reads like 1234.5678"),
    ] {
        assert_eq!(said, expected);
    }
}

#[test]
fn limits_name_both_numbers() {
    let trigger = |channels: &[&str], name: &str, data: usize| {
        Trigger::to(
            ChannelNames::parse(channels).unwrap(),
            name.parse().unwrap(),
            Data::text("x".repeat(data)),
        )
    };
    let long = "x".repeat(165);
    let tight = Limits::default().channels(1).event_name_length(3);
    for (limits, trigger, expected) in [
        (
            Limits::default(),
            trigger(&["a"], "e", 10_241),
            Some("10241 bytes of data in one event; at most 10240 are allowed"),
        ),
        (Limits::default(), trigger(&["a"], "e", 10_240), None),
        (Limits::default().data_bytes(81_920), trigger(&["a"], "e", 81_920), None),
        (
            Limits::default().data_bytes(81_920),
            trigger(&["a"], "e", 81_921),
            Some("81921 bytes of data in one event; at most 81920 are allowed"),
        ),
        (Limits::default(), trigger(&[&*long], "e", 1), None),
        (
            Limits::documented(),
            trigger(&["a", &*long], "e", 1),
            Some("165 bytes in a channel name; at most 164 are allowed"),
        ),
        (
            tight,
            trigger(&["a", "b"], "e", 1),
            Some("2 channels in one trigger; at most 1 are allowed"),
        ),
        (
            tight,
            trigger(&["a"], "éééé", 1),
            Some("4 characters in an event name; at most 3 are allowed"),
        ),
        (tight, trigger(&["a"], "ééé", 1), None),
        (
            Limits::default(),
            trigger(&["private-encrypted-a"], "e", 1),
            Some("the data for a private-encrypted- channel is not encrypted"),
        ),
        (
            Limits::default(),
            trigger(&["a", "private-encrypted-a"], "e", 1),
            Some(
                "an event for an encrypted channel cannot go to multiple channels; trigger it on \
                 each encrypted channel alone",
            ),
        ),
    ] {
        let error = app().limits(limits).prepare(&trigger, NOW).err();
        assert_eq!(error.map(|error| words(&error)).as_deref(), expected);
    }
}

#[test]
fn what_cannot_be_json_is_refused() {
    let map = std::collections::BTreeMap::from([((1, 2), "a key that is no text")]);
    assert_eq!(said(Data::json(&map)), "the data cannot be written as JSON: key must be a string");
}

#[test]
fn configuration_is_checked_without_a_word_of_it() {
    let credentials = |app_id, key, secret| said(App::new(Credentials { app_id, key, secret }));
    for (said, expected) in [
        (credentials("", "k", "s"), "the app_id is empty"),
        (credentials("3", "", "s"), "the key is empty"),
        (credentials("3", "k", ""), "the secret is empty"),
        (
            credentials("3/..", "k", "s"),
            "the app_id holds a character at position 1 that is not one of A-Z a-z 0-9 _ -",
        ),
        (
            credentials("3", "k\u{e9}y", "s"),
            "the key holds a character at position 1 that is not printable ASCII",
        ),
        (
            credentials("3", "k", "hunter2\n"),
            "the secret holds a character at position 7 that is not printable ASCII",
        ),
        (said(Secret::new("")), "the secret is empty"),
        (
            said("eu.example".parse::<Cluster>()),
            "a cluster is one DNS label of 1 to 59 of A-Z a-z 0-9 -, such as eu",
        ),
        (
            said(Base::https("https://localhost")),
            "the host is not HOST or HOST:PORT, without a scheme, a path or user information",
        ),
        (
            said(Base::https("localhost").and_then(|base| base.prefix(Prefix::Signed("/a/../b")))),
            "the path prefix is not a / and segments of A-Z a-z 0-9 - . _ ~ = @ , ; with no . or .. \
             among them",
        ),
        (
            said(App::from_url("https://key:hunter2@host/apps/")),
            "the URL is not SCHEME://KEY:SECRET@HOST[:PORT]/apps/APP_ID: the app_id is empty",
        ),
        (
            said(App::from_url("key:hunter2@host/apps/1")),
            "the URL is not SCHEME://KEY:SECRET@HOST[:PORT]/apps/APP_ID: it does not start with \
             http:// or https://",
        ),
    ] {
        assert_eq!(said, expected);
        assert!(!said.contains("hunter2"));
    }
}

/// A path and parameters that no endpoint of ours makes.
struct Odd<'a>(&'a str, &'a [(&'a str, &'a str)]);

impl Endpoint for Odd<'_> {
    type Response = ();
    const NAME: &'static str = "odd";

    fn draft<'a>(&'a self, _: &Limits) -> Result<Draft<'a>, BuildError> {
        let draft = Draft::get(vec!["channels", self.0]);
        Ok(self.1.iter().fold(draft, |draft, (key, value)| draft.query(*key, *value)))
    }

    fn decode(_: &[u8]) -> Result<(), DecodeError> {
        Ok(())
    }
}

#[test]
fn what_a_client_would_rewrite_is_refused() {
    for segment in
        ["", ".", "..", "a/b", "%2e", "a b", "a'b", "{}", "é", "a?b", "a#b", "a\0", "a:b"]
    {
        let error = app().prepare(&Odd(segment, &[]), NOW).unwrap_err();
        assert!(
            matches!(&error, BuildError::Unaddressable { segment: named } if named == segment),
            "{segment:?}: {error}"
        );
        assert!(error.to_string().contains(&format!("{segment:?}")), "{error}");
    }
    for segment in ["...", "a..", "private-a@b,c.d;e=f~_-"] {
        let request = app().prepare(&Odd(segment, &[]), NOW).unwrap().request;
        assert_eq!(request.uri().path(), format!("/apps/3/channels/{segment}"));
    }
}

#[test]
fn keys_that_the_signature_needs_are_refused() {
    for key in ["auth_key", "AUTH_KEY", "auth_", "Auth_Anything", "body_md5", "Body_MD5"] {
        let error = app().prepare(&Odd("a", &[(key, "x")]), NOW).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the parameter {key:?} is reserved for the signature")
        );
    }
    for query in
        [&[("a", "1"), ("A", "2")][..], &[("", "1")], &[("b", "1"), ("a", "1"), ("b", "1")]]
    {
        let error = app().prepare(&Odd("a", query), NOW).unwrap_err();
        assert!(matches!(error, BuildError::RepeatedKey { .. }), "{query:?}: {error}");
    }
    let list = Odd("a", &[("id[]", "2"), ("id[]", "1")]);
    assert!(app().string_to_sign(&list, NOW).unwrap().ends_with("&id[]=2&id[]=1"));
}

#[test]
fn a_target_that_no_uri_holds_is_refused() {
    let value = "é".repeat(20_000);
    let error = app().prepare(&Odd("a", &[("a", &value)]), NOW).unwrap_err();
    let BuildError::LimitExceeded(exceeded) = error else { panic!("{error}") };
    assert_eq!(exceeded.what, Quantity::TargetBytes);
    let (limit, actual) = (exceeded.limit, exceeded.actual);
    assert!(limit == 65_534 && actual > 120_000, "{limit} {actual}");
    let fits = "x".repeat(60_000);
    assert!(app().prepare(&Odd("a", &[("a", &fits)]), NOW).is_ok());
}

proptest! {
    /// Whatever the text: no panic, and what is accepted is kept as it was.
    #[test]
    fn any_text_is_a_name_or_an_error(text in any::<String>()) {
        if let Ok(name) = ChannelName::parse(&*text) {
            prop_assert_eq!(name.as_str(), &text);
        }
        if let Ok(name) = EventName::parse(&*text) {
            prop_assert_eq!(name.as_str(), &text);
        }
        if let Ok(name) = SocketId::parse(&*text) {
            prop_assert_eq!(name.as_str(), &text);
        }
        let _ = (text.parse::<Cluster>(), Base::http(&text), App::from_url(&text));
        let _ = Timestamp::from_http_date(&text);
    }

    /// The grammar, written a second time.
    #[test]
    fn socket_ids_are_two_numbers(text in "[0-9.]{0,6}|[0-9]{1,3}\\.[0-9]{1,3}|\\PC{0,3}") {
        let numbers: Vec<_> = text.split('.').collect();
        let digits = |part: &&str| !part.is_empty() && part.chars().all(|c| "0123456789".contains(c));
        let expected = numbers.len() == 2 && numbers.iter().all(digits);
        prop_assert_eq!(SocketId::parse(&*text).is_ok(), expected);
    }

    /// A URL is accepted only if it says the same when it is put together again.
    #[test]
    fn accepted_urls_are_put_together_again(
        url in "https?://[a-z%0-9:@]{1,12}:[a-z%0-9@]{1,12}@[a-z.]{1,8}(:[0-9]{1,6})?(/[a-z.]{1,3}){0,2}/apps/[0-9]{1,3}"
    ) {
        if let Ok(app) = App::from_url(&url) {
            let base = app.base().to_string();
            let (scheme, rest) = base.split_once("://").unwrap();
            let credentials = url.split_once("://").unwrap().1.split_once('@').unwrap().0;
            let again = format!("{scheme}://{credentials}@{rest}/apps/{}", app.app_id());
            prop_assert_eq!(again, url);
        }
    }

    #[test]
    fn any_trigger_is_prepared_or_refused(
        channels in prop::collection::vec("[a-z-]{1,8}|private-encrypted-[a-z]", 1..4),
        name in "\\PC{1,9}",
        data in any::<String>(),
    ) {
        let channels = ChannelNames::parse(channels).unwrap();
        let Ok(name) = EventName::parse(name) else { return Ok(()) };
        let trigger = Trigger::to(channels, name.clone(), Data::text(data.clone()));
        if let Ok(prepared) = app().prepare(&trigger, NOW) {
            // The body's length was computed beforehand, so it is worth reading it back.
            let body: serde_json::Value = serde_json::from_slice(prepared.request.body()).unwrap();
            prop_assert_eq!(body["name"].as_str(), Some(name.as_str()));
            prop_assert_eq!(body["data"].as_str(), Some(&*data));
        }
    }
}
