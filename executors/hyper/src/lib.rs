//! Sends Pusher Channels API calls with hyper 1 (hyper-util's pooled client): on tokio, or on any
//! runtime that can connect, spawn and sleep. It carries requests and knows nothing of what is in
//! them.
//!
//! ```no_run
//! use pusher_hyper::{Hyper, pusher_client::Client};
//!
//! # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
//! let pusher = Client::from_env(Hyper::new()?)?; // PUSHER_URL
//! pusher.trigger("orders", "paid", &7).await?;
//! # Ok(())
//! # }
//! ```
//!
//! (Not run, because it would publish.)
//!
//! Another runtime takes an implementation of [`Runtime`], which is three functions; `pusher-smol`
//! and `pusher-async-std` are made of one each.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod connect;
mod error;
mod runtime;

use std::{fmt, pin::pin, time::Duration};

use bytes::Bytes;
use futures_util::future::{Either, select};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
pub use pusher_client;
use pusher_client::{
    AsyncExecutor, Request, Response, Transport,
    http::{
        Method, StatusCode,
        header::{CONTENT_LENGTH, HeaderValue, PROXY_AUTHORIZATION},
    },
};

#[cfg(feature = "tokio")]
pub use self::runtime::Tokio;
use self::{
    connect::{Connector, Route, Routes},
    runtime::Hands,
};
pub use self::{
    error::Error,
    runtime::{NoRuntime, Runtime, Sleep},
};

/// An executor that sends with hyper-util's pooled client over HTTP/1.1.
///
/// By default it connects within 5 seconds and ends a call within 15, takes responses of up to
/// 8 MiB, verifies TLS with rustls against the roots of the platform, and uses the `http://` proxy
/// that the environment names. [`Transport`] changes each of these. Idle connections are kept for
/// 90 seconds.
#[derive(Clone)]
pub struct Executor<R: Runtime> {
    client: Client<Connector<R>, Full<Bytes>>,
    routes: Routes,
    runtime: R,
    total_timeout: Duration,
    response_limit: usize,
}

/// The executor on tokio. It may be made outside a runtime; a call off tokio is an error.
#[cfg(feature = "tokio")]
pub type Hyper = Executor<Tokio>;

/// The process-wide default client: the one that [`pusher_client::set_default`] set, or else one for the app
/// that the environment's `PUSHER_URL` describes, made by the first call.
///
/// ```no_run
/// # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
/// pusher_hyper::default()?.trigger("orders", "paid", &7).await?;
/// # Ok(())
/// # }
/// ```
///
/// (Not run, because it would publish.)
///
/// # Errors
///
/// If there is none, and `PUSHER_URL` is not set or not the URL of an app.
#[cfg(feature = "tokio")]
pub fn default() -> Result<pusher_client::Client, pusher_client::DefaultError<Error>> {
    pusher_client::default_or(Hyper::new)
}

impl<R: Runtime + Default> Executor<R> {
    /// An executor with the default settings.
    ///
    /// # Errors
    ///
    /// If TLS cannot be set up.
    pub fn new() -> Result<Self, Error> {
        Self::with(Transport::default())
    }

    /// An executor with settings of your own.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and if the settings hold no certificate where they should.
    pub fn with(transport: Transport) -> Result<Self, Error> {
        Self::on(R::default(), transport)
    }
}

impl<R: Runtime> Executor<R> {
    /// An executor on a runtime that is a value, with settings of your own.
    ///
    /// # Errors
    ///
    /// As [`with`](Self::with).
    pub fn on(runtime: R, transport: Transport) -> Result<Self, Error> {
        let routes = Routes::of(&transport.proxy);
        let tls = pusher_rustls::config(transport.trust)?;
        let connect_timeout = transport.connect_timeout.min(transport.total_timeout);
        let connector = Connector::new(runtime.clone(), routes.clone(), tls, connect_timeout);
        let hands = Hands(runtime.clone());
        let client = Client::builder(hands.clone())
            // What surely was not sent comes back as such, and is prepared anew.
            .retry_canceled_requests(false)
            // Without it idle connections would be kept for ever.
            .pool_timer(hands)
            .build(connector);
        let Transport { total_timeout, response_limit, .. } = transport;
        Ok(Self { client, routes, runtime, total_timeout, response_limit })
    }

    async fn exchange(&self, mut request: Request) -> Result<Response, Error> {
        if request.method() == Method::POST && request.body().is_empty() {
            // hyper leaves it out.
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let route = self.routes.to(request.uri());
        if let Route::Forward { authorization: Some(authorization), .. } = &route {
            request.headers_mut().insert(PROXY_AUTHORIZATION, authorization.clone());
        }

        let (parts, body) = self.client.request(request.map(Full::new)).await?.into_parts();
        if matches!(route, Route::Forward { .. })
            && parts.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
        {
            return Err(Error::ProxyAuthentication);
        }
        let body = Limited::new(body, self.response_limit).collect().await;
        let body = body.map_err(|error| Error::in_body(error, self.response_limit))?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }
}

impl<R: Runtime> AsyncExecutor for Executor<R> {
    type Error = Error;

    async fn execute(&self, request: Request) -> Result<Response, Error> {
        self.runtime.check()?;
        let timeout = self.runtime.sleep(self.total_timeout);
        match select(pin!(self.exchange(request)), timeout).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => Err(Error::Timeout { after: self.total_timeout }),
        }
    }
}

impl<R: Runtime> fmt::Debug for Executor<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").finish_non_exhaustive()
    }
}
