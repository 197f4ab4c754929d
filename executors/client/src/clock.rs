//! The only place that reads the clock, the environment and the system's entropy.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pusher_core::{App, Timestamp};

use crate::error::ConfigError;

/// A moment by two clocks: one that only ever runs forward, and the machine's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Since the client was made.
    pub(crate) elapsed: Duration,
    pub(crate) clock: Timestamp,
}

/// The machine's clock. Before 1970 it counts as 1970: the server will say that it is wrong.
pub(crate) fn system_time() -> Timestamp {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix(elapsed.as_secs())
}

/// Fills the bytes with entropy of the system.
pub(crate) fn system_entropy(bytes: &mut [u8]) {
    #[expect(
        clippy::expect_used,
        reason = "without entropy there is no encryption, and no TLS either"
    )]
    getrandom::fill(bytes).expect("a system with entropy");
}

/// The app that the environment's `PUSHER_URL` describes.
///
/// ```
/// use pusher_client::{ConfigError, app_from_env};
///
/// match app_from_env() {
///     Ok(app) => println!("app {} at {}", app.app_id(), app.base()),
///     Err(ConfigError::Missing) => println!("no app; events stay here"),
///     Err(error) => eprintln!("{error}"),
/// }
/// ```
///
/// # Errors
///
/// If `PUSHER_URL` is not set, or is not the URL of an app.
pub fn app_from_env() -> Result<App, ConfigError> {
    App::from_url(&std::env::var("PUSHER_URL")?).map_err(ConfigError::Invalid)
}
