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

mod error;
mod silence;

use std::time::Duration;

use futures_lite::{
    AsyncReadExt as _,
    future::block_on,
    io::{AsyncRead, Cursor},
};
use isahc::{
    AsyncBody, HttpClient,
    config::{Configurable as _, RedirectPolicy, VersionNegotiation},
};
pub use pusher_client;
use pusher_client::{AsyncExecutor, BlockingExecutor, Request, Response, http};
use tracing::{instrument::WithSubscriber as _, subscriber::NoSubscriber};

pub use self::error::Error;

/// The longest time for a connection, its TLS handshake included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest time for a call, from the first byte sent to the last byte received.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(15);
/// The largest body of a response, in bytes.
const RESPONSE_LIMIT: u64 = 8 * 1024 * 1024;

/// An executor that sends with [`isahc::HttpClient`].
///
/// It connects within 5 seconds and ends a call within 15, takes responses of up to 8 MiB, speaks
/// HTTP/1.1, verifies TLS against the roots of the system, and uses the proxy that the environment
/// names as curl does (`http_proxy`, `https_proxy`, `no_proxy`).
///
/// isahc has `tracing` spans that hold the signed URL; they are silenced here.
#[derive(Clone, Debug)]
pub struct Isahc(HttpClient);

impl Isahc {
    /// A client with the settings above.
    ///
    /// # Errors
    ///
    /// If libcurl, its thread or its TLS cannot be set up.
    pub fn new() -> Result<Self, Error> {
        let client = HttpClient::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            // Always: a dropped future leaves its transfer running until it is done.
            .timeout(TOTAL_TIMEOUT)
            .version_negotiation(VersionNegotiation::http11())
            .redirect_policy(RedirectPolicy::None)
            .automatic_decompression(false)
            .expect_continue(false);
        Ok(client.build()?.into())
    }
}

/// Takes a client of your own. What the executor needs, and cannot check, of its settings: a
/// `timeout`, `redirect_policy(None)`, `automatic_decompression(false)`, `expect_continue(false)`,
/// and no `proxy_tls_config`, which in isahc 2.0.2 turns verification off when it is set to verify.
impl From<HttpClient> for Isahc {
    fn from(client: HttpClient) -> Self {
        silence::silence(&client);
        Self(client)
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
        let response = self.0.send_async(http::Request::from_parts(parts, body)).await?;
        let (parts, body) = response.into_parts();
        Ok(Response::from_parts(parts, collect(body).await?.into()))
    }
}

async fn collect(body: impl AsyncRead + Unpin) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = body.take(RESPONSE_LIMIT + 1).read_to_end(&mut bytes).await;
    read.map_err(Error::Body)?;
    if bytes.len() as u64 > RESPONSE_LIMIT {
        return Err(Error::TooLarge { limit: RESPONSE_LIMIT });
    }
    Ok(bytes)
}
