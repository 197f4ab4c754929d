//! The group `webhooks`: headers and body go in, events come out, in the form that the vectors have.

use std::time::Duration;

use pusher_core::{
    ClientData, Envelope, Timestamp, Token, WebhookEvent,
    http::{HeaderMap, HeaderName, HeaderValue},
};
use pusher_vectors::webhooks::Input;
use serde_json::{Value, json};

use super::{No, Said, encryption, layers};

pub(super) fn said(input: &Input) -> Said {
    let mut headers = HeaderMap::new();
    for (name, value) in &input.headers {
        let name: HeaderName = name.parse().map_err(unread)?;
        // HTTP carries bytes; those of the vectors are UTF-8.
        let value = HeaderValue::from_bytes(value.to_string().as_bytes()).map_err(unread)?;
        headers.append(name, value);
    }
    // A token without a key cannot be made, so it verifies nothing.
    let tokens = input.tokens.iter().flat_map(|token| Token::new(&token.key, &token.secret));
    let tokens: Vec<_> = tokens.collect();
    let body = match (&input.body, &input.body_hex) {
        (_, Some(bytes)) => hex::decode(bytes).map_err(unread)?,
        (Some(text), None) => text.clone().into_bytes(),
        (None, None) => Vec::new(),
    };
    let webhook = Envelope::from_headers(&headers, &body);
    let webhook = webhook.and_then(|envelope| envelope.verify(&tokens));
    let webhook = webhook.and_then(|webhook| match input.clock {
        Some(clock) => {
            webhook.within(Duration::from_secs(clock.max_age), Timestamp::from_unix(clock.now))
        }
        None => Ok(webhook),
    });
    let mut webhook = webhook.map_err(|error| layers::webhook(&error))?;
    if let Some(keys) = encryption::keys(input.master_keys.as_deref().unwrap_or_default())? {
        webhook = webhook.open(&keys);
    }
    let events: Vec<_> = webhook.events.iter().map(written).collect();
    Ok(json!({ "key": webhook.key, "time_ms": webhook.time_ms, "events": events }))
}

fn unread<E: std::fmt::Display>(error: E) -> No {
    No::Unread(error.to_string())
}

/// The event as the vectors write it.
fn written(event: &WebhookEvent) -> Value {
    match event {
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
            let (text, sealed) = match data {
                ClientData::Sealed { text, .. } => (Some(&**text), Some(true)),
                opened => (opened.as_str(), None),
            };
            json!({
                "name": "client_event", "channel": channel, "event": event, "data": text,
                "sealed": sealed, "socket_id": socket_id, "user_id": user_id,
            })
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
            Value::Object(members)
        }
        _ => Value::Null,
    }
}
