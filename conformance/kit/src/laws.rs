//! The laws of executors: one function each, which says what was expected and what happened instead.
//! They see an executor only through the traits of `pusher_client`, and talk to it over 127.0.0.1.
//!
//! An adapter takes all of them with [`executor_suite!`](crate::executor_suite).
//!
//! | knob | meaning |
//! |---|---|
//! | `PUSHER_LAWS_ROUNDS` | how often each cut of [`one_request`] and each mix-up of [`own_response`] is tried: 2 by default, 200 for a release |
//! | `PUSHER_LAWS_CALLS` | how many calls [`soak`] makes: 400 by default, 20,000 for a release |
//! | `PUSHER_LAWS_REPORT` | a directory into which each law writes a line of JSON: what became of it |
//!
//! In [`LAWS`] they stand in the order in which they are best understood.

mod cancelling;
mod ears;
mod peers;
mod proxies;
mod requests;
mod responses;
mod sending;
mod silence;
mod soak;
mod stage;
mod subject;
pub mod suite;

use std::{
    error::Error,
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use pusher_client::{Request, http};

pub use self::{
    cancelling::cancel,
    peers::{right_peer, tls},
    proxies::proxy,
    requests::{exact_body, exact_target},
    responses::{
        bounded, coding, every_status, faithful_fields, final_response, no_redirect, opaque_bytes,
        whole_body,
    },
    sending::{no_hang, one_request, own_response},
    silence::discreet,
    soak::{Storm, Weathered, soak},
    subject::{Outcome, Subject, Task},
};

/// What came of a law: it was kept, or it was broken.
pub type Verdict = Result<Kept, Broken>;

/// A law was kept, and this was seen on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// What a reader of the table may want to know, such as who repeats a GET.
    pub notes: Vec<String>,
    /// Whether there was nothing to look at, as with the law [`cancel`] and a blocking executor.
    pub not_applicable: bool,
}

/// A law was broken: what was expected, and what happened instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(String);

impl Broken {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// Says where it happened.
    pub(crate) fn in_case(self, case: &str) -> Self {
        Self(format!("{case}: {}", self.0))
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Broken {}

/// The stage itself fell down: no socket, no certificate.
macro_rules! stage_fails {
    ($($error:ty),*) => {$(
        impl From<$error> for Broken {
            fn from(error: $error) -> Self {
                Self(format!("the stage of the laws could not be set up: {error}"))
            }
        }
    )*};
}

stage_fails!(std::io::Error, rcgen::Error, rustls::Error, http::Error);

/// One law.
#[derive(Clone, Copy)]
pub struct Law {
    /// What it is called: the name of its function.
    pub id: &'static str,
    /// Looks whether an executor keeps it.
    pub check: fn(&Subject) -> Verdict,
    /// Whether an executor may ship that is known to break it.
    pub may_fail: bool,
}

impl fmt::Debug for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// All laws.
pub const LAWS: [Law; 18] = [
    law("exact_target", exact_target),
    law("exact_body", exact_body),
    law("every_status", every_status),
    law("no_redirect", no_redirect),
    law("one_request", one_request),
    law("own_response", own_response),
    law("right_peer", right_peer),
    law("whole_body", whole_body),
    law("final_response", final_response),
    law("faithful_fields", faithful_fields),
    law("opaque_bytes", opaque_bytes),
    law("coding", coding),
    law("bounded", bounded),
    law("no_hang", no_hang),
    law("cancel", cancel),
    law("tls", tls),
    law("proxy", proxy),
    law("discreet", discreet),
];

const fn law(id: &'static str, check: fn(&Subject) -> Verdict) -> Law {
    let hard = [b"one_request".as_slice(), b"own_response", b"right_peer", b"tls", b"discreet"];
    Law { id, check, may_fail: !suite::is_one_of(id.as_bytes(), &hard) }
}

/// Breaks the law with this sentence unless it holds.
fn demand(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken(otherwise())) }
}

fn kept() -> Verdict {
    Ok(Kept::default())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How often what depends on luck is tried.
fn rounds() -> usize {
    std::env::var("PUSHER_LAWS_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// A number that nobody else in this process has.
fn unique() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// What a POST of the client looks like.
fn post(url: impl AsRef<str>, body: impl Into<bytes::Bytes>) -> Result<Request, Broken> {
    let request = http::Request::post(url.as_ref())
        .header("content-type", "application/json")
        .header("x-pusher-library", "pusher-laws 1");
    Ok(request.body(body.into())?)
}

/// What a GET of the client looks like.
fn get(url: impl AsRef<str>) -> Result<Request, Broken> {
    let request = http::Request::get(url.as_ref()).header("x-pusher-library", "pusher-laws 1");
    Ok(request.body(bytes::Bytes::new())?)
}
