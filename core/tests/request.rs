//! The whole request: the documentation's own example, what travels unchanged, what is never shown.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use pusher_core::{
    App, Attribute, Base, BuildError, ChannelNames, Credentials, Data, DecodeError, Draft,
    Endpoint, Limits, Prefix, Timestamp, Trigger,
};

/// Secret, and in the places where it could show itself.
const SECRET: &str = "7ad3773142a6692b25b8";
const SIGNATURE: &str = "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";
const NOW: Timestamp = Timestamp::from_unix(1_353_088_179);

fn app() -> App {
    let credentials = Credentials { app_id: "3", key: "278d425bdf160c739803", secret: SECRET };
    App::new(credentials).unwrap()
}

fn trigger() -> Trigger {
    Trigger::new(
        "project-3".parse().unwrap(),
        "foo".parse().unwrap(),
        Data::text(r#"{"some":"data"}"#),
    )
}

/// pusher/docs, rest-api.md, "Worked authentication example".
#[test]
fn the_worked_example_of_the_documentation() {
    let request = app().prepare(&trigger(), NOW).unwrap().request;
    assert_eq!(request.method(), "POST");
    assert_eq!(
        request.uri().to_string(),
        format!(
            "https://api-mt1.pusher.com/apps/3/events?auth_key=278d425bdf160c739803\
             &auth_timestamp=1353088179&auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f\
             &auth_signature={SIGNATURE}"
        )
    );
    assert_eq!(
        request.body(),
        r#"{"name":"foo","channels":["project-3"],"data":"{\"some\":\"data\"}"}"#
    );
    let fields: Vec<_> =
        request.headers().iter().map(|(name, value)| (name.as_str(), value)).collect();
    let version = concat!("pusher-core ", env!("CARGO_PKG_VERSION"));
    assert_eq!(fields.len(), 2, "{fields:?}");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.headers()["x-pusher-library"], version);
}

#[test]
fn the_signature_does_not_depend_on_where_the_api_lives() {
    for (base, url) in [
        (Base::http("localhost:6001"), "http://localhost:6001/apps/3/events?"),
        (Base::https("[::1]:6001"), "https://[::1]:6001/apps/3/events?"),
        (
            Base::https("my.server.com").and_then(|base| base.prefix(Prefix::Unsigned("/a/b"))),
            "https://my.server.com/a/b/apps/3/events?",
        ),
    ] {
        let uri =
            app().at(base.unwrap()).prepare(&trigger(), NOW).unwrap().request.uri().to_string();
        assert!(uri.starts_with(url) && uri.ends_with(SIGNATURE), "{uri}");
    }
}

#[test]
fn a_signed_prefix_is_signed() {
    let base =
        Base::https("localhost").and_then(|base| base.prefix(Prefix::Signed("/a/b"))).unwrap();
    let app = app().at(base);
    let request = app.prepare(&trigger(), NOW).unwrap().request;
    assert_eq!(request.uri().path(), "/a/b/apps/3/events");
    assert!(!request.uri().query().unwrap().ends_with(SIGNATURE));
    let text = app.string_to_sign(&trigger(), NOW).unwrap();
    assert!(text.starts_with("POST\n/a/b/apps/3/events\nauth_key="), "{text}");
}

#[test]
fn no_debug_shows_a_secret_or_a_signature() {
    let prepared = app().prepare(&trigger(), NOW).unwrap();
    let secret = pusher_core::Secret::new(SECRET).unwrap();
    for shown in [
        format!("{:?} {:#?}", app(), app()),
        format!("{secret:?} {secret:#?}"),
        format!("{prepared:?} {prepared:#?}"),
        format!("{:?}", prepared.expects),
        format!("{:?} {:#?}", trigger(), trigger()),
    ] {
        for hidden in [SECRET, SIGNATURE, "auth_signature", r#"\"some\""#] {
            assert!(!shown.contains(hidden), "{hidden} in {shown}");
        }
        assert!(!shown.contains(&hex::encode(SECRET)), "{shown}");
    }
    let shown = format!("{prepared:?}");
    for told in ["POST", "api-mt1.pusher.com", "/apps/3/events", "body_bytes: 68"] {
        assert!(shown.contains(told), "no {told} in {shown}");
    }
}

#[test]
fn info_and_the_excluded_connection_are_in_the_body() {
    let body = |trigger: Trigger| {
        let request = app().prepare(&trigger, NOW).unwrap().request;
        let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        (body["info"].clone(), body["socket_id"].clone())
    };
    let both = [Attribute::SubscriptionCount, Attribute::UserCount, Attribute::UserCount];
    assert_eq!(
        body(trigger().info(both).exclude("1.2".parse().unwrap())),
        ("user_count,subscription_count".into(), "1.2".into())
    );
    assert_eq!(body(trigger().info([])), (serde_json::Value::Null, serde_json::Value::Null));
}

/// A GET with one parameter of any value.
struct Filter(String, String);

impl Endpoint for Filter {
    type Response = ();
    const NAME: &'static str = "filter";

    fn draft<'a>(&'a self, _: &Limits) -> Result<Draft<'a>, BuildError> {
        Ok(Draft::get(vec!["channels", &self.0]).query("filter_by_prefix", &*self.1))
    }

    fn decode(_: &[u8]) -> Result<(), DecodeError> {
        Ok(())
    }
}

proptest! {
    /// Browsers, reqwest and surf send what the WHATWG parser makes of a URL; it must make nothing.
    #[test]
    fn no_url_parser_changes_what_was_signed(
        segment in "[A-Za-z0-9_=@,.;~-]{1,20}",
        value in any::<String>(),
        prefix in "|/[a-z.~=@,;]{3,9}",
    ) {
        prop_assume!(segment != "." && segment != "..");
        let base = Base::https("localhost").and_then(|base| base.prefix(Prefix::Unsigned(&prefix)));
        let Ok(base) = base else { return Ok(()) };
        let uri = app().at(base).prepare(&Filter(segment, value.clone()), NOW).unwrap().request.uri().to_string();
        let parsed = url::Url::parse(&uri).unwrap();
        prop_assert_eq!(parsed.as_str(), &uri);
        // And what arrives, decoded by another's hand, is what was meant.
        let arrived = parsed.query_pairs().find(|(key, _)| key == "filter_by_prefix").unwrap().1;
        prop_assert_eq!(arrived, value);
    }

    /// One buffer serves twice, so the longer of two targets must not leave its end behind.
    #[test]
    fn the_body_is_what_its_length_says(names in prop::collection::vec("[a-z]{1,9}", 1..100), data in any::<String>()) {
        let channels = ChannelNames::parse(&names).unwrap();
        let trigger = Trigger::to(channels, "e".parse().unwrap(), Data::text(data.clone()));
        let Ok(prepared) = app().prepare(&trigger, NOW) else { return Ok(()) };
        let body: serde_json::Value = serde_json::from_slice(prepared.request.body()).unwrap();
        prop_assert_eq!(&body, &serde_json::json!({ "name": "e", "channels": names, "data": data }));
    }
}
