//! Sealed data: what is sealed opens, on its own channel only; what was not sealed never opens.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pusher_core::{ChannelName, MasterKey, MasterKeys, Nonce, OpenError};

fuzz_target!(|input: (&str, [u8; 32], [u8; 24], u16, u8)| {
    let (text, key, nonce, place, flip) = input;
    let keys = MasterKeys::from(MasterKey::from_bytes(&key).unwrap());
    let channel: ChannelName = "private-encrypted-a".parse().unwrap();
    let other: ChannelName = "private-encrypted-b".parse().unwrap();

    // Nobody but the holder of the key makes data that opens.
    assert!(keys.open(&channel, text).is_err());

    let sealed = keys.seal(&channel, text, Nonce::from_bytes(nonce)).unwrap();
    assert_eq!(keys.open(&channel, sealed.as_str()).as_deref(), Ok(text));
    assert_eq!(keys.open(&other, sealed.as_str()), Err(OpenError::NoKeyFits));

    // One byte changed: it opens only if it still means the same.
    let mut bytes = sealed.as_str().as_bytes().to_vec();
    let place = usize::from(place) % bytes.len();
    bytes[place] ^= flip;
    if let Ok(changed) = String::from_utf8(bytes)
        && let Ok(opened) = keys.open(&channel, &changed)
    {
        assert_eq!(opened, text);
        let (a, b): (serde_json::Value, serde_json::Value) =
            (serde_json::from_str(&changed).unwrap(), serde_json::from_str(sealed.as_str()).unwrap());
        assert_eq!(a, b);
    }
});
