//! The group `encryption`. A master key is shown to nobody, and the library opens nothing with a secret that is
//! not derived: of the first only its being taken is told, the second is skipped.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use pusher_core::{App, ChannelKind, ChannelName, Credentials, Data, MasterKey, MasterKeys, Nonce};
use pusher_vectors::encryption::Input;
use serde_json::{Value, json};

use super::{No, Said, refused};

pub(super) fn said(input: &Input) -> Said {
    match input {
        Input::MasterKey(text) => key(text).map(|_| json!({})),
        Input::Derive { channel_name, key_hex } => {
            let bytes = hex::decode(key_hex).map_err(|error| No::Unread(error.to_string()))?;
            match (MasterKey::from_bytes(&bytes), channel(&channel_name.to_string())) {
                (Ok(key), Ok(channel)) => {
                    Ok(json!({ "shared_secret": secret(&MasterKeys::from(key), &channel)? }))
                }
                _ => Err(No::Skipped(
                    "it derives for encrypted channels only, with keys of 32 bytes",
                )),
            }
        }
        Input::SharedSecret { channel_name, master_key } => {
            let (channel, key) = (channel(&channel_name.to_string())?, key(master_key)?);
            Ok(json!({ "shared_secret": secret(&MasterKeys::from(key), &channel)? }))
        }
        Input::Seal { channel_name, master_key, nonce, plaintext } => {
            let (channel, key) = (channel(&channel_name.to_string())?, key(master_key)?);
            let nonce = BASE64_STANDARD.decode(nonce).map_err(refused("nonce"))?;
            let wrong = |nonce: Vec<u8>| No::Refused("nonce", format!("{} bytes", nonce.len()));
            let nonce = Nonce::from_bytes(nonce.try_into().map_err(wrong)?);
            let credentials = Credentials { app_id: "3", key: "key", secret: "secret" };
            let app = App::new(credentials).map_err(refused("app"))?.master_keys(key.clone());
            let data = app.seal(&channel, Data::text(plaintext.to_string()), nonce);
            let data = data.map_err(refused("limits"))?;
            let shared_secret = secret(&MasterKeys::from(key), &channel)?;
            Ok(json!({ "shared_secret": shared_secret, "data": data.as_str() }))
        }
        Input::Open { channel_name, master_keys, data } => {
            let channel = channel(&channel_name.to_string())?;
            let keys = keys(master_keys)?.ok_or(No::Unread("no master keys".to_owned()))?;
            let plaintext = keys.open(&channel, data).map_err(refused("sealed-data"))?;
            Ok(json!({ "plaintext": plaintext }))
        }
        Input::Box { .. } => Err(No::Skipped("it opens with derived secrets only")),
    }
}

/// The keys of an app, the newest first; `None` if there are none.
pub(super) fn keys(texts: &[String]) -> Result<Option<MasterKeys>, No> {
    let mut keys = texts.iter().map(|text| key(text));
    let Some(newest) = keys.next() else { return Ok(None) };
    keys.try_fold(MasterKeys::from(newest?), |keys, key| Ok(keys.and_older(key?))).map(Some)
}

fn key(text: &str) -> Result<MasterKey, No> {
    MasterKey::from_base64(text).map_err(refused("master-key"))
}

fn channel(name: &str) -> Result<ChannelName, No> {
    let channel = ChannelName::parse(name).map_err(refused("channel-name"))?;
    let encrypted = channel.kind() == ChannelKind::Encrypted;
    let other = || No::Refused("channel-name", "not an encrypted channel".to_owned());
    encrypted.then_some(channel).ok_or_else(other)
}

fn secret(keys: &MasterKeys, channel: &ChannelName) -> Result<Value, No> {
    keys.shared_secret(channel).map(Value::String).map_err(refused("channel-name"))
}
