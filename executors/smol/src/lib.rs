//! Sends Pusher Channels API calls on smol: the three things that `pusher-hyper` asks of a runtime,
//! and nothing else.
//!
//! ```no_run
//! use pusher_smol::{Smol, pusher_client::Client};
//!
//! # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
//! let pusher = Client::from_env(Smol::new()?)?; // PUSHER_URL
//! pusher.trigger("orders", "paid", &7).await?;
//! # Ok(())
//! # }
//! ```
//!
//! (Not run, because it would publish.) It runs on smol's global executor, so it works under any
//! `block_on`, and no tokio runtime is started.

#![cfg_attr(docsrs, feature(doc_cfg))]

use std::{io, time::Duration};

pub use pusher_hyper::{self, Error, pusher_client};
use pusher_hyper::{Executor, Runtime, Sleep};
use smol::{Timer, net::TcpStream};
use smol_hyper::rt::FuturesIo;

/// The executor on smol 2. It behaves, and is set up, as [`pusher_hyper::Executor`] says.
pub type Smol = Executor<OnGlobalExecutor>;

/// The process-wide default client: the one that [`pusher_client::set_default`] set, or else one for the app
/// that the environment's `PUSHER_URL` describes, made by the first call.
///
/// ```no_run
/// # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
/// pusher_smol::default()?.trigger("orders", "paid", &7).await?;
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
    pusher_client::default_or(Smol::new)
}

/// The runtime: smol's global executor, and its reactor.
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
        smol::spawn(task).detach();
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let timer = Timer::after(duration);
        Box::pin(async move {
            timer.await;
        })
    }
}
