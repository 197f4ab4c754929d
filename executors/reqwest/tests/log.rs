//! With a logger for the whole process, which is why this is a test program of its own.
#![cfg(any(feature = "rustls", feature = "native-tls"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use pusher_conformance::DevServer;
use pusher_reqwest::{
    Reqwest,
    pusher_client::{App, Client},
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

#[tokio::test]
async fn no_line_holds_the_signature() {
    let lines = Lines::default();
    log::set_boxed_logger(Box::new(lines.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let server = DevServer::start().unwrap();
    let app = App::from_url(&server.url()).unwrap();
    Client::new(app, Reqwest::new().unwrap()).trigger("a", "b", &7).await.unwrap();

    let lines = lines.0.lock().unwrap().clone();
    assert!(lines.contains("starting new connection"), "reqwest says something: {lines}");
    for hidden in ["auth_", "dev-secret"] {
        assert!(!lines.contains(hidden), "{hidden} in {lines}");
    }
}
