//! Listens to all that a process tells `tracing` and `log`, and keeps what holds a secret that
//! somebody is looking for. It does not know what a secret is.

use std::{
    fmt::{self, Write as _},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use tracing::{Event, Id, Metadata, Subscriber, field::Field, span};

use super::{Broken, lock};

/// Those who listen: what for, and what was heard.
static LISTENERS: Mutex<Vec<(Vec<String>, Vec<String>)>> = Mutex::new(Vec::new());

/// Waits for any of these texts.
pub(crate) struct Listener(usize);

impl Listener {
    pub(crate) fn new(secrets: Vec<String>) -> Self {
        let mut listeners = lock(&LISTENERS);
        listeners.push((secrets, Vec::new()));
        Self(listeners.len() - 1)
    }

    /// What was heard so far, with the place where it was said.
    pub(crate) fn heard(&self) -> Vec<String> {
        lock(&LISTENERS).get_mut(self.0).map(|(_, heard)| std::mem::take(heard)).unwrap_or_default()
    }
}

fn hear(place: impl fmt::Display, said: &str) {
    for (secrets, heard) in lock(&LISTENERS).iter_mut() {
        if secrets.iter().any(|secret| said.contains(secret.as_str())) {
            heard.push(format!("{place}: {said}"));
        }
    }
}

/// Listens to `log` from now on, and so to `tracing` until [`to_tracing`] is called.
pub(crate) fn to_log() -> Result<(), Broken> {
    static LOG: OnceLock<bool> = OnceLock::new();
    let ours = *LOG.get_or_init(|| log::set_logger(&Lines).is_ok());
    log::set_max_level(log::LevelFilter::Trace);
    if ours { Ok(()) } else { Err(taken("logger")) }
}

/// Listens to `tracing` from now on.
pub(crate) fn to_tracing() -> Result<(), Broken> {
    static TRACING: OnceLock<bool> = OnceLock::new();
    let ours =
        *TRACING.get_or_init(|| tracing::subscriber::set_global_default(Spans::default()).is_ok());
    if ours { Ok(()) } else { Err(taken("subscriber")) }
}

fn taken(what: &str) -> Broken {
    Broken::new(format!("this process has a {what} already: the law needs a process of its own"))
}

struct Lines;

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        hear(format_args!("log line of {}", record.target()), &record.args().to_string());
    }

    fn flush(&self) {}
}

#[derive(Default)]
struct Spans(AtomicU64);

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> Id {
        let mut said = String::new();
        span.record(&mut |field: &Field, value: &dyn fmt::Debug| write(&mut said, field, value));
        hear(
            format_args!("span {} of {}", span.metadata().name(), span.metadata().target()),
            &said,
        );
        Id::from_u64(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &span::Record<'_>) {
        let mut said = String::new();
        values.record(&mut |field: &Field, value: &dyn fmt::Debug| write(&mut said, field, value));
        hear("a span's values", &said);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut said = String::new();
        event.record(&mut |field: &Field, value: &dyn fmt::Debug| write(&mut said, field, value));
        hear(format_args!("event of {}", event.metadata().target()), &said);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn write(said: &mut String, field: &Field, value: &dyn fmt::Debug) {
    let _never_fails = write!(said, "{field}={value:?} ");
}
