//! The executor under judgement, whatever it is made of, as something that can be called, dropped
//! half-way and waited for in vain. This file knows no law.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, mpsc},
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use pusher_client::{
    AsyncExecutor, BlockingExecutor, ErrorKind, ExecuteError, ExecutorError, Request, Response,
    Transport,
};

use super::{Broken, lock};

/// What a call ended in.
pub type Outcome = Result<Response, ExecutorError>;

/// A call of an async executor, for a `block_on` to drive.
pub type Task = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// An executor that can be built with any settings: what the laws are about.
///
/// ```
/// use pusher_client::{Response, blocking_fn};
/// use pusher_conformance::laws::{self, Subject};
///
/// // Answers without asking anybody.
/// let dreamer = Subject::blocking("dreamer", |_transport| {
///     Ok::<_, std::io::Error>(blocking_fn(|_request| Ok::<_, std::io::Error>(Response::default())))
/// });
/// let broken = laws::exact_body(&dreamer).unwrap_err();
/// assert!(broken.to_string().contains("no request"), "{broken}");
/// ```
pub struct Subject {
    name: String,
    blocking: bool,
    build: Box<Build>,
}

type Build = dyn Fn(Transport) -> Result<Arc<dyn Face>, String> + Send + Sync;

impl Subject {
    /// An async executor: how it is built, and what drives its calls. Calls come from several
    /// threads at once, so a runtime's `block_on` must allow that; its connections go on living
    /// between the calls only if the runtime has a thread of its own.
    pub fn asynchronous<E, X>(
        name: impl Into<String>,
        build: impl Fn(Transport) -> Result<E, X> + Send + Sync + 'static,
        block_on: impl Fn(Task) -> Outcome + Send + Sync + 'static,
    ) -> Self
    where
        E: AsyncExecutor,
        X: fmt::Debug,
    {
        let block_on: Arc<dyn Fn(Task) -> Outcome + Send + Sync> = Arc::new(block_on);
        let build = move |transport| {
            let executor = build(transport).map_err(|error| format!("{error:?}"))?;
            let block_on = Arc::clone(&block_on);
            Ok(Arc::new(Asynchronous { executor: Arc::new(executor), block_on }) as Arc<dyn Face>)
        };
        Self { name: name.into(), blocking: false, build: Box::new(build) }
    }

    /// A blocking executor: how it is built.
    pub fn blocking<E, X>(
        name: impl Into<String>,
        build: impl Fn(Transport) -> Result<E, X> + Send + Sync + 'static,
    ) -> Self
    where
        E: BlockingExecutor,
        X: fmt::Debug,
    {
        let build = move |transport| {
            let executor = build(transport).map_err(|error| format!("{error:?}"))?;
            Ok(Arc::new(Blocking(executor)) as Arc<dyn Face>)
        };
        Self { name: name.into(), blocking: true, build: Box::new(build) }
    }

    /// What the executor is called in reports.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it blocks.
    pub fn is_blocking(&self) -> bool {
        self.blocking
    }

    /// With more time than any honest call on loopback takes.
    pub(crate) fn patient(&self) -> Result<Executor, Broken> {
        self.with(patient())
    }

    pub(crate) fn with(&self, transport: Transport) -> Result<Executor, Broken> {
        let watchdog = transport.total_timeout.max(transport.connect_timeout) + GRACE;
        match (self.build)(transport) {
            Ok(face) => Ok(Executor { face, watchdog }),
            Err(error) => Err(Broken::new(format!(
                "expected an executor with these settings, but it could not be built: {error}"
            ))),
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("name", &self.name)
            .field("blocking", &self.blocking)
            .finish_non_exhaustive()
    }
}

/// How long after its own timeouts a call may still end, on a machine that is busy.
const GRACE: Duration = Duration::from_secs(5);

/// The settings that the laws start from: no proxy, whatever the environment says.
pub(crate) fn patient() -> Transport {
    let long = Duration::from_secs(8);
    Transport::default().no_proxy().connect_timeout(long).total_timeout(long)
}

/// An executor with its settings.
#[derive(Clone)]
pub(crate) struct Executor {
    face: Arc<dyn Face>,
    watchdog: Duration,
}

impl Executor {
    /// The same, given up this long after the call began.
    pub(crate) fn watched(mut self, watchdog: Duration) -> Self {
        self.watchdog = watchdog;
        self
    }

    /// Calls, and breaks whatever law is being looked at if the call neither ends nor survives.
    pub(crate) fn call(&self, request: Request) -> Result<Outcome, Broken> {
        let face = Arc::clone(&self.face);
        self.watch(move || face.call(request))
    }

    /// Calls, and drops the future once the signal is given: `None` if it was dropped.
    pub(crate) fn call_until(
        &self,
        request: Request,
        signal: &Arc<Signal>,
    ) -> Result<Option<Outcome>, Broken> {
        let (face, signal) = (Arc::clone(&self.face), Arc::clone(signal));
        match self.watch(move || face.call_until(request, signal))? {
            Err(error) if is_dropped(&error) => Ok(None),
            outcome => Ok(Some(outcome)),
        }
    }

    fn watch(&self, call: impl FnOnce() -> Outcome + Send + 'static) -> Result<Outcome, Broken> {
        let (done, outcome) = mpsc::channel();
        // On a thread that is left behind if it hangs.
        thread::spawn(move || {
            let _nobody_waits = done.send(call());
        });
        outcome.recv_timeout(self.watchdog).map_err(|error| match error {
            mpsc::RecvTimeoutError::Timeout => Broken::new(format!(
                "expected an answer or an error, but the call still hangs after {:?}",
                self.watchdog
            )),
            mpsc::RecvTimeoutError::Disconnected => {
                Broken::new("expected an answer or an error, but the executor panicked")
            }
        })
    }
}

/// What both kinds of executor can do here.
trait Face: Send + Sync {
    fn call(&self, request: Request) -> Outcome;

    /// Ends in [`Dropped`] if the signal came first. A blocking executor cannot be stopped.
    fn call_until(&self, request: Request, signal: Arc<Signal>) -> Outcome;
}

struct Asynchronous<E> {
    executor: Arc<E>,
    block_on: Arc<dyn Fn(Task) -> Outcome + Send + Sync>,
}

impl<E: AsyncExecutor> Asynchronous<E> {
    fn task(&self, request: Request) -> Task {
        let executor = Arc::clone(&self.executor);
        Box::pin(async move { executor.execute(request).await.map_err(ExecutorError::from) })
    }
}

impl<E: AsyncExecutor> Face for Asynchronous<E> {
    fn call(&self, request: Request) -> Outcome {
        (self.block_on)(self.task(request))
    }

    fn call_until(&self, request: Request, signal: Arc<Signal>) -> Outcome {
        (self.block_on)(Box::pin(Until { task: Some(self.task(request)), signal }))
    }
}

struct Blocking<E>(E);

impl<E: BlockingExecutor> Face for Blocking<E> {
    fn call(&self, request: Request) -> Outcome {
        self.0.execute_blocking(request).map_err(ExecutorError::from)
    }

    fn call_until(&self, request: Request, _: Arc<Signal>) -> Outcome {
        self.call(request)
    }
}

/// Says from any thread when to drop a future.
#[derive(Default)]
pub(crate) struct Signal(Mutex<(bool, Option<Waker>)>);

impl Signal {
    pub(crate) fn give(&self) {
        let mut state = lock(&self.0);
        state.0 = true;
        if let Some(waker) = state.1.take() {
            waker.wake();
        }
    }

    fn is_given(&self, context: &Context<'_>) -> bool {
        let mut state = lock(&self.0);
        state.1 = Some(context.waker().clone());
        state.0
    }
}

struct Until {
    task: Option<Task>,
    signal: Arc<Signal>,
}

impl Future for Until {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        if self.signal.is_given(context) {
            // Here, so that it happens on the executor's own runtime.
            self.task = None;
        }
        match &mut self.task {
            Some(task) => task.as_mut().poll(context),
            None => Poll::Ready(Err(Dropped.into())),
        }
    }
}

#[derive(Debug)]
struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the future was dropped")
    }
}

impl Error for Dropped {}

impl ExecuteError for Dropped {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }

    fn maybe_sent(&self) -> bool {
        true
    }
}

fn is_dropped(error: &ExecutorError) -> bool {
    error.source().is_some_and(|source| source.is::<Dropped>())
}

/// An outcome in a sentence.
pub(crate) fn told(outcome: &Outcome) -> String {
    match outcome {
        Ok(response) => {
            let body = response.body();
            let start = String::from_utf8_lossy(body.get(..body.len().min(60)).unwrap_or_default());
            format!("Ok({}, {} bytes: {start:?})", response.status().as_u16(), body.len())
        }
        Err(error) => format!(
            "Err({:?}, maybe_sent {}: {})",
            error.kind(),
            error.maybe_sent(),
            chain(error).join(": ")
        ),
    }
}

/// What an error and its sources display.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    let (mut texts, mut next) = (Vec::new(), Some(error));
    while let Some(error) = next {
        texts.push(error.to_string());
        next = error.source();
    }
    texts
}
