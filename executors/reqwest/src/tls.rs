//! Whom to trust, in reqwest's words: which of the TLS features speaks, where several are on. What
//! rustls is told is in a file of its own.

use pusher_client::Trust;
use reqwest::ClientBuilder;

use crate::Error;

#[cfg(feature = "rustls-no-provider")]
pub(crate) fn trust(client: ClientBuilder, trust: Trust) -> Result<ClientBuilder, Error> {
    Ok(client.tls_backend_preconfigured(pusher_rustls::config(trust)?))
}

#[cfg(all(feature = "native-tls", not(feature = "rustls-no-provider")))]
pub(crate) fn trust(client: ClientBuilder, trust: Trust) -> Result<ClientBuilder, Error> {
    let client = client.tls_backend_native();
    Ok(match trust {
        Trust::Only(pem) => {
            let roots = reqwest::Certificate::from_pem_bundle(&pem);
            let roots = roots.map_err(|_| Error::NoCertificate)?;
            if roots.is_empty() {
                return Err(Error::NoCertificate);
            }
            client.tls_certs_only(roots)
        }
        Trust::DangerAcceptAny => {
            client.tls_danger_accept_invalid_certs(true).tls_danger_accept_invalid_hostnames(true)
        }
        _ => client,
    })
}

/// Without TLS there is nobody to trust: a call to `https://` fails.
#[cfg(not(any(feature = "native-tls", feature = "rustls-no-provider")))]
pub(crate) fn trust(client: ClientBuilder, _: Trust) -> Result<ClientBuilder, Error> {
    Ok(client)
}
