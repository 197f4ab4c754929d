//! The app's secret, kept only as the state of an HMAC that has absorbed it. Its text is never
//! stored, and nothing here shows it.

use std::fmt;

use hmac::{Hmac, KeyInit as _};
use sha2::Sha256;

use crate::InvalidCredentials;

/// The secret of an app, which signs its requests: non-empty printable ASCII.
///
/// What is kept is the keyed state of HMAC-SHA256, computed once and wiped when dropped; neither
/// `Debug` nor an error shows anything of it.
///
/// ```
/// use pusher_core::{InvalidCredentials, Secret};
///
/// let secret = Secret::new("7ad3773142a6692b25b8")?;
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// assert!(Secret::new("").is_err(), "anybody could sign with an empty secret");
/// # Ok::<(), InvalidCredentials>(())
/// ```
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

impl Secret {
    /// Takes the secret's text, which the caller may wipe afterwards.
    ///
    /// # Errors
    ///
    /// [`InvalidCredentials`] if the text is empty or holds anything but printable ASCII; the
    /// error tells the position and nothing of the text.
    pub fn new(text: &str) -> Result<Self, InvalidCredentials> {
        crate::credentials::check("secret", text, |byte| matches!(byte, b' '..=b'~'))?;
        let keyed = Hmac::new_from_slice(text.as_bytes());
        // The only error is a length that HMAC does not take; it takes every length.
        keyed.map(Self).map_err(|_| InvalidCredentials::Empty { what: "secret" })
    }

    /// Any bytes, for cases from outside.
    #[cfg(test)]
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self(Hmac::new_from_slice(bytes).unwrap())
    }

    pub(super) fn keyed(&self) -> Hmac<Sha256> {
        self.0.clone()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
