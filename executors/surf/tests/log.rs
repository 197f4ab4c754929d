//! Without a `tracing` subscriber, what isahc would say goes to `log`, and surf's own logger speaks
//! to it; a process has one, so this is a test program of its own.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use pollster::block_on;
use pusher_conformance::DevServer;
use pusher_surf::{
    Surf,
    pusher_client::{App, Client},
};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<String>>);

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let mut lines = self.0.lock().unwrap();
        write!(lines, "{} {}", record.target(), record.args()).unwrap();
        record.key_values().visit(&mut Pairs(&mut lines)).unwrap();
        lines.push('\n');
    }

    fn flush(&self) {}
}

struct Pairs<'a>(&'a mut String);

impl<'kvs> log::kv::VisitSource<'kvs> for Pairs<'_> {
    fn visit_pair(
        &mut self,
        key: log::kv::Key<'kvs>,
        value: log::kv::Value<'kvs>,
    ) -> Result<(), log::kv::Error> {
        write!(self.0, " {key}={value}")?;
        Ok(())
    }
}

#[test]
fn no_line_holds_the_signature() {
    let lines = Lines::default();
    log::set_boxed_logger(Box::new(lines.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

    let server = DevServer::start().unwrap();
    // surf's own client, unsilenced: both traps are there, and this test would see them.
    block_on(surf::get(format!("http://{}/?auth_signature=canary", server.addr())).send()).unwrap();
    let heard = std::mem::take(&mut *lines.0.lock().unwrap());
    for trap in ["surf::middleware::logger", "isahc::wire"] {
        let mut of_trap = heard.lines().filter(|line| line.starts_with(trap));
        assert!(of_trap.any(|line| line.contains("auth_signature=canary")), "{trap} in {heard}");
    }

    let app = App::from_url(&server.url()).unwrap();
    let theirs = Surf::from(surf::Client::try_from(surf::Config::new()).unwrap());
    for surf in [Surf::new().unwrap(), theirs] {
        block_on(Client::new(app.clone(), surf).trigger("a", "b", &7)).unwrap();
    }

    let lines = lines.0.lock().unwrap().clone();
    for hidden in ["auth_", "dev-secret"] {
        assert!(!lines.contains(hidden), "{hidden} in {lines}");
    }
}
