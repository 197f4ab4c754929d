//! Certificates for loopback, made anew for each run: good ones, and one of each bad kind. They are
//! worth nothing anywhere else.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

use crate::laws::Broken;

/// A certificate authority that nobody has heard of.
pub(crate) struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Result<Self, Broken> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        Ok(Self { certificate, issuer: Issuer::new(params, key) })
    }

    pub(crate) fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// What a server for these names and addresses needs.
    pub(crate) fn vouch(&self, names: &[&str]) -> Result<Arc<ServerConfig>, Broken> {
        self.leaf(names, 2020, 2049)
    }

    /// The same, valid until years ago.
    pub(crate) fn vouch_expired(&self, names: &[&str]) -> Result<Arc<ServerConfig>, Broken> {
        self.leaf(names, 2019, 2020)
    }

    fn leaf(&self, names: &[&str], from: i32, to: i32) -> Result<Arc<ServerConfig>, Broken> {
        let key = KeyPair::generate()?;
        let certificate = leaf(names, from, to)?.signed_by(&key, &self.issuer)?;
        server(&certificate, &key)
    }
}

/// A server that vouches for itself.
pub(crate) fn self_signed(names: &[&str]) -> Result<Arc<ServerConfig>, Broken> {
    let key = KeyPair::generate()?;
    let certificate = leaf(names, 2020, 2049)?.self_signed(&key)?;
    server(&certificate, &key)
}

fn leaf(names: &[&str], from: i32, to: i32) -> Result<CertificateParams, Broken> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "a server of the laws");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(to, 1, 1);
    Ok(params)
}

fn server(certificate: &Certificate, key: &KeyPair) -> Result<Arc<ServerConfig>, Broken> {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok(Arc::new(config))
}
