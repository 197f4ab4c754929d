//! What a runtime supplies: connections, tasks, time. This file does not know HTTP.

use std::{
    error, fmt, io,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use hyper::rt;

/// A future that ends after some time.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// An async runtime, as far as HTTP needs one.
///
/// ```
/// use std::{io, time::Duration};
///
/// use pusher_hyper::{Runtime, Sleep};
/// use tokio::net::TcpStream;
///
/// #[derive(Clone)]
/// struct Mine;
///
/// impl Runtime for Mine {
///     type Stream = hyper_util::rt::TokioIo<TcpStream>;
///
///     async fn connect(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
///         TcpStream::connect((host, port)).await.map(hyper_util::rt::TokioIo::new)
///     }
///
///     fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
///         tokio::spawn(task);
///     }
///
///     fn sleep(&self, duration: Duration) -> Sleep {
///         Box::pin(tokio::time::sleep(duration))
///     }
/// }
/// ```
pub trait Runtime: Clone + Send + Sync + 'static {
    /// A TCP connection.
    type Stream: rt::Read + rt::Write + Unpin + Send + 'static;

    /// Resolves the host, a name or an IP address without brackets, and connects.
    fn connect(
        &self,
        host: &str,
        port: u16,
    ) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Runs the task to its end, in the background.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);

    /// Ends after the duration.
    fn sleep(&self, duration: Duration) -> Sleep;

    /// Whether the calling task runs on this runtime. A call that does not is refused, instead of
    /// panicking somewhere below.
    ///
    /// # Errors
    ///
    /// If it does not.
    fn check(&self) -> Result<(), NoRuntime> {
        Ok(())
    }
}

/// A call was made outside the runtime that the executor needs. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRuntime {
    /// The runtime, such as `tokio`.
    pub needed: &'static str,
}

impl fmt::Display for NoRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { needed } = self;
        write!(
            f,
            "called outside a {needed} runtime; call it from a task of {needed}'s, or take the executor for your runtime"
        )
    }
}

impl error::Error for NoRuntime {}

/// tokio: its current runtime at the time of the call, with I/O and time enabled.
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Tokio;

#[cfg(feature = "tokio")]
impl Runtime for Tokio {
    type Stream = hyper_util::rt::TokioIo<tokio::net::TcpStream>;

    async fn connect(&self, host: &str, port: u16) -> io::Result<Self::Stream> {
        let stream = tokio::net::TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        Ok(hyper_util::rt::TokioIo::new(stream))
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(task);
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }

    fn check(&self) -> Result<(), NoRuntime> {
        match tokio::runtime::Handle::try_current() {
            Ok(_) => Ok(()),
            Err(_) => Err(NoRuntime { needed: "tokio" }),
        }
    }
}

/// A runtime in hyper's words.
#[derive(Clone)]
pub(crate) struct Hands<R>(pub(crate) R);

impl<R: Runtime, F> rt::Executor<F> for Hands<R>
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, task: F) {
        self.0.spawn(task);
    }
}

impl<R: Runtime> rt::Timer for Hands<R> {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(Nap(self.0.sleep(duration)))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn rt::Sleep>> {
        self.sleep(deadline.saturating_duration_since(Instant::now()))
    }
}

struct Nap(Sleep);

impl rt::Sleep for Nap {}

impl Future for Nap {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(context)
    }
}
