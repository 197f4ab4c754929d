//! End-to-end encryption: what is sealed opens for whom it was sealed, byte for byte as libsodium does it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use proptest::prelude::*;
use pusher_core::{
    App, ChannelName, Credentials, Data, MasterKey, MasterKeys, Nonce, OpenError, Timestamp,
    Trigger,
};

/// pusher/pusher-http-node and pusher-http-python, tests of their own.
const MASTER_KEYS: [&str; 2] = [
    "zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU=",
    "OHRXNUZRTG5pUTFzQlFGd3J3N3Q2VFZFc0paZDEweVk=",
];

fn app() -> App {
    App::new(Credentials { app_id: "3", key: "key", secret: "tofu" }).unwrap()
}

fn keys() -> [MasterKey; 2] {
    MASTER_KEYS.map(|key| MasterKey::from_base64(key).unwrap())
}

fn channel(name: &str) -> ChannelName {
    name.parse().unwrap()
}

#[test]
fn sealed_data_stays_on_its_channel() {
    let app = app().master_keys(keys()[0].clone());
    let name = channel("private-encrypted-a");
    let seal = |text: &str| app.seal(&name, Data::text(text), Nonce::from_bytes([7; 24]));
    let now = Timestamp::from_unix(1);
    let trigger = |on: &str, data: &Data| {
        let event = Trigger::new(on.parse().unwrap(), "a".parse().unwrap(), data.clone());
        app.prepare(&event, now).map(|_| ()).map_err(|error| error.to_string())
    };

    let sealed = seal("hello").unwrap();
    assert_eq!(trigger("private-encrypted-a", &sealed), Ok(()));
    for other in ["private-encrypted-b", "private-a", "public"] {
        assert_eq!(
            trigger(other, &sealed).unwrap_err(),
            "the data was encrypted for private-encrypted-a, and nobody else can read it"
        );
    }
    assert_eq!(
        trigger("private-encrypted-a", &Data::text("hello")).unwrap_err(),
        "the data for a private-encrypted- channel is not encrypted"
    );
    assert_eq!(
        seal(&"x".repeat(7_620)).unwrap_err().to_string(),
        "7620 bytes of data to encrypt in one event; at most 7619 are allowed"
    );
    assert_eq!(trigger("private-encrypted-a", &seal(&"x".repeat(7_619)).unwrap()), Ok(()));
}

proptest! {
    /// What is sealed opens, with every key that is still held, and with no other.
    #[test]
    fn what_is_sealed_opens(text in any::<String>(), nonce in any::<[u8; 24]>()) {
        let [newest, old] = keys();
        let name = channel("private-encrypted-a");
        let sealed = MasterKeys::from(old.clone()).seal(&name, &text, Nonce::from_bytes(nonce)).unwrap();
        let rotated = MasterKeys::from(newest.clone()).and_older(old);
        prop_assert_eq!(rotated.open(&name, sealed.as_str()), Ok(text));
        prop_assert_eq!(MasterKeys::from(newest).open(&name, sealed.as_str()), Err(OpenError::NoKeyFits));
    }
}

/// Three hundred texts that libsodium sealed (secretbox.py): the same bytes, and back.
#[test]
fn what_libsodium_seals() {
    use sha2::{Digest as _, Sha256};
    let digest = |parts: &[&str]| <[u8; 32]>::from(Sha256::digest(parts.join("/")));
    let expected = include_str!("secretbox.txt").lines();
    assert_eq!(expected.clone().count(), 300);
    for (case, expected) in expected.enumerate() {
        let number = case.to_string();
        let suffix = hex::encode(digest(&["channel", &number]));
        let channel = channel(&format!("private-encrypted-{}", &suffix[..case % 64 + 1]));
        let keys = MasterKeys::from(MasterKey::from_bytes(&digest(&["key", &number])).unwrap());
        let nonce = digest(&["nonce", &number])[..24].try_into().unwrap();
        let length = if case <= 150 { case } else { (case - 150) * 40 };
        let letter = |place: usize| {
            let byte = digest(&["text", &number, &place.to_string()])[0];
            ['a', 'é', '🎉', '"'][usize::from(byte % 4)]
        };
        let text: String = (0..length).map(letter).collect();

        let sealed = keys.seal(&channel, &text, Nonce::from_bytes(nonce)).unwrap();
        let sum = hex::encode(<[u8; 32]>::from(Sha256::digest(sealed.as_str())));
        assert_eq!(sum, expected, "case {case}");
        assert_eq!(keys.open(&channel, sealed.as_str()), Ok(text), "case {case}");
    }
}
