//! Whom an executor trusts, as a client configuration of rustls: shared by the executors that stand
//! on it, so that what decides about certificates exists once. It knows nothing of HTTP.
//!
//! The provider is passed on explicitly: where two are in one program, rustls' own choice is a panic.
//!
//! ```
//! use pusher_client::Trust;
//!
//! # #[cfg(feature = "ring")]
//! let config = pusher_rustls::config(Trust::System)?;
//! assert!(pusher_rustls::config(Trust::Only(b"no certificate".to_vec())).is_err());
//! # Ok::<(), pusher_rustls::Error>(())
//! ```

use std::{error, fmt, sync::Arc};

use pusher_client::Trust;
pub use rustls;
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};
use rustls_platform_verifier::Verifier;

/// A configuration that trusts whom the settings say.
///
/// # Errors
///
/// If there is no provider, or no certificate where there should be one, or if rustls refuses one.
pub fn config(trust: Trust) -> Result<ClientConfig, Error> {
    let provider = provider()?;
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(Error::Rustls)?;
    Ok(match trust {
        Trust::Only(pem) => config.with_root_certificates(authorities(&pem)?),
        Trust::DangerAcceptAny => {
            config.dangerous().with_custom_certificate_verifier(Arc::new(AcceptAny(provider)))
        }
        _ => {
            let verifier = Verifier::new(provider).map_err(Error::Rustls)?;
            config.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        }
    }
    .with_no_client_auth())
}

#[cfg(feature = "ring")]
fn provider() -> Result<Arc<CryptoProvider>, Error> {
    Ok(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(not(feature = "ring"))]
fn provider() -> Result<Arc<CryptoProvider>, Error> {
    CryptoProvider::get_default().cloned().ok_or(Error::NoProvider)
}

fn authorities(pem: &[u8]) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| Error::NoCertificate)?;
        roots.add(certificate).map_err(Error::Rustls)?;
    }
    if roots.is_empty() { Err(Error::NoCertificate) } else { Ok(roots) }
}

/// Why there is no configuration.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// rustls refuses a certificate, or the provider.
    Rustls(rustls::Error),
    /// The settings hold no certificate in PEM where they should.
    NoCertificate,
    /// The process has installed no provider, and this build brings none.
    NoProvider,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rustls(_) => "TLS could not be set up",
            Self::NoCertificate => "the certificate authority holds no certificate in PEM",
            Self::NoProvider => {
                "rustls has no provider: turn on the feature `rustls`, or install one for the process"
            }
        })
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Rustls(error) => Some(error),
            _ => None,
        }
    }
}

/// For [`Trust::DangerAcceptAny`] alone.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
