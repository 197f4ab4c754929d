//! When a call that failed is made again: the rules, and the budget that all calls of a client share.
//! This file decides; it does not wait.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use pusher_core::{ApiErrorKind, ResponseError};

use crate::error::ExecutorError;

/// When calls that failed are made again.
///
/// By default a call is made again only if it surely was not carried out: it did not reach the server
/// ([`ExecutorError::maybe_sent`] is `false`), or the server refused it for now (429, or 503 with a
/// `Retry-After`). There are at most 3 attempts within 20 seconds, waits included; the waits are random,
/// at most 0.5 seconds before the second attempt and twice as long before the next, or as long as the
/// server asks. Each attempt is signed anew.
///
/// Publishing is not idempotent: where a call **may** have been carried out, making it again can
/// deliver an event twice, so that is for the caller to allow.
///
/// Whatever the settings, all calls of a client and its clones share a budget: 100 further attempts,
/// and one more for every ten calls that succeed. So an outage is not multiplied.
///
/// ```
/// use std::time::Duration;
///
/// use pusher_client::{App, Response, Retry, blocking, blocking_fn};
///
/// let agrees = blocking_fn(|_request| Ok::<_, std::io::Error>(Response::default()));
/// let pusher = blocking::Client::new(App::from_url("https://K:S@localhost/apps/1")?, agrees)
///     .retry(Retry::default().attempts(5).within(Duration::from_secs(60)));
///
/// // For one call only: no second attempt, or one even if an event may arrive twice.
/// pusher.clone().retry(Retry::never()).trigger("orders", "paid", &7)?;
/// pusher.clone().retry(Retry::default().even_if_maybe_sent()).trigger("orders", "paid", &7)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    attempts: u32,
    within: Duration,
    server_errors: bool,
    maybe_sent: bool,
}

impl Retry {
    /// No call is made twice, but for one whose clock was wrong.
    pub fn never() -> Self {
        Self::default().attempts(1)
    }

    /// The most attempts of one call, the first included: 3 by default.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// How long after its begin a call may still be made again: 20 seconds by default. A `Retry-After`
    /// that goes beyond returns the error at once.
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    /// Makes a call again after 5xx too. The server may have carried it out: an event may arrive twice.
    pub fn even_after_server_errors(mut self) -> Self {
        self.server_errors = true;
        self
    }

    /// Makes a call again after timeouts and broken connections too. The server may have carried it
    /// out: an event may arrive twice.
    pub fn even_if_maybe_sent(mut self) -> Self {
        self.maybe_sent = true;
        self
    }

    pub(crate) fn after_failure(&self, error: &ExecutorError) -> bool {
        error.is_retryable() || self.maybe_sent
    }

    pub(crate) fn after_answer(&self, error: &ResponseError) -> bool {
        let server =
            matches!(error, ResponseError::Api(error) if error.kind() == ApiErrorKind::Server);
        error.is_retryable() || self.server_errors && server
    }

    /// Whether there is an attempt left, after so many and so long.
    pub(crate) fn has_time(&self, attempts: u32, elapsed: Duration) -> bool {
        attempts < self.attempts && elapsed <= self.within
    }

    /// The longest wait before each further attempt.
    pub(crate) fn backoff() -> ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(Duration::from_secs(10))
            .without_max_times()
            .build()
    }
}

impl Default for Retry {
    fn default() -> Self {
        let within = Duration::from_secs(20);
        Self { attempts: 3, within, server_errors: false, maybe_sent: false }
    }
}

/// How many further attempts the calls of a client may make together, in tenths.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 1_000;
    const ATTEMPT: u32 = 10;
    const SUCCESS: u32 = 1;

    /// Takes an attempt out; `false` if there is none.
    pub(crate) fn take(&self) -> bool {
        self.change(|left| left.checked_sub(Self::ATTEMPT))
    }

    /// A call succeeded.
    pub(crate) fn refill(&self) {
        self.change(|left| (left < Self::FULL).then(|| left + Self::SUCCESS));
    }

    fn change(&self, to: impl Fn(u32) -> Option<u32>) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, to).is_ok()
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }
}
