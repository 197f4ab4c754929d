//! With one provider of rustls for the whole process, which is why this is a test program of its own.
#![cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use pusher_ureq::{Error, Ureq};

#[test]
fn without_a_provider_there_is_an_error_and_no_panic() {
    let error = Ureq::new().unwrap_err();
    assert!(matches!(error, Error::NoProvider), "{error:?}");
    assert!(error.to_string().contains("provider"), "{error}");

    rustls::crypto::ring::default_provider().install_default().unwrap();
    Ureq::new().unwrap();
}
