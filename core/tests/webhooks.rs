//! Webhooks: nothing forged is believed, tokens rotate, and what is sealed is opened one by one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use pusher_core::{
    App, ChannelName, ClientData, Credentials, Envelope, MasterKey, MasterKeys, Nonce, OpenError,
    Timestamp, Token, WebhookError, WebhookEvent,
};

const KEY: &str = "123456789";
const BODY: &str =
    r#"{"time_ms":1403175510755,"events":[{"channel":"test_channel","name":"channel_vacated"}]}"#;
/// pusher/pusher-http-node, tests/integration/webhook.js.
const SIGNATURE: &str = "c17257e92037cd7de407ebc1ed174ceb7b2e518db127f44411b9ffc4f5b28cc5";
/// pusher/pusher-http-node and pusher-http-python, tests of their own.
const MASTER_KEYS: [&str; 2] = [
    "zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU=",
    "OHRXNUZRTG5pUTFzQlFGd3J3N3Q2VFZFc0paZDEweVk=",
];

fn app() -> App {
    App::new(Credentials { app_id: "3", key: KEY, secret: "tofu" }).unwrap()
}

fn keys() -> [MasterKey; 2] {
    MASTER_KEYS.map(|key| MasterKey::from_base64(key).unwrap())
}

fn channel(name: &str) -> ChannelName {
    name.parse().unwrap()
}

fn verify(key: &str, signature: &str, body: &[u8]) -> Result<(), WebhookError> {
    app().webhook(&Envelope::new(key, signature, body)?).map(|_| ())
}

/// Every bit of every byte, every truncation, and every other key.
#[test]
fn no_forged_webhook_is_believed() {
    assert_eq!(verify(KEY, SIGNATURE, BODY.as_bytes()), Ok(()));
    let flipped = |bytes: &[u8], bit: usize| {
        let mut bytes = bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    };
    for bit in 0..BODY.len() * 8 {
        let body = flipped(BODY.as_bytes(), bit);
        assert_eq!(verify(KEY, SIGNATURE, &body), Err(WebhookError::Signature), "bit {bit}");
    }
    for bit in 0..SIGNATURE.len() * 8 {
        let Ok(signature) = String::from_utf8(flipped(SIGNATURE.as_bytes(), bit)) else { continue };
        // The case of a hex digit means nothing.
        let same = signature.eq_ignore_ascii_case(SIGNATURE);
        assert_eq!(verify(KEY, &signature, BODY.as_bytes()).is_ok(), same, "{signature}");
    }
    for length in 0..BODY.len() {
        assert!(verify(KEY, SIGNATURE, &BODY.as_bytes()[..length]).is_err(), "{length}");
    }
    for length in 0..SIGNATURE.len() {
        assert!(verify(KEY, &SIGNATURE[..length], BODY.as_bytes()).is_err(), "{length}");
    }
    for signature in ["", "00", "i'm no hex", &SIGNATURE.repeat(2), &format!("{SIGNATURE}0")] {
        assert!(verify(KEY, signature, BODY.as_bytes()).is_err(), "{signature}");
    }
    assert_eq!(
        verify("12345678", SIGNATURE, BODY.as_bytes()).unwrap_err().to_string(),
        "the webhook names the key \"12345678\", for which there is no token"
    );
}

#[test]
fn tokens_rotate() {
    let token = |key, secret| Token::new(key, secret).unwrap();
    let envelope = Envelope::new(KEY, SIGNATURE, BODY.as_bytes()).unwrap();
    // Two with one key: either verifies.
    for tokens in [
        vec![token(KEY, "tofu")],
        vec![token(KEY, "other"), token(KEY, "tofu")],
        vec![token("1", "nope"), token(KEY, "tofu"), token(KEY, "other")],
    ] {
        assert_eq!(envelope.verify(&tokens).unwrap().key, KEY);
    }
    assert_eq!(envelope.verify(&[token(KEY, "other")]), Err(WebhookError::Signature));
    assert!(matches!(envelope.verify(&[token("1", "tofu")]), Err(WebhookError::UnknownKey { .. })));
    assert!(matches!(envelope.verify(&[]), Err(WebhookError::UnknownKey { .. })));

    let newer = App::new(Credentials { app_id: "3", key: "newer", secret: "newer" }).unwrap();
    assert!(newer.webhook(&envelope).is_err());
    assert!(newer.webhook_token(token(KEY, "tofu")).webhook(&envelope).is_ok());
}

#[test]
fn a_webhook_has_an_age() {
    let webhook = app().webhook(&Envelope::new(KEY, SIGNATURE, BODY.as_bytes()).unwrap()).unwrap();
    let window = Duration::from_secs(300);
    for (now, accepted) in [
        (1_403_175_510, true),
        (1_403_175_810, true),
        (1_403_175_811, false),
        (1_403_175_211, true),
        (1_403_175_210, false),
        (0, false),
        (u64::MAX, false),
    ] {
        let judged = webhook.clone().within(window, Timestamp::from_unix(now));
        assert_eq!(judged.is_ok(), accepted, "{now}");
    }
}

/// One that cannot be opened does not take the others with it.
#[test]
fn sealed_client_events_are_opened_one_by_one() {
    let [newest, old] = keys();
    let name = channel("private-encrypted-a");
    let seal = |key: &MasterKey, channel: &ChannelName| {
        let keys = MasterKeys::from(key.clone());
        keys.seal(channel, "hello", Nonce::from_bytes([7; 24])).unwrap().as_str().to_owned()
    };
    let data = [
        seal(&newest, &name),
        seal(&old, &name),
        seal(&newest, &channel("private-encrypted-b")),
        "plain".to_owned(),
    ];
    let events = data.map(|data| {
        serde_json::json!({ "name": "client_event", "channel": name, "event": "client-a", "data": data })
    });
    let body = serde_json::json!({ "time_ms": 1, "events": events }).to_string();
    let app = app();
    let signed = |body: &str| {
        use hmac::{KeyInit as _, Mac as _};
        let hmac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"tofu").unwrap();
        hex::encode(hmac.chain_update(body).finalize().into_bytes())
    };
    let signature = signed(&body);
    let envelope = Envelope::new(KEY, &signature, body.as_bytes()).unwrap();
    let data = |app: &App| {
        let events = app.webhook(&envelope).unwrap().events;
        events
            .into_iter()
            .map(|event| {
                let WebhookEvent::ClientEvent { data, .. } = event else { panic!("{event:?}") };
                data
            })
            .collect::<Vec<_>>()
    };

    let open = data(&app.clone().master_keys(MasterKeys::from(newest).and_older(old)));
    assert_eq!((open[0].as_str(), open[1].as_str()), (Some("hello"), Some("hello")));
    let reason = |data: &ClientData| match data {
        ClientData::Sealed { reason, .. } => reason.clone(),
        opened => panic!("{opened:?}"),
    };
    assert_eq!(reason(&open[2]), Some(OpenError::NoKeyFits));
    assert!(matches!(reason(&open[3]), Some(OpenError::Malformed(_))));
    assert!(data(&app).iter().all(|data| reason(data).is_none()), "no key to try");
}
