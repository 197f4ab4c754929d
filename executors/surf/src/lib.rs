//! Sends Pusher Channels API calls with surf 2, which here is libcurl on a thread of its own: async
//! on any runtime. It carries requests and knows nothing of what is in them.
//!
//! ```no_run
//! use pusher_surf::{Surf, pusher_client::Client};
//!
//! # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
//! let pusher = Client::from_env(Surf::new()?)?; // PUSHER_URL
//! pusher.trigger("orders", "paid", &7).await?;
//! # Ok(())
//! # }
//! ```
//!
//! (Not run, because it would publish.)
//!
//! # For programs that already stand on surf
//!
//! surf had its last release in 2021 and is unmaintained (RUSTSEC-2025-0036). It stands on
//! async-std, which is discontinued (RUSTSEC-2025-0052), and on http-types, whose constructors of
//! authentication fields are unsound (RUSTSEC-2026-0174; not called here), with aes-soft
//! (RUSTSEC-2021-0060) and cpuid-bool (RUSTSEC-2021-0064) beneath. `cargo deny` and `cargo audit`
//! will name them. It works, and it is tested, but **new code should take another executor**:
//! pusher-isahc is the same libcurl in a version that is maintained, pusher-hyper and pusher-smol
//! do without C.
//!
//! TLS is rustls, on whichever platform. On Unix, building nonetheless asks for OpenSSL's headers,
//! because isahc 0.9 does, although nothing of OpenSSL is used but its list of the places where
//! systems keep their roots. On Windows there is no such place: name the roots by
//! [`Transport::certificate_authority`].
//!
//! **A program with more than a thousand open files or sockets** must be built with `-DHAVE_POLL` in
//! the environment variable `CFLAGS`. curl-sys builds libcurl without that (seen in 0.4.91), and such
//! a libcurl takes no descriptor from 1024 on: the first ends isahc's thread, and from then on every
//! call is an [error](Error::Panicked), until there is a new executor.

mod backend;
mod error;
mod silence;
mod upload;

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_lite::{AsyncReadExt as _, FutureExt as _, io::AsyncRead};
pub use pusher_client;
use pusher_client::{
    AsyncExecutor, Proxy, Request, Response, Transport,
    http::{self, uri::Scheme},
};
use surf::http::headers::HeaderValue;
use tracing::{instrument::WithSubscriber as _, subscriber::NoSubscriber};

pub use self::error::Error;
use self::{
    backend::{Curl, Head},
    upload::upload,
};

/// From this size on, in bytes, curl asks before it sends a body, unless it is told not to.
const EXPECT_THRESHOLD: usize = 1024 * 1024;

/// An executor that sends with [`surf::Client`], over HTTP/1.1.
///
/// By default it connects within 5 seconds and ends a call within 15, takes responses of up to
/// 8 MiB, verifies TLS against the roots of the system, and uses the proxy that the environment
/// names as curl does (`http_proxy`, `https_proxy`, `no_proxy`). [`Transport`] changes each of these.
///
/// isahc's `tracing` spans and events hold the signed URL; they are silenced here, and surf's logger
/// is not used.
#[derive(Clone, Debug)]
pub struct Surf {
    client: surf::Client,
    response_limit: usize,
    proxied: bool,
}

/// The process-wide default client: the one that [`pusher_client::set_default`] set, or else one for the app
/// that the environment's `PUSHER_URL` describes, made by the first call.
///
/// ```no_run
/// # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
/// pusher_surf::default()?.trigger("orders", "paid", &7).await?;
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
    pusher_client::default_or(Surf::new)
}

impl Surf {
    /// A client with the default settings.
    ///
    /// # Errors
    ///
    /// If libcurl or its thread cannot be set up.
    pub fn new() -> Result<Self, Error> {
        Self::with(Transport::default())
    }

    /// A client with settings of your own.
    ///
    /// Certificates of [`Transport::certificate_authority`] are kept in a temporary file, since
    /// isahc 0.9 takes no other; if they are not PEM, the calls fail.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and if there is no room for that file.
    pub fn with(transport: Transport) -> Result<Self, Error> {
        // Not `with_http_client`: where any crate turns on surf's default features, it adds a
        // logger, which prints the signed URL.
        let config = surf::Config::new().set_http_client(Curl::new(&transport)?);
        let client = surf::Client::try_from(config);
        Ok(Self {
            response_limit: transport.response_limit,
            proxied: matches!(transport.proxy, Proxy::Url(_)),
            ..client.map_err(Error::setup)?.into()
        })
    }
}

/// Takes a client of your own, with the middleware that it has.
///
/// What the executor needs, and cannot check: surf's **curl** backend (`h1` hands one caller the
/// answer to another's call) on an isahc client with a `timeout`, HTTP/1.1 and no redirects; no
/// middleware that follows redirects or repeats requests; and **no logger**, for it prints signed
/// URLs, with which anybody can repeat a call for 600 seconds. With surf's default features
/// `surf::Client::new` and `with_http_client` have the logger, and a client that is made from a
/// [`surf::Config`] has not. surf's own backend panics when a server answers with a status that
/// http-types does not know, or with bytes in a field that are not ASCII, which here is an
/// [error](Error::Panicked); that of [`Surf::new`] takes them. What the thread of this client does is
/// no longer told to `tracing`.
impl From<surf::Client> for Surf {
    fn from(client: surf::Client) -> Self {
        silence::silence(&client);
        Self { client, response_limit: Transport::default().response_limit, proxied: false }
    }
}

impl AsyncExecutor for Surf {
    type Error = Error;

    async fn execute(&self, request: Request) -> Result<Response, Error> {
        // Without a subscriber, so that no span with the signed URL comes to be.
        self.exchange(request).with_subscriber(NoSubscriber::new()).await
    }
}

impl Surf {
    async fn exchange(&self, request: Request) -> Result<Response, Error> {
        let forwarded = self.proxied && request.uri().scheme() == Some(&Scheme::HTTP);
        let begun = Arc::new(AtomicBool::new(request.body().is_empty()));
        let request = outgoing(request, &begun).map_err(Error::Setup)?;
        let failed = |error| Error::exchange(error, begun.load(Ordering::Relaxed), self.proxied);
        // isahc 0.9 panics once its thread has ended, and surf's own backend at what it cannot say.
        let sent = AssertUnwindSafe(self.client.send(request)).catch_unwind().await;
        let sent = sent.map_err(|_| Error::Panicked { begun: begun.load(Ordering::Relaxed) })?;
        let mut response = sent.map_err(failed)?;
        let body = self.collect(response.take_body()).await?;
        let response =
            incoming(&response).body(body.into()).map_err(|error| failed(error.into()))?;
        if forwarded && response.status() == http::StatusCode::PROXY_AUTHENTICATION_REQUIRED {
            return Err(Error::ProxyAuthentication);
        }
        Ok(response)
    }

    async fn collect(&self, body: impl AsyncRead + Unpin) -> Result<Vec<u8>, Error> {
        let limit = self.response_limit;
        let mut bytes = Vec::new();
        let read = body.take(limit as u64 + 1).read_to_end(&mut bytes).await;
        read.map_err(Error::Body)?;
        if bytes.len() > limit { Err(Error::TooLarge { limit }) } else { Ok(bytes) }
    }
}

fn outgoing(request: Request, begun: &Arc<AtomicBool>) -> surf::Result<surf::Request> {
    let (parts, body) = request.into_parts();
    let url = surf::Url::parse(&parts.uri.to_string())?;
    let mut outgoing = surf::Request::new(parts.method.as_str().parse()?, url);
    for (name, value) in &parts.headers {
        outgoing.append_header(name.as_str(), HeaderValue::from_bytes(value.as_bytes().to_vec())?);
    }
    if body.len() > EXPECT_THRESHOLD {
        // An empty list of expectations is the only way that isahc 0.9 leaves to have none.
        outgoing.insert_header("expect", "");
    }
    if !body.is_empty() || parts.method != http::Method::GET {
        outgoing.set_body(upload(body.into(), Arc::clone(begun)));
    }
    Ok(outgoing)
}

fn incoming(response: &surf::Response) -> http::response::Builder {
    let builder = http::Response::builder();
    if let Some(Head { status, fields }) = response.ext() {
        return fields.iter().fold(builder.status(status.as_u16()), |builder, (name, value)| {
            builder.header(name.as_str(), value.as_bytes())
        });
    }
    response
        .iter()
        .flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())))
        .fold(builder.status(u16::from(response.status())), |builder, (name, value)| {
            builder.header(name, value)
        })
}
