//! The async client: calls sent through an executor whose type is forgotten, so that clients are
//! stored and passed on without type parameters.

use std::{fmt, pin::Pin, sync::Arc};

use pusher_core::{App, Endpoint, EventName, Prepared, Timestamp, TriggerResponse};

use crate::{
    arguments::{self, IntoChannels, IntoData, IntoName},
    call::Caller,
    clock,
    error::{CallError, ConfigError, ExecutorError},
    executor::{AsyncExecutor, Request, Response},
};

/// An async client for one app. Cloning is cheap, and clones share the executor's connections.
///
/// Several clients, for several apps, live beside each other.
#[derive(Clone)]
pub struct Client {
    caller: Arc<Caller>,
    executor: Arc<dyn Erased>,
}

impl Client {
    /// A client that sends the app's calls through the executor.
    pub fn new(app: App, executor: impl AsyncExecutor) -> Self {
        Self { caller: Arc::new(Caller::new(app)), executor: Arc::new(executor) }
    }

    /// A client for the app that the environment's `PUSHER_URL` describes.
    ///
    /// ```
    /// use pusher_client::{Client, ConfigError, Response, executor_fn};
    ///
    /// let executor = executor_fn(async |_| Ok::<_, std::io::Error>(Response::default()));
    /// # if std::env::var_os("PUSHER_URL").is_none() {
    /// assert_eq!(Client::from_env(executor).unwrap_err(), ConfigError::Missing);
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If `PUSHER_URL` is not set, or is not the URL of an app.
    pub fn from_env(executor: impl AsyncExecutor) -> Result<Self, ConfigError> {
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
    ) -> impl Future<Output = Result<TriggerResponse, CallError>> + Send {
        // At once, so that the future need not hold the arguments.
        let event = arguments::trigger(channels, event, data);
        async move { self.call(&event?).await }
    }

    /// Makes any call.
    ///
    /// # Errors
    ///
    /// [`CallError::Build`] if the call is impossible, [`CallError::Execute`] if the wire failed,
    /// [`CallError::Response`] if the server refused or its answer makes no sense.
    pub async fn call<E: Endpoint>(&self, endpoint: &E) -> Result<E::Response, CallError> {
        let Prepared { request, expects } = self.caller.prepare(endpoint)?;
        let response = self.executor.execute_erased(request).await?;
        Ok(expects.parse(&response)?)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("app", self.app()).finish_non_exhaustive()
    }
}

/// An [`AsyncExecutor`] without its types, at the price of one box per call.
trait Erased: Send + Sync {
    fn execute_erased(
        &self,
        request: Request,
    ) -> Pin<Box<dyn Future<Output = Result<Response, ExecutorError>> + Send + '_>>;
}

impl<T: AsyncExecutor> Erased for T {
    fn execute_erased(
        &self,
        request: Request,
    ) -> Pin<Box<dyn Future<Output = Result<Response, ExecutorError>> + Send + '_>> {
        Box::pin(async { self.execute(request).await.map_err(ExecutorError::from) })
    }
}
