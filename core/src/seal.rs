//! End-to-end encryption: what only subscribers can read (protocol: "Encrypted channels"). This file
//! holds the master keys; it does not know where they come from, and takes its entropy from the
//! caller.

use std::{borrow::Cow, fmt};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use crypto_secretbox::{AeadInPlace as _, KeyInit as _, XSalsa20Poly1305};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{ChannelKind, ChannelName, Data, DecodeError, json};

const TAG_BYTES: usize = 16;

/// A master key, from which the secret of each encrypted channel is derived: 32 bytes.
///
/// Wiped when dropped; neither `Debug` nor an error shows anything of it.
///
/// ```
/// use pusher_core::{InvalidMasterKey, MasterKey};
///
/// // openssl rand -base64 32
/// let key = MasterKey::from_base64("zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU=")?;
/// assert_eq!(format!("{key:?}"), "MasterKey(..)");
/// assert_eq!(MasterKey::from_bytes(b"short").unwrap_err(), InvalidMasterKey::Length { bytes: 5 });
/// # Ok::<(), InvalidMasterKey>(())
/// ```
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// The key that standard base64 with its padding holds, as `openssl rand -base64 32` prints it
    /// (without the line feed).
    ///
    /// # Errors
    ///
    /// If the text is anything else, or the key has not 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self, InvalidMasterKey> {
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| InvalidMasterKey::Base64)?;
        Self::from_bytes(&Zeroizing::new(bytes))
    }

    /// The key as it is.
    ///
    /// # Errors
    ///
    /// If there are not 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidMasterKey> {
        let key = bytes.try_into().map_err(|_| InvalidMasterKey::Length { bytes: bytes.len() })?;
        Ok(Self(Zeroizing::new(key)))
    }

    fn shared_secret(&self, channel: &ChannelName) -> Zeroizing<[u8; 32]> {
        let digest = Sha256::new().chain_update(channel.as_str()).chain_update(self.0.as_slice());
        Zeroizing::new(digest.finalize().into())
    }

    fn secretbox(&self, channel: &ChannelName) -> XSalsa20Poly1305 {
        XSalsa20Poly1305::new((&*self.shared_secret(channel)).into())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

/// Why a text or some bytes are not a master key. Shows nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidMasterKey {
    /// The text is not standard base64 with its padding.
    Base64,
    /// The key has not 32 bytes.
    Length {
        /// How many it has.
        bytes: usize,
    },
}

impl fmt::Display for InvalidMasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base64 => f.write_str(
                "the master key is not standard base64 with its padding, as openssl rand -base64 32 prints it",
            ),
            Self::Length { bytes } => {
                write!(f, "the master key has {bytes} bytes; it has exactly 32 when decoded")
            }
        }
    }
}

impl std::error::Error for InvalidMasterKey {}

/// The master keys of an app: the newest one seals, all of them open.
///
/// To change the key: make the new one the newest and keep the old one for as long as events that it
/// sealed may still come back in webhooks. Clients ask for the new secret by themselves when they
/// cannot open an event.
///
/// ```
/// use pusher_core::{ChannelName, MasterKey, MasterKeys, Nonce};
///
/// # fn keys() -> Result<(), Box<dyn std::error::Error>> {
/// let newest = MasterKey::from_base64("zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU=")?;
/// let old = MasterKey::from_base64("OHRXNUZRTG5pUTFzQlFGd3J3N3Q2VFZFc0paZDEweVk=")?;
/// let channel: ChannelName = "private-encrypted-room".parse()?;
///
/// let sealed = MasterKeys::from(old.clone()).seal(&channel, "hello", Nonce::from_bytes([7; 24]))?;
/// let keys = MasterKeys::from(newest).and_older(old);
/// assert_eq!(keys.open(&channel, sealed.as_str())?, "hello");
/// # Ok(())
/// # }
/// # keys().unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct MasterKeys {
    newest: MasterKey,
    older: Vec<MasterKey>,
}

impl From<MasterKey> for MasterKeys {
    fn from(newest: MasterKey) -> Self {
        Self { newest, older: Vec::new() }
    }
}

impl MasterKeys {
    /// Opens with this key too.
    pub fn and_older(mut self, key: MasterKey) -> Self {
        self.older.push(key);
        self
    }

    /// Encrypts the data of an event for one channel, by NaCl's secretbox.
    ///
    /// [`App::seal`](crate::App::seal) checks the [`Limits`](crate::Limits) too.
    ///
    /// # Errors
    ///
    /// [`NotEncryptedChannel`] if the channel's name does not begin with `private-encrypted-`: its
    /// subscribers would not decrypt.
    pub fn seal(
        &self,
        channel: &ChannelName,
        plaintext: &str,
        nonce: Nonce,
    ) -> Result<Data, NotEncryptedChannel> {
        NotEncryptedChannel::check(channel)?;
        let mut sealed = vec![0; TAG_BYTES + plaintext.len()];
        let (tag, text) = sealed.split_at_mut(TAG_BYTES);
        text.copy_from_slice(plaintext.as_bytes());
        let secretbox = self.newest.secretbox(channel);
        #[expect(clippy::expect_used, reason = "only a text of 256 GiB is too long")]
        let authentic =
            secretbox.encrypt_in_place_detached(&nonce.0.into(), b"", text).expect("a short text");
        tag.copy_from_slice(&authentic);

        let mut json = String::with_capacity(sealed_length(plaintext.len()));
        json.push_str(r#"{"nonce":""#);
        BASE64_STANDARD.encode_string(nonce.0, &mut json);
        json.push_str(r#"","ciphertext":""#);
        BASE64_STANDARD.encode_string(&sealed, &mut json);
        json.push_str(r#""}"#);
        debug_assert_eq!(json.len(), sealed_length(plaintext.len()));
        Ok(Data::sealed(json, channel.clone()))
    }

    /// Decrypts the data of an event of one channel, with whichever key fits.
    ///
    /// # Errors
    ///
    /// [`OpenError`] says what is wrong with the data. Nothing that is not authentic is ever
    /// returned.
    pub fn open(&self, channel: &ChannelName, data: &str) -> Result<String, OpenError> {
        let Sealed { nonce, ciphertext } =
            json::object(data.as_bytes()).map_err(|reason| OpenError::Malformed(reason.into()))?;
        let decoded = |member, text: &str| {
            BASE64_STANDARD.decode(text).map_err(|_| OpenError::Base64 { member })
        };
        let nonce = decoded("nonce", &nonce)?;
        let nonce: [u8; 24] = nonce
            .try_into()
            .map_err(|nonce: Vec<u8>| OpenError::NonceLength { bytes: nonce.len() })?;
        let mut ciphertext = decoded("ciphertext", &ciphertext)?;
        let Some((tag, text)) = ciphertext.split_first_chunk_mut::<TAG_BYTES>() else {
            return Err(OpenError::TooShort);
        };
        let tag = (*tag).into();
        // The tag is compared before anything is decrypted, so the next key finds the text as it was.
        let fits = |key: &MasterKey| {
            let secretbox = key.secretbox(channel);
            secretbox.decrypt_in_place_detached(&nonce.into(), b"", text, &tag).is_ok()
        };
        if !std::iter::once(&self.newest).chain(&self.older).any(fits) {
            return Err(OpenError::NoKeyFits);
        }
        ciphertext.drain(..TAG_BYTES);
        String::from_utf8(ciphertext).map_err(|_| OpenError::NotUtf8)
    }

    /// The `shared_secret` with which subscribers of the channel decrypt: what the authorisation of
    /// an encrypted channel hands out.
    ///
    /// # Errors
    ///
    /// As [`seal`](Self::seal).
    pub fn shared_secret(&self, channel: &ChannelName) -> Result<String, NotEncryptedChannel> {
        NotEncryptedChannel::check(channel)?;
        Ok(BASE64_STANDARD.encode(*self.newest.shared_secret(channel)))
    }
}

/// The length of the data that a plaintext of so many bytes becomes: both in base64, and the JSON
/// around them.
const fn sealed_length(plaintext: usize) -> usize {
    60 + 4 * (plaintext + TAG_BYTES).div_ceil(3)
}

/// The longest plaintext whose data has at most so many bytes.
pub(crate) const fn plaintext_limit(data: usize) -> usize {
    (data.saturating_sub(60) / 4 * 3).saturating_sub(TAG_BYTES)
}

/// As it travels (protocol: "Encrypted channels").
#[derive(Deserialize)]
struct Sealed<'a> {
    #[serde(borrow)]
    nonce: Cow<'a, str>,
    #[serde(borrow)]
    ciphertext: Cow<'a, str>,
}

/// A number that is used once: 24 bytes, random or counted, never the same twice under one key.
///
/// It can neither be copied nor read, and sealing takes it away, so the same one is not used again
/// by accident.
///
/// ```
/// use pusher_core::Nonce;
///
/// fn fresh(entropy: impl FnOnce(&mut [u8; 24])) -> Nonce {
///     let mut bytes = [0; 24];
///     entropy(&mut bytes);          // such as getrandom::fill
///     Nonce::from_bytes(bytes)
/// }
/// # fresh(|_| ());
/// ```
#[derive(Debug)]
pub struct Nonce([u8; 24]);

impl Nonce {
    /// Takes bytes that were never used before, and will not be again.
    pub const fn from_bytes(bytes: [u8; 24]) -> Self {
        Self(bytes)
    }
}

/// Only a channel whose name begins with `private-encrypted-` is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotEncryptedChannel {
    /// The channel.
    pub channel: ChannelName,
}

impl NotEncryptedChannel {
    fn check(channel: &ChannelName) -> Result<(), Self> {
        if channel.kind() == ChannelKind::Encrypted {
            return Ok(());
        }
        Err(Self { channel: channel.clone() })
    }
}

impl fmt::Display for NotEncryptedChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the channel {} is not encrypted; the name of one that is begins with private-encrypted-",
            self.channel
        )
    }
}

impl std::error::Error for NotEncryptedChannel {}

/// Why data cannot be decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// It is not JSON with a text `nonce` and a text `ciphertext`.
    Malformed(DecodeError),
    /// A member is not standard base64.
    Base64 {
        /// `nonce` or `ciphertext`.
        member: &'static str,
    },
    /// The nonce has not 24 bytes.
    NonceLength {
        /// How many it has.
        bytes: usize,
    },
    /// The ciphertext is shorter than what makes it authentic.
    TooShort,
    /// None of the keys made this data for this channel, or it was changed since.
    NoKeyFits,
    /// What was encrypted is not UTF-8.
    NotUtf8,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(_) => {
                f.write_str("the data is not encrypted: it is no JSON with nonce and ciphertext")
            }
            Self::Base64 { member } => {
                write!(f, "the {member} of the encrypted data is not standard base64")
            }
            Self::NonceLength { bytes } => {
                write!(f, "the nonce of the encrypted data has {bytes} bytes; it has exactly 24")
            }
            Self::TooShort => f.write_str("the ciphertext has not even the 16 bytes of its tag"),
            Self::NoKeyFits => f.write_str(
                "no master key opens the data: another key or another channel made it, or it was changed",
            ),
            Self::NotUtf8 => f.write_str("the decrypted data is not UTF-8"),
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Malformed(reason) => Some(reason),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{plaintext_limit, sealed_length};

    /// The figures of the documentation: 7,619 bytes fit into 10,240.
    #[test]
    fn the_longest_plaintext() {
        assert_eq!(plaintext_limit(10_240), 7_619);
        for data in 84..2_000 {
            let longest = plaintext_limit(data);
            assert!(sealed_length(longest) <= data && sealed_length(longest + 1) > data, "{data}");
        }
        assert_eq!(plaintext_limit(0), 0);
    }
}
