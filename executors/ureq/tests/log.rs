//! With a logger for the whole process, which is why this is a test program of its own.
#![cfg(any(feature = "rustls", feature = "native-tls"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use pusher_conformance::DevServer;
use pusher_ureq::{
    Ureq,
    pusher_client::{App, blocking::Client},
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
    // ureq's own agent, with nothing hidden: the trap is there, and this test would see it.
    let url = format!("http://{}/?auth_signature=canary", server.addr());
    ureq::get(url).config().http_status_as_error(false).build().call().unwrap();
    assert!(lines.0.lock().unwrap().contains("auth_signature=canary"));
    lines.0.lock().unwrap().clear();

    let app = App::from_url(&server.url()).unwrap();
    Client::new(app, Ureq::new().unwrap()).trigger("a", "b", &7).unwrap();

    let lines = lines.0.lock().unwrap().clone();
    assert!(lines.contains("/****"), "ureq says something: {lines}");
    for hidden in ["auth_", "dev-secret"] {
        assert!(!lines.contains(hidden), "{hidden} in {lines}");
    }
}
