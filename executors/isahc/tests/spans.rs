//! With a `tracing` subscriber for the whole process, which is why this is a test program of its own.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use futures_lite::future::block_on;
use pusher_conformance::DevServer;
use pusher_isahc::{
    Isahc,
    pusher_client::{App, Client, blocking},
};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// All that `tracing` is told, at every level.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

impl Everything {
    fn note(&self, what: impl std::fmt::Debug) {
        writeln!(self.0.lock().unwrap(), "{what:?}").unwrap();
    }
}

impl<S: tracing::Subscriber> Layer<S> for Everything {
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        _: &tracing::Id,
        _: Context<'_, S>,
    ) {
        self.note(attributes);
    }

    fn on_record(&self, _: &tracing::Id, values: &tracing::span::Record<'_>, _: Context<'_, S>) {
        self.note(values);
    }

    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        self.note(event);
    }
}

#[test]
fn no_span_holds_the_signature() {
    let told = Everything::default();
    let subscriber = tracing_subscriber::registry().with(told.clone());
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let server = DevServer::start().unwrap();
    let app = App::from_url(&server.url()).unwrap();
    // isahc's own client, unsilenced: the trap is there, and this test would see it.
    let url = format!("http://{}/?auth_signature=canary", server.addr());
    isahc::get(url).unwrap();
    assert!(told.0.lock().unwrap().contains("auth_signature=canary"));
    told.0.lock().unwrap().clear();

    let isahc = Isahc::new().unwrap();
    blocking::Client::new(app.clone(), isahc.clone()).trigger("a", "b", &7).unwrap();
    let pusher = Client::new(app, isahc);
    block_on(pusher.trigger("a", "b", &7)).unwrap();

    let told = told.0.lock().unwrap().clone();
    for hidden in ["auth_", "dev-secret"] {
        assert!(!told.contains(hidden), "{hidden} in {told}");
    }
}
