//! The process-wide default: one async client and one blocking client, each set once. The only global of
//! this project, for programs that want one.

use std::{fmt, sync::OnceLock};

use crate::{Client, blocking};

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

/// The process has a default client already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultIsSet;

impl fmt::Display for DefaultIsSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the process has a default client already; it is set once")
    }
}

impl std::error::Error for DefaultIsSet {}
