//! The blocking client: the same words as [`crate::Client`], on the caller's thread and without a
//! runtime.

use std::{fmt, sync::Arc, thread, time::Duration};

use pusher_core::{
    App, Attribute, BuildError, ChannelAuth, ChannelData, ChannelName, ChannelPrefix, Endpoint,
    Envelope, EventName, GetChannel, GetChannelResponse, GetChannels, GetChannelsResponse,
    GetUsers, GetUsersResponse, Raw, SendToUser, SocketId, TerminateUser, Timestamp, Trigger,
    TriggerBatchResponse, TriggerResponse, UserAuth, UserData, UserId, Webhook, WebhookError,
};
use serde::{Serialize, de::DeserializeOwned};

pub use crate::default::{
    blocking_default as default_client, blocking_default_or as default_or,
    set_blocking_default as set_default,
};
use crate::{
    arguments::{IntoChannels, IntoData, IntoName},
    call::Caller,
    clock,
    error::{BatchError, CallError, ConfigError, ExecutorError},
    executor::{BlockingExecutor, Request, Response},
    machine::{Attempts, Batches, Step},
    retry::Retry,
    telemetry::Span,
    words::{client_words, handles},
};

/// A blocking client for one app. Cloning is cheap, and clones share the executor's connections, the
/// retry budget and what was learned about the clock.
///
/// ```
/// use pusher_client::{App, Response, blocking, blocking_fn};
///
/// let app = App::from_url("https://KEY:SECRET@api-eu.pusher.com/apps/1234")?;
/// let executor = blocking_fn(|_request| Ok::<_, std::io::Error>(Response::new("{}".into())));
/// let pusher = blocking::Client::new(app, executor);
///
/// pusher.trigger("orders", "paid", &7)?;
/// pusher.channel("orders").trigger("paid", &7)?;
/// pusher.user("ann").terminate_connections()?;
/// let rooms = pusher.channels("presence-")?.channels;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Client {
    caller: Arc<Caller>,
    executor: Arc<dyn Erased>,
    wait: Arc<dyn Fn(Duration) + Send + Sync>,
}

impl Client {
    /// A client that sends the app's calls through the executor.
    pub fn new(app: App, executor: impl BlockingExecutor) -> Self {
        let (caller, executor) = (Arc::new(Caller::new(app)), Arc::new(executor));
        Self { caller, executor, wait: Arc::new(thread::sleep) }
    }

    /// A client for the app that the environment's `PUSHER_URL` describes.
    ///
    /// # Errors
    ///
    /// If `PUSHER_URL` is not set, or is not the URL of an app.
    pub fn from_env(executor: impl BlockingExecutor) -> Result<Self, ConfigError> {
        Ok(Self::new(clock::app_from_env()?, executor))
    }

    /// Waits between attempts by other means than [`thread::sleep`], or not at all in a test.
    pub fn wait(self, wait: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        Self { wait: Arc::new(wait), ..self }
    }

    client_words!(blocking);

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
    ) -> Result<TriggerBatchResponse, BatchError> {
        let mut batches = Batches::new(&self.caller, events)?;
        while let Some(batch) = batches.next()? {
            batches.answered(&batch, self.call(&batch))?;
        }
        Ok(batches.finish())
    }

    /// Makes any call, again if the rules of [`retry`](Self::retry) say so.
    ///
    /// # Errors
    ///
    /// [`CallError::Build`] if the call is impossible, [`CallError::Execute`] if the wire failed,
    /// [`CallError::Response`] if the server refused or its answer makes no sense.
    pub fn call<E: Endpoint>(&self, endpoint: &E) -> Result<E::Response, CallError> {
        let span = Span::call(self.app(), endpoint);
        let (mut call, mut step) = Attempts::begin(&self.caller, endpoint, self.caller.now());
        let result = span.around_blocking(|| {
            loop {
                step = match step {
                    Step::Send(request) => {
                        let attempt = Span::attempt(&request, call.attempts());
                        let outcome =
                            attempt.around_blocking(|| self.executor.execute_erased(request));
                        attempt.attempt_ended(&outcome);
                        call.answered(outcome, self.caller.now())
                    }
                    Step::Wait(pause) => {
                        (self.wait)(pause);
                        call.waited(self.caller.now())
                    }
                    Step::Done(result) => return result,
                }
            }
        });
        span.call_ended(&result, call.attempts(), call.status());
        result
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.caller.fmt(f)
    }
}

handles!(blocking);

/// A [`BlockingExecutor`] without its types.
trait Erased: Send + Sync {
    fn execute_erased(&self, request: Request) -> Result<Response, ExecutorError>;
}

impl<T: BlockingExecutor> Erased for T {
    fn execute_erased(&self, request: Request) -> Result<Response, ExecutorError> {
        Ok(self.execute_blocking(request)?)
    }
}
