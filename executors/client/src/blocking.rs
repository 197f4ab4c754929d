//! The blocking client: the same words as [`crate::Client`], on the caller's thread and without a
//! runtime.

use std::{fmt, sync::Arc};

use pusher_core::{App, Endpoint, EventName, Prepared, Timestamp, TriggerResponse};

use crate::{
    arguments::{self, IntoChannels, IntoData, IntoName},
    call::Caller,
    clock,
    error::{CallError, ConfigError, ExecutorError},
    executor::{BlockingExecutor, Request, Response},
};

/// A blocking client for one app. Cloning is cheap, and clones share the executor's connections.
///
/// ```
/// use pusher_client::{App, Response, blocking, blocking_fn};
///
/// let app = App::from_url("https://KEY:SECRET@api-eu.pusher.com/apps/1234")?;
/// let executor = blocking_fn(|_request| Ok::<_, std::io::Error>(Response::new("{}".into())));
///
/// let pusher = blocking::Client::new(app, executor);
/// pusher.trigger("orders", "paid", &7)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Client {
    caller: Arc<Caller>,
    executor: Arc<dyn Erased>,
}

impl Client {
    /// A client that sends the app's calls through the executor.
    pub fn new(app: App, executor: impl BlockingExecutor) -> Self {
        Self { caller: Arc::new(Caller::new(app)), executor: Arc::new(executor) }
    }

    /// A client for the app that the environment's `PUSHER_URL` describes.
    ///
    /// # Errors
    ///
    /// If `PUSHER_URL` is not set, or is not the URL of an app.
    pub fn from_env(executor: impl BlockingExecutor) -> Result<Self, ConfigError> {
        Ok(Self::new(clock::app_from_env()?, executor))
    }

    /// Signs with another clock than the machine's, for tests and for machines whose clock is wrong.
    pub fn clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { caller: Arc::new(self.caller.clock(clock)), ..self }
    }

    /// The app.
    pub fn app(&self) -> &App {
        self.caller.app()
    }

    /// Publishes an event on one channel or up to 100.
    ///
    /// To exclude a connection, or to ask for the channels' attributes, [`call`](Self::call) a
    /// [`Trigger`](pusher_core::Trigger).
    ///
    /// # Errors
    ///
    /// [`CallError::Build`] if a name or the data is invalid, before anything is sent; otherwise as
    /// [`call`](Self::call).
    pub fn trigger(
        &self,
        channels: impl IntoChannels,
        event: impl IntoName<EventName>,
        data: impl IntoData,
    ) -> Result<TriggerResponse, CallError> {
        self.call(&arguments::trigger(channels, event, data)?)
    }

    /// Makes any call.
    ///
    /// # Errors
    ///
    /// [`CallError::Build`] if the call is impossible, [`CallError::Execute`] if the wire failed,
    /// [`CallError::Response`] if the server refused or its answer makes no sense.
    pub fn call<E: Endpoint>(&self, endpoint: &E) -> Result<E::Response, CallError> {
        let Prepared { request, expects } = self.caller.prepare(endpoint)?;
        let response = self.executor.execute_erased(request)?;
        Ok(expects.parse(&response)?)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("app", self.app()).finish_non_exhaustive()
    }
}

/// A [`BlockingExecutor`] without its types.
trait Erased: Send + Sync {
    fn execute_erased(&self, request: Request) -> Result<Response, ExecutorError>;
}

impl<T: BlockingExecutor> Erased for T {
    fn execute_erased(&self, request: Request) -> Result<Response, ExecutorError> {
        Ok(self.execute_blocking(request)?)
    }
}
