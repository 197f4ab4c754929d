//! The group `encryption`: master keys, shared secrets, sealing, opening.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use pusher_core::{App, ChannelKind, ChannelName, Credentials, Data, MasterKey, MasterKeys, Nonce};
use pusher_vectors::{
    Outcome,
    encryption::{Input, Stages},
};

const NOTHING: Stages =
    Stages { master_key_hex: None, shared_secret: None, data: None, plaintext: None };

/// What came out, or the layer that refused. `None` where a primitive is tested that the crate keeps to
/// itself.
fn outcome(input: &Input) -> Option<Result<Stages, &'static str>> {
    let key = |text: &str| MasterKey::from_base64(text).map_err(|_| "master-key");
    let channel = |name: &str| {
        let channel = ChannelName::parse(name).map_err(|_| "channel-name")?;
        let encrypted = channel.kind() == ChannelKind::Encrypted;
        encrypted.then_some(channel).ok_or("channel-name")
    };
    let secret = |key: &MasterKey, channel: &ChannelName| {
        let secret = MasterKeys::from(key.clone()).shared_secret(channel);
        Some(secret.expect("an encrypted channel"))
    };
    Some((|| match input {
        // The key shows only in what it derives: one of the expected bytes derives the same.
        Input::MasterKey(text) => key(text).map(|key| {
            let channel = "private-encrypted-a".parse().expect("a name");
            Stages { shared_secret: secret(&key, &channel), ..NOTHING }
        }),
        Input::SharedSecret { channel_name, master_key } => {
            let (channel, key) = (channel(&channel_name.to_string())?, key(master_key)?);
            Ok(Stages { shared_secret: secret(&key, &channel), ..NOTHING })
        }
        Input::Seal { channel_name, master_key, nonce, plaintext } => {
            let (channel, key) = (channel(&channel_name.to_string())?, key(master_key)?);
            let nonce = BASE64_STANDARD.decode(nonce).map_err(|_| "nonce")?;
            let nonce = Nonce::from_bytes(nonce.try_into().map_err(|_| "nonce")?);
            let credentials = Credentials { app_id: "3", key: "key", secret: "secret" };
            let app = App::new(credentials).expect("an app").master_keys(key.clone());
            let data = app.seal(&channel, Data::text(plaintext.to_string()), nonce);
            let data = data.map_err(|_| "limits")?.as_str().to_owned();
            Ok(Stages { shared_secret: secret(&key, &channel), data: Some(data), ..NOTHING })
        }
        Input::Open { channel_name, master_keys, data } => {
            let channel = channel(&channel_name.to_string())?;
            let mut keys = master_keys.iter().map(|text| key(text));
            let newest = keys.next().expect("a key")?;
            let keys =
                keys.try_fold(MasterKeys::from(newest), |keys, key| Ok(keys.and_older(key?)))?;
            let text = keys.open(&channel, data).map_err(|_| "sealed-data")?;
            Ok(Stages { plaintext: Some(pusher_vectors::Text::Plain(text)), ..NOTHING })
        }
        Input::Derive { .. } | Input::Box { .. } => Err("primitive"),
    })())
    .filter(|outcome| *outcome != Err("primitive"))
}

pub(crate) fn every_encryption_case() {
    let mut seen = 0;
    for case in pusher_vectors::encryption().cases {
        let Some(actual) = outcome(&case.input) else { continue };
        seen += 1;
        match (actual, case.result) {
            (Ok(actual), Outcome::Valid | Outcome::Acceptable) => {
                let mut expected = case.expect.expect("a case that is not refused");
                if let Some(hex) = expected.master_key_hex.take() {
                    let key =
                        MasterKey::from_bytes(&hex::decode(hex).expect("hex")).expect("a key");
                    let channel = "private-encrypted-a".parse().expect("a name");
                    let secret = MasterKeys::from(key).shared_secret(&channel).expect("encrypted");
                    expected.shared_secret = Some(secret);
                }
                if let Some(text) = &mut expected.plaintext {
                    *text = pusher_vectors::Text::Plain(text.to_string());
                }
                assert_eq!(actual, expected, "{}", case.id);
            }
            // Ours, where published implementations differ: base64 is read strictly.
            (Err("sealed-data"), Outcome::Acceptable) => {
                assert!(case.policy.expect("a policy").starts_with("base64-"), "{}", case.id);
            }
            (Err(layer), Outcome::Invalid) => {
                assert_eq!(case.refusal.as_deref(), Some(layer), "{}", case.id);
            }
            (actual, result) => panic!("{} is {result:?}, and got {actual:?}", case.id),
        }
    }
    assert!(seen >= 100, "only {seen} cases were tried");
}
