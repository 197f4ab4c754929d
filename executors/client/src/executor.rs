//! What an HTTP client has to be able to do: send one complete request and hand back what came.
//! This file does not know what is sent.

use std::fmt;

use bytes::Bytes;
use pusher_core::http;

use crate::error::ExecuteError;

/// A complete, signed request.
pub type Request = http::Request<Bytes>;

/// A complete response.
pub type Response = http::Response<Bytes>;

/// Sends requests without blocking. Implementors write a plain `async fn`.
///
/// An implementor sends method, target, header fields and body as they are, exactly once, follows
/// no redirect, and returns any status as `Ok`; it neither retries nor reads meaning into what it
/// carries. A request lies in the network's hands for a finite time only: a peer that is dead or
/// silent ends in an error.
///
/// ```
/// use pusher_client::{AsyncExecutor, Other, Request, Response};
///
/// /// Hands each request to a function of one's own.
/// struct Mine;
///
/// impl AsyncExecutor for Mine {
///     type Error = Other<std::io::Error>;
///
///     async fn execute(&self, request: Request) -> Result<Response, Self::Error> {
///         send(request).await.map_err(Other)
///     }
/// }
///
/// async fn send(request: Request) -> std::io::Result<Response> {
///     assert_eq!(request.method(), "POST");
///     Ok(Response::new("{}".into()))
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot send requests",
    label = "not an executor",
    note = "take an adapter, such as `Isahc` of pusher-isahc, or make a closure one with `executor_fn`"
)]
pub trait AsyncExecutor: Send + Sync + 'static {
    /// What can go wrong on the wire.
    type Error: ExecuteError;

    /// Sends the request and collects the response.
    fn execute(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Response, Self::Error>> + Send;
}

/// Sends requests and blocks the thread meanwhile. The obligations are those of
/// [`AsyncExecutor`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot send requests while the thread waits",
    label = "not a blocking executor",
    note = "take an adapter, such as `Isahc` of pusher-isahc, or make a closure one with `blocking_fn`"
)]
pub trait BlockingExecutor: Send + Sync + 'static {
    /// What can go wrong on the wire.
    type Error: ExecuteError;

    /// Sends the request and collects the response.
    ///
    /// # Errors
    ///
    /// If no complete response came.
    fn execute_blocking(&self, request: Request) -> Result<Response, Self::Error>;
}

/// Makes a closure an [`AsyncExecutor`], so that a test needs no server.
///
/// ```
/// use pusher_client::{App, Client, Response, executor_fn};
///
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// let refuses = executor_fn(async |_request| {
///     let answer = pusher_client::http::Response::builder().status(403).body("over quota".into());
///     Ok::<_, std::convert::Infallible>(answer.unwrap())
/// });
/// let pusher = Client::new(App::from_url("https://K:S@localhost/apps/1")?, refuses);
/// let error = pusher.trigger("orders", "paid", &7).await.unwrap_err();
/// assert_eq!(error.status().unwrap(), 403);
/// # Ok(())
/// # }
/// # pollster::block_on(test()).unwrap();
/// ```
pub fn executor_fn<F, A, E>(function: F) -> ExecutorFn<F>
where
    F: Fn(Request) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Response, E>> + Send,
    E: ExecuteError,
{
    ExecutorFn(function)
}

/// A closure as an executor: what [`executor_fn`] makes.
#[derive(Clone, Copy)]
pub struct ExecutorFn<F>(F);

impl<F, A, E> AsyncExecutor for ExecutorFn<F>
where
    F: Fn(Request) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Response, E>> + Send,
    E: ExecuteError,
{
    type Error = E;

    fn execute(&self, request: Request) -> impl Future<Output = Result<Response, E>> + Send {
        (self.0)(request)
    }
}

/// Makes a closure a [`BlockingExecutor`], so that a test needs no server.
///
/// ```
/// use pusher_client::{App, Response, blocking, blocking_fn};
///
/// let agrees = blocking_fn(|_request| Ok::<_, std::convert::Infallible>(Response::default()));
/// let pusher = blocking::Client::new(App::from_url("https://K:S@localhost/apps/1")?, agrees);
/// pusher.trigger("orders", "paid", &7)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn blocking_fn<F, E>(function: F) -> BlockingFn<F>
where
    F: Fn(Request) -> Result<Response, E> + Send + Sync + 'static,
    E: ExecuteError,
{
    BlockingFn(function)
}

/// A closure as a blocking executor: what [`blocking_fn`] makes.
#[derive(Clone, Copy)]
pub struct BlockingFn<F>(F);

impl<F, E> BlockingExecutor for BlockingFn<F>
where
    F: Fn(Request) -> Result<Response, E> + Send + Sync + 'static,
    E: ExecuteError,
{
    type Error = E;

    fn execute_blocking(&self, request: Request) -> Result<Response, E> {
        (self.0)(request)
    }
}

impl<F> fmt::Debug for ExecutorFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExecutorFn(..)")
    }
}

impl<F> fmt::Debug for BlockingFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlockingFn(..)")
    }
}
