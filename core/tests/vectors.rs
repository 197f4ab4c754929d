//! The golden vectors through the public door: what the crate as a whole makes of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use pusher_core::{
    App, Attribute, Base, BuildError, ChannelNames, Cluster, Credentials, Data, DecodeError, Draft,
    Endpoint, EventName, InvalidUrl, Limits, SocketId, Timestamp, Trigger,
};
use pusher_vectors::{Case, Outcome, requests, signing, urls};
use serde_json::Value;

/// Any request, as an endpoint from outside the crate.
struct Given<'a> {
    request: &'a signing::Request,
    segments: Vec<&'a str>,
}

impl Endpoint for Given<'_> {
    type Response = ();
    const NAME: &'static str = "given";

    fn draft<'a>(&'a self, _: &Limits) -> Result<Draft<'a>, BuildError> {
        let body = self.request.body.clone().unwrap_or_default();
        let draft = match self.request.method.as_str() {
            "GET" => Draft::get(self.segments.as_slice()),
            _ => Draft::post(self.segments.as_slice(), body),
        };
        let query = self.request.query.iter();
        Ok(query.fold(draft, |draft, (key, value)| draft.query(key, value)))
    }

    fn decode(_: &[u8]) -> Result<(), DecodeError> {
        Ok(())
    }
}

#[test]
fn every_signing_case() {
    let mut seen = 0;
    for case in pusher_vectors::signing().cases {
        let signing::Input::Request(request) = &case.input else { continue };
        let Some(rest) = request.path.strip_prefix("/apps/") else { continue };
        seen += 1;

        let mut segments = rest.split('/');
        let app_id = segments.next().unwrap();
        let given = Given { request, segments: segments.collect() };
        let secret = &request.secret;
        let app = App::new(Credentials { app_id, key: &request.auth_key, secret }).unwrap();
        let now = Timestamp::from_unix(request.auth_timestamp);
        let prepared = app.prepare(&given, now);

        match (case.result, case.policy.as_deref(), case.refusal.as_deref()) {
            (Outcome::Invalid, _, Some("reserved-key")) => {
                assert!(matches!(prepared, Err(BuildError::ReservedKey { .. })), "{}", case.id);
            }
            (Outcome::Acceptable, Some("equal-keys-kept"), _) => {
                assert!(matches!(prepared, Err(BuildError::RepeatedKey { .. })), "{}", case.id);
            }
            (Outcome::Acceptable, Some("comma-escaped"), _) => {
                let expected = case.expect.unwrap().query.unwrap().replace("%2C", ",");
                let request = prepared.unwrap().request;
                assert_eq!(request.uri().query(), Some(&*expected), "{}", case.id);
            }
            (Outcome::Valid, _, _) => {
                let stages = case.expect.unwrap();
                let sent = prepared.unwrap().request;
                assert_eq!(sent.uri().path(), request.path, "{}", case.id);
                assert_eq!(sent.uri().query(), stages.query.as_deref(), "{}", case.id);
                assert_eq!(sent.body(), request.body.as_deref().unwrap_or_default(), "{}", case.id);
                let text = app.string_to_sign(&given, now).unwrap();
                assert_eq!(Some(text), stages.string_to_sign, "{}", case.id);
            }
            other => panic!("{} has a verdict that this test does not know: {other:?}", case.id),
        }
    }
    assert!(seen >= 40, "only {seen} cases were addressed to an app");
}

/// A call that was refused, and the layer that did.
fn layer(error: &BuildError) -> &'static str {
    match error {
        BuildError::ChannelNames(names) => match names {
            pusher_core::InvalidChannelNames::Name { .. } => "channel-name",
            _ => "channel-names",
        },
        BuildError::EventName(_) => "event-name",
        BuildError::SocketId(_) => "socket-id",
        BuildError::LimitExceeded(_) => "limits",
        BuildError::EncryptedFanout | BuildError::PlaintextOnEncryptedChannel => "encryption",
        _ => "another layer",
    }
}

fn trigger(given: &requests::Trigger) -> Result<Trigger, BuildError> {
    let channels = ChannelNames::parse(given.channels.names())?;
    let name = EventName::parse(given.name.to_string())?;
    let mut trigger = Trigger::to(channels, name, Data::text(given.data.to_string()));
    if let Some(socket_id) = &given.socket_id {
        trigger = trigger.exclude(SocketId::parse(socket_id.as_str())?);
    }
    let info = given.info.iter().flatten().map(|attribute| match attribute.as_str() {
        "user_count" => Attribute::UserCount,
        "subscription_count" => Attribute::SubscriptionCount,
        other => panic!("unknown attribute {other}"),
    });
    Ok(trigger.info(info))
}

fn json(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap()
}

#[test]
fn every_request() {
    for case in pusher_vectors::requests().cases {
        let requests::Input { app, auth_timestamp, call } = &case.input;
        let requests::Call::Trigger(given) = call;
        let (app_id, key, secret) = (&*app.app_id, &*app.key, &*app.secret);
        let app = App::new(Credentials { app_id, key, secret });
        let Ok(app) = app else {
            assert_eq!(case.refusal.as_deref(), Some("app"), "{}", case.id);
            continue;
        };
        let prepared = trigger(given)
            .and_then(|trigger| app.prepare(&trigger, Timestamp::from_unix(*auth_timestamp)));

        let policy = case.policy.as_deref();
        if matches!(policy, Some("single-channel-member" | "text-encoded-again")) {
            // Permitted, but not our way: we send `channels` always, and text as it is.
            let (ours, theirs) = (prepared.unwrap().request, case.expect.unwrap());
            assert_ne!(json(ours.body()), json(theirs.body.to_string().as_bytes()), "{}", case.id);
            continue;
        }
        match prepared {
            Err(error) => assert_eq!(case.refusal.as_deref(), Some(layer(&error)), "{}", case.id),
            Ok(prepared) => matches(&case, prepared.request),
        }
    }
}

/// JSON-equal body, same method and path, and the MD5 of the bytes that are sent.
fn matches(
    case: &Case<requests::Input, requests::Request>,
    actual: pusher_core::http::Request<bytes::Bytes>,
) {
    let expected = case.expect.as_ref().unwrap_or_else(|| panic!("{} must be refused", case.id));
    assert_eq!(actual.method(), expected.method.as_str(), "{}", case.id);
    assert_eq!(actual.uri().path(), expected.path, "{}", case.id);
    assert_eq!(json(actual.body()), json(expected.body.to_string().as_bytes()), "{}", case.id);
    assert_eq!(actual.headers()["content-type"], "application/json", "{}", case.id);
    // The server of the kit shares no code with the core: it recomputes digests from the bytes.
    let query = actual.uri().query().unwrap();
    assert!(query.contains("&body_md5=") && query.contains("&auth_signature="), "{}", case.id);
    if Some(actual.body()) == expected.quoted_body.as_ref().map(|body| body.clone().into()).as_ref()
    {
        let digest = expected.quoted_body_md5.as_deref().unwrap();
        assert!(query.contains(digest), "{}: body_md5", case.id);
    }
}

#[test]
fn every_url() {
    for case in pusher_vectors::urls().cases {
        match &case.input {
            urls::Input::Url(url) => address(&case, App::from_url(url)),
            urls::Input::Cluster(cluster) => {
                let cluster = cluster.as_deref().map_or(Ok(Cluster::default()), str::parse);
                let Ok(cluster) = cluster else {
                    let refused = matches!(case.result, Outcome::Invalid | Outcome::Acceptable);
                    assert!(refused, "{} is valid", case.id);
                    continue;
                };
                place(&case, &Base::of_cluster(&cluster));
            }
        }
    }
}

fn address(case: &Case<urls::Input, urls::Address>, app: Result<App, InvalidUrl>) {
    let app = match (app, case.result) {
        (Ok(app), Outcome::Valid | Outcome::Acceptable) => app,
        (Err(_), Outcome::Invalid) => return,
        (Ok(app), Outcome::Invalid) => panic!("{} must be refused: {app:?}", case.id),
        (Err(error), _) => panic!("{}: {error}", case.id),
    };
    let expected = case.expect.as_ref().unwrap();
    assert_eq!(Some(app.app_id()), expected.app_id.as_deref(), "{}", case.id);
    assert_eq!(Some(app.key()), expected.key.as_deref(), "{}", case.id);
    place(case, app.base());

    // The secret shows only in what it signs: an app made of the expected values signs the same.
    let (app_id, key) = (app.app_id(), app.key());
    let secret = expected.secret.as_deref().unwrap();
    let same = App::new(Credentials { app_id, key, secret }).unwrap();
    let event = Trigger::new("a".parse().unwrap(), "b".parse().unwrap(), Data::text("c"));
    let [actual, same] = [app, same].map(|app| {
        let request = app.prepare(&event, Timestamp::from_unix(1)).unwrap().request;
        request.uri().query().unwrap().to_owned()
    });
    assert_eq!(actual, same, "{}: the secret", case.id);
}

fn place(case: &Case<urls::Input, urls::Address>, base: &Base) {
    let expected = case.expect.as_ref().unwrap_or_else(|| panic!("{} must be refused", case.id));
    let port = expected.port.map(|port| format!(":{port}")).unwrap_or_default();
    let prefix = expected.prefix.as_deref().unwrap_or_default();
    let text = format!("{}://{}{port}{prefix}", expected.scheme, expected.host);
    assert_eq!(base.to_string(), text, "{}", case.id);
}
