//! Without a `tracing` subscriber, what isahc would say goes to `log`; a process has one of each, so
//! this is a test program of its own.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use pusher_conformance::DevServer;
use pusher_isahc::{
    Isahc,
    pusher_client::{App, blocking},
};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<String>>);

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}\n", record.target(), record.args());
        self.0.lock().unwrap().push_str(&line);
    }

    fn flush(&self) {}
}

#[test]
fn no_line_holds_the_signature() {
    let lines = Lines::default();
    log::set_boxed_logger(Box::new(lines.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let server = DevServer::start().unwrap();
    // isahc's own client, unsilenced: the trap is there, and this test would see it.
    isahc::get(format!("http://{}/?auth_signature=canary", server.addr())).unwrap();
    assert!(lines.0.lock().unwrap().contains("auth_signature=canary"));
    lines.0.lock().unwrap().clear();

    let app = App::from_url(&server.url()).unwrap();
    blocking::Client::new(app, Isahc::new().unwrap()).trigger("a", "b", &7).unwrap();

    let lines = lines.0.lock().unwrap().clone();
    for hidden in ["auth_", "dev-secret"] {
        assert!(!lines.contains(hidden), "{hidden} in {lines}");
    }
}
