//! The group `webhooks`: which deliveries are believed, and what they say.

use std::time::Duration;

use pusher_core::{
    ClientData, Envelope, MasterKey, MasterKeys, Timestamp, Token, Webhook, WebhookError,
    WebhookEvent,
    http::{HeaderMap, HeaderName, HeaderValue},
};
use pusher_vectors::{Outcome, webhooks::Input};
use serde_json::{Map, Value, json};

fn read(input: &Input) -> Result<Webhook, WebhookError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &input.headers {
        let name: HeaderName = name.parse().expect("a name");
        headers.append(name, HeaderValue::from_str(&value.to_string()).expect("a value"));
    }
    // A token without a key cannot be made, so it verifies nothing.
    let tokens = input.tokens.iter().flat_map(|token| Token::new(&token.key, &token.secret));
    let tokens: Vec<_> = tokens.collect();
    let body = match (&input.body, &input.body_hex) {
        (Some(text), None) => text.clone().into_bytes(),
        (None, Some(bytes)) => hex::decode(bytes).expect("hex"),
        _ => panic!("one body"),
    };
    let mut webhook = Envelope::from_headers(&headers, &body)?.verify(&tokens)?;
    if let Some(clock) = input.clock {
        let now = Timestamp::from_unix(clock.now);
        webhook = webhook.within(Duration::from_secs(clock.max_age), now)?;
    }
    let mut keys = input.master_keys.iter().flatten();
    if let Some(newest) = keys.next() {
        let key = |text: &String| MasterKey::from_base64(text).expect("a key");
        let keys = keys.map(key).fold(MasterKeys::from(key(newest)), MasterKeys::and_older);
        webhook = webhook.open(&keys);
    }
    Ok(webhook)
}

fn layer(error: &WebhookError) -> &'static str {
    match error {
        WebhookError::Header { name: "x-pusher-key" } => "key-header",
        WebhookError::Header { .. } => "signature-header",
        WebhookError::UnknownKey { .. } => "unknown-key",
        WebhookError::Signature => "signature",
        WebhookError::NotUtf8 => "utf-8",
        WebhookError::Malformed(_) => "body",
        WebhookError::Age { .. } => "age",
        _ => "another layer",
    }
}

/// The event as the vectors write it.
fn written(event: &WebhookEvent) -> Map<String, Value> {
    let event = match event {
        WebhookEvent::ChannelOccupied { channel, .. } => {
            json!({ "name": "channel_occupied", "channel": channel })
        }
        WebhookEvent::ChannelVacated { channel, .. } => {
            json!({ "name": "channel_vacated", "channel": channel })
        }
        WebhookEvent::MemberAdded { channel, user_id, .. } => {
            json!({ "name": "member_added", "channel": channel, "user_id": user_id })
        }
        WebhookEvent::MemberRemoved { channel, user_id, .. } => {
            json!({ "name": "member_removed", "channel": channel, "user_id": user_id })
        }
        WebhookEvent::ClientEvent { channel, event, data, socket_id, user_id, .. } => {
            let mut written = json!({ "name": "client_event", "channel": channel, "event": event });
            match data {
                ClientData::Sealed { text, .. } => {
                    written["data"] = json!(text);
                    written["sealed"] = json!(true);
                }
                opened => written["data"] = json!(opened.as_str()),
            }
            for (name, value) in [("socket_id", socket_id), ("user_id", user_id)] {
                if let Some(value) = value {
                    written[name] = json!(value);
                }
            }
            written
        }
        WebhookEvent::CacheMiss { channel, .. } => {
            json!({ "name": "cache_miss", "channel": channel })
        }
        WebhookEvent::SubscriptionCount { channel, subscription_count, .. } => json!({
            "name": "subscription_count",
            "channel": channel,
            "subscription_count": subscription_count,
        }),
        WebhookEvent::Unknown { name, members, .. } => {
            let mut members = members.clone();
            members.insert("name".to_owned(), json!(name));
            assert!(documented(&members).is_none(), "{name} has a type of its own");
            return members;
        }
        other => panic!("{other:?} is new"),
    };
    event.as_object().expect("an object").clone()
}

/// The members of a known event, and whether it is sealed (pusher/docs, webhooks.md).
fn documented(event: &Map<String, Value>) -> Option<&'static [&'static str]> {
    Some(match event["name"].as_str()? {
        "channel_occupied" | "channel_vacated" | "cache_miss" => &["name", "channel"],
        "member_added" | "member_removed" => &["name", "channel", "user_id"],
        "client_event" => &["name", "channel", "event", "data", "socket_id", "user_id", "sealed"],
        "subscription_count" => &["name", "channel", "subscription_count"],
        _ => return None,
    })
}

pub(crate) fn every_webhook() {
    for case in pusher_vectors::webhooks().cases {
        match (read(&case.input), case.result) {
            (Ok(webhook), Outcome::Valid | Outcome::Acceptable) => {
                let expected = case.expect.expect("a case that is not refused");
                assert_eq!(webhook.key, expected.key, "{}", case.id);
                assert_eq!(webhook.time_ms, expected.time_ms, "{}", case.id);
                let events: Vec<_> = webhook.events.iter().map(written).collect();
                assert_eq!(events.len(), expected.events.len(), "{}", case.id);
                for (actual, mut expected) in events.into_iter().zip(expected.events) {
                    // A known event keeps the members that are documented; ids are texts.
                    if let Some(documented) = documented(&actual) {
                        expected.retain(|name, _| documented.contains(&name.as_str()));
                    }
                    if let Some(data @ Value::Object(_)) = expected.get("data")
                        && actual.contains_key("socket_id")
                    {
                        let data = json!(data.to_string());
                        expected.insert("data".to_owned(), data);
                    }
                    if let Some(Value::Number(id)) = expected.get("user_id") {
                        expected.insert("user_id".to_owned(), json!(id.to_string()));
                    }
                    assert_eq!(actual, expected, "{}", case.id);
                }
            }
            // Ours, where published implementations differ.
            (Err(error), Outcome::Acceptable) => {
                let ours = (case.policy.as_deref(), layer(&error));
                let strict = matches!(
                    ours,
                    (Some("body-unchecked"), "body")
                        | (Some("equal-headers-once"), "key-header" | "signature-header")
                );
                assert!(strict, "{}: {error}", case.id);
            }
            (Err(error), Outcome::Invalid) => {
                assert_eq!(case.refusal.as_deref(), Some(layer(&error)), "{}", case.id);
            }
            (Ok(webhook), Outcome::Invalid) => panic!("{} must be refused: {webhook:?}", case.id),
            (Err(error), Outcome::Valid) => panic!("{}: {error}", case.id),
        }
    }
}
