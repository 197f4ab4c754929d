//! The process-wide default: one async client and one blocking client, each set once. The only global of
//! this project, for programs that want one.

use std::{error::Error, fmt, sync::OnceLock};

use crate::{AsyncExecutor, BlockingExecutor, Client, ConfigError, app_from_env, blocking};

static ASYNC: OnceLock<Client> = OnceLock::new();
static BLOCKING: OnceLock<blocking::Client> = OnceLock::new();

/// Makes a client the default of the whole process, once.
///
/// Each adapter's own `default()` gives the client that was set, or else sets one from `PUSHER_URL`.
///
/// ```
/// use pusher_client::{App, Client, Response, executor_fn};
///
/// let executor = executor_fn(async |_request| Ok::<_, std::io::Error>(Response::default()));
/// let client = Client::new(App::from_url("https://K:S@localhost/apps/1")?, executor);
///
/// pusher_client::set_default(client.clone())?;
/// assert!(pusher_client::default_client().is_some());
/// assert!(pusher_client::set_default(client).is_err(), "once");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// If there is a default already; it stays.
pub fn set_default(client: Client) -> Result<(), DefaultIsSet> {
    ASYNC.set(client).map_err(|_| DefaultIsSet)
}

/// The client that [`set_default`] set.
pub fn default_client() -> Option<Client> {
    ASYNC.get().cloned()
}

/// Makes a blocking client the default of the whole process, once.
///
/// # Errors
///
/// If there is a default already; it stays.
pub fn set_blocking_default(client: blocking::Client) -> Result<(), DefaultIsSet> {
    BLOCKING.set(client).map_err(|_| DefaultIsSet)
}

/// The client that [`set_default`](blocking::set_default) set.
pub fn blocking_default() -> Option<blocking::Client> {
    BLOCKING.get().cloned()
}

/// The default client, set now if there is none: from `PUSHER_URL`, with this executor. What an
/// adapter's `default()` is made of.
///
/// ```
/// use pusher_client::{ConfigError, DefaultError, Response, executor_fn};
///
/// let executor = || Ok::<_, std::io::Error>(executor_fn(async |_| Ok::<_, std::io::Error>(Response::default())));
/// # if std::env::var_os("PUSHER_URL").is_none() {
/// let missing = pusher_client::default_or(executor).unwrap_err();
/// assert!(matches!(missing, DefaultError::Config(ConfigError::Missing)));
/// # }
/// ```
///
/// # Errors
///
/// If `PUSHER_URL` is not set or not the URL of an app, or if the executor cannot be made.
pub fn default_or<X: AsyncExecutor, E>(
    executor: impl FnOnce() -> Result<X, E>,
) -> Result<Client, DefaultError<E>> {
    get_or_set(&ASYNC, || {
        Ok(Client::new(app_from_env()?, executor().map_err(DefaultError::Executor)?))
    })
}

/// As [`default_or`](crate::default_or), for blocking clients.
///
/// # Errors
///
/// As [`default_or`](crate::default_or).
pub fn blocking_default_or<X: BlockingExecutor, E>(
    executor: impl FnOnce() -> Result<X, E>,
) -> Result<blocking::Client, DefaultError<E>> {
    get_or_set(&BLOCKING, || {
        Ok(blocking::Client::new(app_from_env()?, executor().map_err(DefaultError::Executor)?))
    })
}

fn get_or_set<C: Clone, E>(
    default: &OnceLock<C>,
    make: impl FnOnce() -> Result<C, E>,
) -> Result<C, E> {
    match default.get() {
        Some(client) => Ok(client.clone()),
        // Of two threads that come here, the second one's client is dropped.
        None => make().map(|client| default.get_or_init(|| client).clone()),
    }
}

/// Why there is no default client, and none could be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum DefaultError<E> {
    /// `PUSHER_URL` does not describe an app.
    Config(ConfigError),
    /// The executor could not be made.
    Executor(E),
}

impl<E> From<ConfigError> for DefaultError<E> {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl<E: fmt::Display> fmt::Display for DefaultError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Executor(error) => error.fmt(f),
        }
    }
}

impl<E: Error> Error for DefaultError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Config(error) => error.source(),
            Self::Executor(error) => error.source(),
        }
    }
}

/// The process has a default client already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultIsSet;

impl fmt::Display for DefaultIsSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the process has a default client already; it is set once")
    }
}

impl std::error::Error for DefaultIsSet {}
