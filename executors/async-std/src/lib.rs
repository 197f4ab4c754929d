//! Sends Pusher Channels API calls on async-std: the three things that `pusher-hyper` asks of a
//! runtime, and nothing else.
//!
//! **async-std was discontinued by its authors** (RUSTSEC-2025-0052, informational). It still works,
//! and this executor keeps every law that the others keep, but `cargo deny` and `cargo audit` will
//! say so. New code takes `pusher-smol`, which shares all but these few lines.
//!
//! ```no_run
//! use pusher_async_std::{AsyncStd, pusher_client::Client};
//!
//! # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
//! let pusher = Client::from_env(AsyncStd::new()?)?; // PUSHER_URL
//! pusher.trigger("orders", "paid", &7).await?;
//! # Ok(())
//! # }
//! ```
//!
//! (Not run, because it would publish.) It runs on async-std's global executor, so it works under any
//! `block_on`, and no tokio runtime is started.

#![cfg_attr(docsrs, feature(doc_cfg))]

use std::{io, time::Duration};

use async_io::Timer;
use async_std::net::TcpStream;
pub use pusher_hyper::{self, Error, pusher_client};
use pusher_hyper::{Executor, Runtime, Sleep};
use smol_hyper::rt::FuturesIo;

/// The executor on async-std 1. It behaves, and is set up, as [`pusher_hyper::Executor`] says.
pub type AsyncStd = Executor<OnGlobalExecutor>;

/// The process-wide default client: the one that [`pusher_client::set_default`] set, or else one for the app
/// that the environment's `PUSHER_URL` describes, made by the first call.
///
/// ```no_run
/// # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
/// pusher_async_std::default()?.trigger("orders", "paid", &7).await?;
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
    pusher_client::default_or(AsyncStd::new)
}

/// The runtime: async-std's global executor, and its reactor.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnGlobalExecutor;

impl Runtime for OnGlobalExecutor {
    type Stream = FuturesIo<TcpStream>;

    async fn connect(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        Ok(FuturesIo::new(stream))
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        async_std::task::spawn(task);
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        // async-std's own timer is this one, but not `Sync`.
        let timer = Timer::after(duration);
        Box::pin(async move {
            timer.await;
        })
    }
}
