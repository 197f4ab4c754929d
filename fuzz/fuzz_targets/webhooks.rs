//! Webhooks: nothing is believed but what the secret signed, and what is signed is read or refused.
#![no_main]

use hmac::{KeyInit as _, Mac as _};
use libfuzzer_sys::fuzz_target;
use pusher_core::{App, Credentials, Envelope, WebhookError, WebhookEvent};

/// The HMAC-SHA256 of the empty body under `secret`, which is not that of any other body.
const EMPTY: &str = "f9e66e179b6747ae54108f82f8ade8b3c25d76fd30afde6c395822c530196169";

fuzz_target!(|input: (&str, &str, &[u8])| {
    let (key, signature, body) = input;
    let app = App::new(Credentials { app_id: "3", key: "key", secret: "secret" }).unwrap();
    for (key, signature) in [(key, signature), ("key", signature), ("key", EMPTY)] {
        let Ok(envelope) = Envelope::new(key, signature, body) else { continue };
        match app.webhook(&envelope) {
            Err(WebhookError::UnknownKey { .. }) => assert_ne!(key.trim_ascii(), "key"),
            Err(WebhookError::Signature) => {}
            // Only the empty body has this signature, and it is no webhook.
            Err(WebhookError::Malformed(_)) => assert!(body.is_empty()),
            other => panic!("{other:?}"),
        }
    }

    // Signed, so that the fuzzer gets behind the signature.
    let mut headers = http::HeaderMap::new();
    let Ok(text) = str::from_utf8(body) else { return };
    let hmac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"secret").unwrap();
    let signed = hex::encode(hmac.chain_update(body).finalize().into_bytes());
    headers.insert("x-pusher-key", "key".parse().unwrap());
    headers.insert("x-pusher-signature", signed.parse().unwrap());
    let envelope = Envelope::from_headers(&headers, body).unwrap();
    match app.webhook(&envelope) {
        Ok(webhook) => {
            let json: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(json["time_ms"], webhook.time_ms);
            let events = json["events"].as_array().map_or(0, Vec::len);
            assert_eq!(webhook.events.len(), events);
            for (event, json) in webhook.events.iter().zip(json["events"].as_array().unwrap_or(&vec![])) {
                if let WebhookEvent::ChannelOccupied { channel, .. } = event {
                    assert_eq!(json["channel"], channel.as_str());
                }
            }
        }
        Err(WebhookError::Malformed(_)) => {}
        Err(error) => panic!("{error}"),
    }
});
