//! Sends Pusher Channels API calls with reqwest 0.13, on tokio. It carries requests and knows
//! nothing of what is in them.
//!
//! ```no_run
//! use pusher_reqwest::{Reqwest, pusher_client::Client};
//!
//! # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
//! let pusher = Client::from_env(Reqwest::new()?)?; // PUSHER_URL
//! pusher.trigger("orders", "paid", &7).await?;
//! # Ok(())
//! # }
//! ```
//!
//! (Not run, because it would publish.)
//!
//! # TLS
//!
//! The features are additive; with all of them on, it is rustls with ring.
//!
//! | feature | who encrypts |
//! |---|---|
//! | `rustls` (default) | rustls with the provider ring |
//! | `rustls-no-provider` | rustls with the provider that the process has installed by `CryptoProvider::install_default`; without one, making the executor is an error |
//! | `native-tls` | the system's library, which on Linux is OpenSSL: building it asks for its headers and `pkg-config` |
//!
//! With none of them on, a call to `https://` is an error.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod tls;

use std::mem;

pub use pusher_client;
use pusher_client::{
    AsyncExecutor, Proxy, Request, Response, Transport,
    http::{
        Method, StatusCode,
        header::{CONTENT_LENGTH, HeaderValue},
        uri::Scheme,
    },
};
use reqwest::{Client, ClientBuilder, redirect, retry};
use tokio::runtime::Handle;

pub use self::error::Error;

/// An executor that sends with [`reqwest::Client`], over HTTP/1.1.
///
/// By default it connects within 5 seconds and ends a call within 15, takes responses of up to
/// 8 MiB, verifies TLS against the roots of the platform, and uses the proxy that the environment
/// names as reqwest reads it (`http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`). [`Transport`]
/// changes each of these. Idle connections are kept for 90 seconds.
///
/// It may be made outside a runtime, so a `static` can hold it. A call is made on a tokio runtime
/// with I/O and time enabled; off tokio it is an error.
#[derive(Clone, Debug)]
pub struct Reqwest {
    client: Client,
    response_limit: usize,
    proxied: bool,
}

/// The process-wide default client: the one that [`pusher_client::set_default`] set, or else one for the app
/// that the environment's `PUSHER_URL` describes, made by the first call.
///
/// ```no_run
/// # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
/// pusher_reqwest::default()?.trigger("orders", "paid", &7).await?;
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
    pusher_client::default_or(Reqwest::new)
}

impl Reqwest {
    /// A client with the default settings.
    ///
    /// # Errors
    ///
    /// If TLS cannot be set up: the system has no roots, or rustls no provider.
    pub fn new() -> Result<Self, Error> {
        Self::with(Transport::default())
    }

    /// A client with settings of your own.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and if the settings hold no certificate in PEM where they should.
    pub fn with(transport: Transport) -> Result<Self, Error> {
        let Transport { connect_timeout, total_timeout, response_limit, proxy, trust, .. } =
            transport;
        let client = Client::builder()
            .connect_timeout(connect_timeout)
            .timeout(total_timeout)
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            // Another crate of the program may have compiled these in.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate();
        let client = tls::trust(through(client, &proxy)?, trust)?.build()?;
        Ok(Self { client, response_limit, proxied: matches!(proxy, Proxy::Url(_)) })
    }
}

fn through(client: ClientBuilder, proxy: &Proxy) -> Result<ClientBuilder, Error> {
    let Proxy::Url(proxy) = proxy else {
        // reqwest itself looks into the environment, unless it is told that there is no proxy.
        return Ok(if *proxy == Proxy::Direct { client.no_proxy() } else { client });
    };
    let all = reqwest::Proxy::all(proxy.url())?;
    Ok(client.proxy(match proxy.credentials() {
        Some((user, password)) => all.basic_auth(user, password),
        None => all,
    }))
}

/// Takes a client of your own. What the executor needs, and cannot check, of its settings: a
/// `connect_timeout` and a `timeout`, `redirect(Policy::none())`, `retry(retry::never())`,
/// `http1_only()`, no `connection_verbose`, and `no_gzip()` and its like where a feature turns
/// decompression on. Failures of a proxy of its own are told as failures to connect.
impl From<Client> for Reqwest {
    fn from(client: Client) -> Self {
        let response_limit = Transport::default().response_limit;
        Self { client, response_limit, proxied: false }
    }
}

impl AsyncExecutor for Reqwest {
    type Error = Error;

    async fn execute(&self, request: Request) -> Result<Response, Error> {
        // Off tokio, reqwest panics.
        Handle::try_current().map_err(|_| Error::NoRuntime)?;
        self.exchange(request).await.map_err(|error| error.by_way_of_proxy(self.proxied))
    }
}

impl Reqwest {
    async fn exchange(&self, mut request: Request) -> Result<Response, Error> {
        if request.method() == Method::POST && request.body().is_empty() {
            // hyper, beneath reqwest, leaves it out.
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let forwarded = self.proxied && request.uri().scheme() == Some(&Scheme::HTTP);
        let mut answer = self.client.execute(request.try_into()?).await?;
        if forwarded && answer.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            return Err(Error::ProxyAuthentication);
        }
        let mut response = Response::new(self.collect(&mut answer).await?.into());
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = mem::take(answer.headers_mut());
        Ok(response)
    }

    async fn collect(&self, answer: &mut reqwest::Response) -> Result<Vec<u8>, Error> {
        let limit = self.response_limit;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if chunk.len() > limit - bytes.len() {
                return Err(Error::TooLarge { limit });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}
