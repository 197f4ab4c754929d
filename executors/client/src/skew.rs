//! How far the machine's clock is from the server's, learned when a signature is refused. This file
//! reads answers; it does not read a clock.

use std::sync::atomic::{AtomicI64, Ordering};

use pusher_core::{
    ApiError, Timestamp,
    http::{HeaderMap, header},
};

/// Seconds to add to the machine's clock, as all calls of a client know them.
#[derive(Debug, Default)]
pub(crate) struct Skew(AtomicI64);

impl Skew {
    pub(crate) fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }
}

/// Less than this breaks no signature: servers allow 600 seconds.
const NOTICEABLE: i64 = 60;
/// A server that says more is itself wrong: ten years.
const ABSURD: i64 = 10 * 365 * 86_400;

/// What the machine's clock lacks, in seconds, if a refusal shows that it is not what was `applied`.
///
/// The server's words name its time to the second; its `Date` is compared with the middle between
/// sending and receiving, unless a cache has kept the answer.
pub(crate) fn learned(
    error: &ApiError,
    headers: &HeaderMap,
    sent: Timestamp,
    received: Timestamp,
    applied: i64,
) -> Option<i64> {
    let middle = sent.as_unix().midpoint(received.as_unix());
    let server = in_words(&error.message).or_else(|| in_date(headers))?;
    let seconds = i64::try_from(server.as_unix()).ok()? - i64::try_from(middle).ok()?;
    let believable = seconds.abs() <= ABSURD && (seconds - applied).abs() >= NOTICEABLE;
    believable.then_some(seconds)
}

/// `Timestamp expired: Given timestamp (…) not within 600s of server time (2026-11-24T08:15:00Z)`, as
/// the reference server says it.
fn in_words(message: &str) -> Option<Timestamp> {
    let (_, time) = message.split_once("server time (")?;
    let (time, _) = time.split_once(')')?;
    Timestamp::from_rfc3339(time)
}

fn in_date(headers: &HeaderMap) -> Option<Timestamp> {
    if headers.contains_key(header::AGE) {
        return None;
    }
    Timestamp::from_http_date(headers.get(header::DATE)?.to_str().ok()?)
}

/// The clock, corrected.
pub(crate) fn corrected(clock: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_unix(clock.as_unix().saturating_add_signed(seconds))
}
