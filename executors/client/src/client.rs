//! The async client: calls sent through an executor whose type is forgotten, so that clients are
//! stored and passed on without type parameters.

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use futures_timer::Delay;
use pusher_core::{
    App, Attribute, BuildError, ChannelAuth, ChannelData, ChannelName, ChannelPrefix, Endpoint,
    Envelope, EventName, GetChannel, GetChannelResponse, GetChannels, GetChannelsResponse,
    GetUsers, GetUsersResponse, Raw, SendToUser, SocketId, TerminateUser, Timestamp, Trigger,
    TriggerBatchResponse, TriggerResponse, UserAuth, UserData, UserId, Webhook, WebhookError,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    arguments::{IntoChannels, IntoData, IntoName},
    call::Caller,
    clock,
    error::{BatchError, CallError, ConfigError, ExecutorError},
    executor::{AsyncExecutor, Request, Response},
    machine::{Attempts, Batches, Step},
    retry::Retry,
    telemetry::Span,
    words::{client_words, handles},
};

/// An async client for one app. Cloning is cheap, and clones share the executor's connections, the
/// retry budget and what was learned about the clock.
///
/// Several clients, for several apps, live beside each other.
///
/// ```
/// use pusher_client::{App, Client, Response, Trigger, executor_fn};
///
/// # async fn words() -> Result<(), Box<dyn std::error::Error>> {
/// let app = App::from_url("https://KEY:SECRET@api-eu.pusher.com/apps/1234")?;
/// let executor = executor_fn(async |_request| Ok::<_, std::io::Error>(Response::new("{}".into())));
/// let pusher = Client::new(app, executor);
///
/// pusher.trigger("orders", "paid", &7).await?;
/// pusher.trigger(["orders", "audit"], "paid", &serde_json::json!({ "id": 7 })).await?;
/// pusher.channel("orders").trigger("paid", &7).await?;
/// pusher.user("ann").send("notice", "welcome").await?;
///
/// let event = |id| Ok::<_, pusher_client::BuildError>(Trigger::new("orders".parse()?, "paid".parse()?, pusher_client::Data::json(&id)?));
/// pusher.trigger_batch([event(7)?, event(8)?]).await?;
///
/// let rooms = pusher.channels("presence-").await?.channels;
/// let answer: serde_json::Value = pusher.get("/channels", &[("filter_by_prefix", "presence-")]).await?;
/// let reply = pusher.channel("private-orders").authorize("1234.5678", None)?.to_json();
/// # Ok(())
/// # }
/// # pollster::block_on(words()).unwrap();
/// ```
#[derive(Clone)]
pub struct Client {
    caller: Arc<Caller>,
    executor: Arc<dyn Erased>,
    wait: Arc<dyn Wait>,
}

impl Client {
    /// A client that sends the app's calls through the executor.
    pub fn new(app: App, executor: impl AsyncExecutor) -> Self {
        let (caller, executor) = (Arc::new(Caller::new(app)), Arc::new(executor));
        Self { caller, executor, wait: Arc::new(Delay::new) }
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

    /// Waits between attempts by other means than a thread that all such clients share: by a runtime's
    /// own timer, or not at all in a test.
    pub fn wait<F>(self, wait: impl Fn(Duration) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self { wait: Arc::new(wait), ..self }
    }

    client_words!(asynchronous);

    /// Publishes any number of events, in requests of up to ten (by default, see
    /// [`Limits::batch_events`](pusher_core::Limits::batch_events)), one after another and in order; each
    /// event goes to one channel. What the server tells of the channels is aligned with the events.
    ///
    /// # Errors
    ///
    /// [`BatchError`] says which events were accepted and which may have been.
    pub fn trigger_batch(
        &self,
        events: impl IntoIterator<Item = Trigger>,
    ) -> impl Future<Output = Result<TriggerBatchResponse, BatchError>> + Send {
        let batches = Batches::new(&self.caller, events);
        async move {
            let mut batches = batches?;
            while let Some(batch) = batches.next()? {
                let answer = self.call(&batch).await;
                batches.answered(&batch, answer)?;
            }
            Ok(batches.finish())
        }
    }

    /// Makes any call, again if the rules of [`retry`](Self::retry) say so.
    ///
    /// # Errors
    ///
    /// [`CallError::Build`] if the call is impossible, [`CallError::Execute`] if the wire failed,
    /// [`CallError::Response`] if the server refused or its answer makes no sense.
    pub async fn call<E: Endpoint>(&self, endpoint: &E) -> Result<E::Response, CallError> {
        let span = Span::call(self.app(), endpoint);
        let (mut call, mut step) = Attempts::begin(&self.caller, endpoint, self.caller.now());
        let result = span.around(async {
            loop {
                step = match step {
                    Step::Send(request) => {
                        let attempt = Span::attempt(&request, call.attempts());
                        let sent = self.executor.execute_erased(request);
                        let outcome = attempt.around(sent).await;
                        attempt.attempt_ended(&outcome);
                        call.answered(outcome, self.caller.now())
                    }
                    Step::Wait(pause) => {
                        self.wait.wait(pause).await;
                        call.waited(self.caller.now())
                    }
                    Step::Done(result) => return result,
                }
            }
        });
        let result = result.await;
        span.call_ended(&result, call.attempts(), call.status());
        result
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.caller.fmt(f)
    }
}

handles!(asynchronous);

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

trait Wait: Send + Sync {
    fn wait(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

impl<T, F> Wait for T
where
    T: Fn(Duration) -> F + Send + Sync,
    F: Future<Output = ()> + Send + 'static,
{
    fn wait(&self, pause: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(self(pause))
    }
}
