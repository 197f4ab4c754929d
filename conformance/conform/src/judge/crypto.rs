//! Digests, signatures, sealed texts and percent-encoding, recomputed without the library that is judged.
//! This file judges nothing.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use crypto_secretbox::{Key, XSalsa20Poly1305, aead::Aead as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use serde_json::Value;
use sha2::Sha256;

/// HMAC-SHA256 in hexadecimal.
pub(super) fn sign(secret: &str, text: &str) -> String {
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// MD5 in hexadecimal.
pub(super) fn md5(bytes: &[u8]) -> String {
    hex::encode(Md5::digest(bytes))
}

/// The text that is signed for a request with these parameters.
pub(super) fn string_to_sign(method: &str, path: &str, query: &[(String, String)]) -> String {
    let mut pairs: Vec<_> =
        query.iter().map(|(key, value)| (key.to_ascii_lowercase(), value)).collect();
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| format!("{key}={value}")).collect();
    format!("{method}\n{path}\n{}", pairs.join("&"))
}

/// The secret of an encrypted channel.
pub(super) fn shared_secret(channel_name: &str, master_key: &str) -> Option<[u8; 32]> {
    let key = BASE64_STANDARD.decode(master_key).ok()?;
    Some(Sha256::new().chain_update(channel_name).chain_update(key).finalize().into())
}

/// What sealed data opens to, with a secret in base64.
pub(super) fn open_with(shared_secret: &str, data: &str) -> Option<String> {
    open(&BASE64_STANDARD.decode(shared_secret).ok()?.try_into().ok()?, data)
}

/// What sealed data opens to.
pub(super) fn open(secret: &[u8; 32], data: &str) -> Option<String> {
    let data: Value = serde_json::from_str(data).ok()?;
    let member = |name| BASE64_STANDARD.decode(data.get(name)?.as_str()?).ok();
    let nonce: [u8; 24] = member("nonce")?.try_into().ok()?;
    let cipher = <XSalsa20Poly1305 as crypto_secretbox::KeyInit>::new(Key::from_slice(secret));
    String::from_utf8(cipher.decrypt(&nonce.into(), &*member("ciphertext")?).ok()?).ok()
}

/// The parameters of a query, decoded as servers do it; `None` if an escape is broken or it is no UTF-8.
pub(super) fn decode_query(query: &str) -> Option<Vec<(String, String)>> {
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decode(key)?, decode(value)?))
    };
    query.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

fn decode(text: &str) -> Option<String> {
    let broken = text.split('%').skip(1).any(|rest| {
        let digits = rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count();
        digits != 2
    });
    if broken {
        return None;
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}
