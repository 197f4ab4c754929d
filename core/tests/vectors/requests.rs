//! The group `requests`: the HTTP request that a call becomes.

use pusher_core::{
    App, Attribute, BuildError, ChannelNames, Credentials, Data, EventName, SocketId, Timestamp,
    Trigger,
};
use pusher_vectors::{Case, requests};
use serde_json::Value;

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

pub(crate) fn every_request() {
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
