//! Whom to trust, in ureq's words. rustls' provider is passed on explicitly: where the process has
//! none, ureq's own choice is a panic.

use std::sync::Arc;

use pusher_client::Trust;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

use crate::Error;

pub(crate) fn config(trust: Trust) -> Result<TlsConfig, Error> {
    #[cfg(feature = "rustls-no-provider")]
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(provider()?);
    #[cfg(not(feature = "rustls-no-provider"))]
    let tls = TlsConfig::builder().provider(TlsProvider::NativeTls);
    let tls = tls.root_certs(RootCerts::PlatformVerifier);
    Ok(match trust {
        Trust::Only(pem) => tls.root_certs(RootCerts::Specific(Arc::new(authorities(&pem)?))),
        Trust::DangerAcceptAny => tls.disable_verification(true),
        _ => tls,
    }
    .build())
}

#[cfg(feature = "rustls")]
fn provider() -> Result<Arc<rustls::crypto::CryptoProvider>, Error> {
    Ok(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
fn provider() -> Result<Arc<rustls::crypto::CryptoProvider>, Error> {
    rustls::crypto::CryptoProvider::get_default().cloned().ok_or(Error::NoProvider)
}

fn authorities(pem: &[u8]) -> Result<Vec<Certificate<'static>>, Error> {
    let mut authorities = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(authority) = item.map_err(|_| Error::NoCertificate)? {
            authorities.push(authority);
        }
    }
    if authorities.is_empty() { Err(Error::NoCertificate) } else { Ok(authorities) }
}
