//! Sends Pusher Channels API calls with isahc 2, which is libcurl on a thread of its own: async on
//! any runtime, and blocking without one. It carries requests and knows nothing of what is in them.
//!
//! ```no_run
//! use pusher_isahc::{Isahc, pusher_client::Client};
//!
//! # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
//! let pusher = Client::from_env(Isahc::new()?)?; // PUSHER_URL
//! pusher.trigger("orders", "paid", &7).await?;
//! # Ok(())
//! # }
//! ```
//!
//! (Not run, because it would publish.)
//!
//! **A program with more than a thousand open files or sockets** must be built with `-DHAVE_POLL` in
//! the environment variable `CFLAGS`. curl-sys builds libcurl without that (seen in 0.4.91), and such
//! a libcurl takes no descriptor from 1024 on: a call that would need one ends as an
//! [`ErrorKind::Connect`](pusher_client::ErrorKind), although the server is well.

mod error;
mod silence;

use futures_lite::{
    AsyncReadExt as _,
    future::block_on,
    io::{AsyncRead, Cursor},
};
use isahc::{
    AsyncBody, HttpClient, HttpClientBuilder,
    auth::{Authentication, Credentials},
    config::{Configurable as _, RedirectPolicy, VersionNegotiation},
    tls::{TlsConfig, TrustStore},
};
pub use pusher_client;
use pusher_client::{
    AsyncExecutor, BlockingExecutor, Proxy, Request, Response, Transport, Trust,
    http::{self, StatusCode, uri::Scheme},
};
use tracing::{instrument::WithSubscriber as _, subscriber::NoSubscriber};

pub use self::error::Error;

/// An executor that sends with [`isahc::HttpClient`], over HTTP/1.1.
///
/// By default it connects within 5 seconds and ends a call within 15, takes responses of up to
/// 8 MiB, verifies TLS against the roots of the system, and uses the proxy that the environment
/// names as curl does (`http_proxy`, `https_proxy`, `no_proxy`). [`Transport`] changes each of these.
///
/// isahc's `tracing` spans and events hold the signed URL; they are silenced here.
#[derive(Clone, Debug)]
pub struct Isahc {
    client: HttpClient,
    /// Whether the settings name a proxy; what the environment names, only curl knows.
    proxied: bool,
    response_limit: usize,
}

/// The process-wide default client: the one that [`pusher_client::set_default`] set, or else one for the app
/// that the environment's `PUSHER_URL` describes, made by the first call.
///
/// ```no_run
/// # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
/// pusher_isahc::default()?.trigger("orders", "paid", &7).await?;
/// # Ok(())
/// # }
/// ```
///
/// (Not run, because it would publish.)
///
/// # Errors
///
/// If there is none, and `PUSHER_URL` is not set or not the URL of an app.
pub fn default() -> Result<pusher_client::Client, pusher_client::DefaultError<Error>> {
    pusher_client::default_or(Isahc::new)
}

/// The process-wide default client: the one that [`pusher_client::blocking::set_default`] set, or else one for the app
/// that the environment's `PUSHER_URL` describes, made by the first call.
///
/// ```no_run
/// pusher_isahc::blocking_default()?.trigger("orders", "paid", &7)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// (Not run, because it would publish.)
///
/// # Errors
///
/// If there is none, and `PUSHER_URL` is not set or not the URL of an app.
pub fn blocking_default()
-> Result<pusher_client::blocking::Client, pusher_client::DefaultError<Error>> {
    pusher_client::blocking::default_or(Isahc::new)
}

impl Isahc {
    /// A client with the default settings.
    ///
    /// # Errors
    ///
    /// If libcurl, its thread or its TLS cannot be set up.
    pub fn new() -> Result<Self, Error> {
        Self::with(Transport::default())
    }

    /// A client with settings of your own.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and if a certificate is not PEM.
    pub fn with(transport: Transport) -> Result<Self, Error> {
        let client = HttpClient::builder()
            .connect_timeout(transport.connect_timeout)
            // Always: a dropped future leaves its transfer running until it is done.
            .timeout(transport.total_timeout)
            .version_negotiation(VersionNegotiation::http11())
            .redirect_policy(RedirectPolicy::None)
            .automatic_decompression(false)
            .expect_continue(false);
        let client = through(client, &transport.proxy)?.tls_config(tls(transport.trust)).build()?;
        let proxied = matches!(transport.proxy, Proxy::Url(_));
        Ok(Self { proxied, response_limit: transport.response_limit, ..client.into() })
    }
}

fn through(client: HttpClientBuilder, proxy: &Proxy) -> Result<HttpClientBuilder, Error> {
    let Proxy::Url(proxy) = proxy else {
        // curl itself looks into the environment, unless it is told that there is no proxy.
        return Ok(if *proxy == Proxy::Direct { client.proxy(None) } else { client });
    };
    let client = client.proxy(proxy.url().parse::<http::Uri>().map_err(Error::setting)?);
    let Some((user, password)) = proxy.credentials() else { return Ok(client) };
    Ok(client
        .proxy_authentication(Authentication::basic())
        .proxy_credentials(Credentials::new(user, password)))
}

fn tls(trust: Trust) -> TlsConfig {
    let tls = TlsConfig::builder();
    match trust {
        Trust::Only(pem) => {
            tls.trust_store(TrustStore::builder().certificate_from_pem(pem).build())
        }
        Trust::DangerAcceptAny => {
            tls.danger_accept_invalid_certs(true).danger_accept_invalid_hosts(true)
        }
        _ => tls,
    }
    .build()
}

/// Takes a client of your own. What the executor needs, and cannot check, of its settings: a
/// `timeout`, `redirect_policy(None)`, `automatic_decompression(false)`, `expect_continue(false)`,
/// HTTP/1.1, and no `proxy_tls_config`, which in isahc 2.0.2 turns verification off when it is set
/// to verify. What this client does is no longer told to `tracing`.
impl From<HttpClient> for Isahc {
    fn from(client: HttpClient) -> Self {
        silence::silence(&client);
        Self { client, proxied: false, response_limit: Transport::default().response_limit }
    }
}

impl AsyncExecutor for Isahc {
    type Error = Error;

    async fn execute(&self, request: Request) -> Result<Response, Error> {
        // Without a subscriber, so that no span with the signed URL comes to be.
        self.exchange(request).with_subscriber(NoSubscriber::new()).await
    }
}

impl BlockingExecutor for Isahc {
    type Error = Error;

    fn execute_blocking(&self, request: Request) -> Result<Response, Error> {
        block_on(self.execute(request))
    }
}

impl Isahc {
    async fn exchange(&self, request: Request) -> Result<Response, Error> {
        let forwarded = self.proxied && request.uri().scheme() == Some(&Scheme::HTTP);
        let (parts, body) = request.into_parts();
        let body = match parts.method {
            http::Method::GET if body.is_empty() => AsyncBody::empty(),
            // A reader cannot be rewound: given bytes, curl sends a POST a second time, unasked,
            // when a pooled connection dies after the first.
            _ => {
                let length = body.len() as u64;
                AsyncBody::from_reader_sized(Cursor::new(body), length)
            }
        };
        let response = self.client.send_async(http::Request::from_parts(parts, body)).await;
        let response = response.map_err(|error| Error::of(error, self.proxied))?;
        if forwarded && response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            return Err(Error::ProxyAuthentication);
        }
        let (parts, body) = response.into_parts();
        Ok(Response::from_parts(parts, self.collect(body).await?.into()))
    }

    async fn collect(&self, body: impl AsyncRead + Unpin) -> Result<Vec<u8>, Error> {
        let limit = self.response_limit;
        let mut bytes = Vec::new();
        let read = body.take(limit as u64 + 1).read_to_end(&mut bytes).await;
        read.map_err(Error::Body)?;
        if bytes.len() > limit { Err(Error::TooLarge { limit }) } else { Ok(bytes) }
    }
}
