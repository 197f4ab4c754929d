//! libcurl behind surf, with what http-types cannot hold kept beside it: any status, any bytes in a
//! field. This file knows one request at a time; it does not know what an error means.

use std::{
    io::Write as _,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use futures_lite::io::BufReader;
use isahc09::{
    HttpClient, HttpClientBuilder,
    auth::{Authentication, Credentials},
    config::{CaCertificate, Configurable as _, RedirectPolicy, SslOption, VersionNegotiation},
    http::{HeaderMap, Request, StatusCode, Uri},
};
use pusher_client::{Proxy, Transport, Trust};
use surf::http::{Body, Method};
use tempfile::NamedTempFile;

use crate::Error;

#[derive(Debug)]
pub(crate) struct Curl {
    /// Always there, but while it is dropped.
    client: Option<HttpClient>,
    /// Read anew for each connection, so it has to stay.
    _authorities: Option<NamedTempFile>,
}

impl Curl {
    pub(crate) fn new(transport: &Transport) -> Result<Self, Error> {
        let client = HttpClient::builder()
            .connect_timeout(transport.connect_timeout)
            // Always: a dropped future leaves its transfer running until it is done.
            .timeout(transport.total_timeout)
            .version_negotiation(VersionNegotiation::http11())
            .redirect_policy(RedirectPolicy::None)
            .automatic_decompression(false);
        let client = proxied(client, &transport.proxy)?;
        let (client, _authorities) = match &transport.trust {
            Trust::Only(pem) => {
                let mut file = NamedTempFile::new().map_err(Error::setup)?;
                file.write_all(pem).map_err(Error::setup)?;
                (client.ssl_ca_certificate(CaCertificate::file(path(&file))), Some(file))
            }
            Trust::DangerAcceptAny => {
                let any =
                    SslOption::DANGER_ACCEPT_INVALID_CERTS | SslOption::DANGER_ACCEPT_INVALID_HOSTS;
                (client.ssl_options(any), None)
            }
            _ => (client, None),
        };
        Ok(Self { client: Some(client.build().map_err(Error::setup)?), _authorities })
    }
}

impl Drop for Curl {
    fn drop(&mut self) {
        let client = self.client.take();
        // isahc 0.9 panics here if its thread has ended before.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(client)));
    }
}

/// By the open file where that is possible, for a name in a directory that all share can be given to
/// another file when that directory is tidied.
#[cfg(target_os = "linux")]
fn path(file: &NamedTempFile) -> PathBuf {
    use std::os::fd::AsRawFd as _;

    format!("/proc/self/fd/{}", file.as_raw_fd()).into()
}

#[cfg(not(target_os = "linux"))]
fn path(file: &NamedTempFile) -> PathBuf {
    file.path().to_owned()
}

fn proxied(client: HttpClientBuilder, proxy: &Proxy) -> Result<HttpClientBuilder, Error> {
    let Proxy::Url(proxy) = proxy else {
        // curl itself looks into the environment, unless it is told that there is no proxy.
        return Ok(if *proxy == Proxy::Direct { client.proxy(None) } else { client });
    };
    let uri: Uri = proxy.url().parse().map_err(Error::setup)?;
    // No exceptions: curl would otherwise take them from the environment.
    let client = client.proxy(uri).proxy_blacklist([""; 0]);
    let Some((user, password)) = proxy.credentials() else { return Ok(client) };
    Ok(client
        .proxy_authentication(Authentication::basic())
        .proxy_credentials(Credentials::new(user, password)))
}

/// The head of a response as it came.
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) fields: HeaderMap,
}

#[http_client::async_trait]
impl surf::HttpClient for Curl {
    async fn send(&self, mut request: surf::http::Request) -> surf::Result<surf::http::Response> {
        let body = request.take_body();
        let mut sent =
            Request::builder().method(request.method().as_ref()).uri(request.url().as_str());
        for (name, values) in &request {
            for value in values {
                sent = sent.header(name.as_str(), value.as_str());
            }
        }
        // A reader cannot be rewound: given bytes, curl sends a POST a second time, unasked, when a
        // pooled connection dies after the first.
        let body = match body.len() {
            Some(0) if request.method() == Method::Get => isahc09::Body::empty(),
            Some(length) => isahc09::Body::from_reader_sized(body, length as u64),
            None => isahc09::Body::from_reader(body),
        };
        let client = self.client.as_ref().ok_or(isahc09::Error::Aborted)?;
        let (head, body) = client.send_async(sent.body(body)?).await?.into_parts();
        let mut response = surf::http::Response::new(surf::StatusCode::Ok);
        response.ext_mut().insert(Head { status: head.status, fields: head.headers });
        response.set_body(Body::from_reader(BufReader::new(body), None));
        Ok(response)
    }
}
