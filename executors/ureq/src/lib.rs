//! Sends Pusher Channels API calls with ureq 3, which blocks the thread and needs no runtime. It
//! carries requests and knows nothing of what is in them.
//!
//! ```no_run
//! use pusher_ureq::{Ureq, pusher_client::blocking::Client};
//!
//! let pusher = Client::from_env(Ureq::new()?)?; // PUSHER_URL
//! pusher.trigger("orders", "paid", &7)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
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
mod line;
mod resolver;
#[cfg(any(feature = "native-tls", feature = "rustls-no-provider"))]
mod tls;

pub use pusher_client;
use pusher_client::{
    BlockingExecutor, Proxy, Request, Response, Transport,
    http::{self, Method},
};
use ureq::{
    Agent, Body, ProxyProtocol,
    unversioned::transport::{Connector as _, DefaultConnector},
};

pub use self::error::Error;
use self::{line::Hidden, resolver::Remembering};

/// An executor that sends with [`ureq::Agent`], over HTTP/1.1.
///
/// By default it connects within 5 seconds and ends a call within 15, takes responses of up to
/// 8 MiB, verifies TLS against the roots of the platform, and uses the proxy that the environment
/// names as ureq reads it (`ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in either case of
/// letters). [`Transport`] changes each of these. An idle connection is kept for 15 seconds, three
/// for each host.
///
/// The addresses of a host are kept for 30 seconds, those of the last 16 hosts: ureq itself asks for
/// them before each call, on a new thread.
///
/// Through a proxy ureq always asks for a tunnel (`CONNECT`), to `http://` hosts too, which some
/// proxies refuse to ports other than 443.
#[derive(Clone, Debug)]
pub struct Ureq {
    agent: Agent,
    response_limit: usize,
    hides: bool,
}

/// The process-wide default client: the one that [`pusher_client::blocking::set_default`] set, or else one for the app
/// that the environment's `PUSHER_URL` describes, made by the first call.
///
/// ```no_run
/// pusher_ureq::default()?.trigger("orders", "paid", &7)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// (Not run, because it would publish.)
///
/// # Errors
///
/// If there is none, and `PUSHER_URL` is not set or not the URL of an app.
pub fn default() -> Result<pusher_client::blocking::Client, pusher_client::DefaultError<Error>> {
    pusher_client::blocking::default_or(Ureq::new)
}

impl Ureq {
    /// A client with the default settings.
    ///
    /// # Errors
    ///
    /// If TLS cannot be set up: rustls has no provider.
    pub fn new() -> Result<Self, Error> {
        Self::with(Transport::default())
    }

    /// A client with settings of your own.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and if the settings hold no certificate in PEM where they should.
    pub fn with(transport: Transport) -> Result<Self, Error> {
        let config = Agent::config_builder()
            .timeout_resolve(Some(transport.connect_timeout))
            .timeout_connect(Some(transport.connect_timeout))
            .timeout_global(Some(transport.total_timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false);
        #[cfg(any(feature = "native-tls", feature = "rustls-no-provider"))]
        let config = config.tls_config(tls::config(transport.trust)?);
        let config = match &transport.proxy {
            Proxy::Url(proxy) => config.proxy(Some(through(proxy)?)),
            Proxy::Direct => config.proxy(None),
            // ureq itself looks into the environment.
            _ => config,
        };
        let connector = DefaultConnector::new().chain(line::Revealing);
        let agent = Agent::with_parts(config.build(), connector, Remembering::default());
        Ok(Self { agent, response_limit: transport.response_limit, hides: true })
    }
}

fn through(proxy: &pusher_client::ProxyUrl) -> Result<ureq::Proxy, Error> {
    let mut through =
        ureq::Proxy::builder(ProxyProtocol::Http).host(proxy.host()).port(proxy.port());
    if let Some((user, password)) = proxy.credentials() {
        through = through.username(user).password(password);
    }
    through.build().map_err(Error::Unsent)
}

/// Takes a client of your own. What the executor needs, and cannot check, of its settings: a
/// `timeout_connect` and a `timeout_global`, `max_redirects(0)`, `max_redirects_will_error(false)`,
/// `http_status_as_error(false)`, and a resolver that remembers. At the level TRACE, and only there,
/// ureq tells `log` the signed URL, which an executor made by [`Ureq::with`] hides from it. Whether
/// a call was sent is told by the kind of the failure, and where that does not tell it, it may have
/// been.
impl From<Agent> for Ureq {
    fn from(agent: Agent) -> Self {
        let response_limit = Transport::default().response_limit;
        Self { agent, response_limit, hides: false }
    }
}

impl BlockingExecutor for Ureq {
    type Error = Error;

    fn execute_blocking(&self, mut request: Request) -> Result<Response, Error> {
        let proxy = self.agent.config().proxy();
        let proxied = proxy.is_some_and(|proxy| !proxy.is_no_proxy(request.uri()));
        let hidden = if self.hides { Hidden::new(request.uri_mut()) } else { None };
        let answer = self.send(request).map_err(|error| {
            Error::without_response(error, hidden.as_ref().map(Hidden::was_sent), proxied)
        })?;
        let (mut parts, mut body) = answer.into_parts();
        let bytes = body.with_config().limit(self.response_limit as u64).read_to_vec();
        let mut bytes = bytes.map_err(Error::in_body)?;
        if let Some(hidden) = &hidden {
            hidden.unveil(&mut parts.headers, &mut bytes);
        }
        Ok(Response::from_parts(parts, bytes.into()))
    }
}

impl Ureq {
    fn send(&self, request: Request) -> Result<http::Response<Body>, ureq::Error> {
        let (parts, body) = request.into_parts();
        match parts.method {
            Method::GET if body.is_empty() => self.agent.run(http::Request::from_parts(parts, ())),
            _ => self.agent.run(http::Request::from_parts(parts, &*body)),
        }
    }
}
