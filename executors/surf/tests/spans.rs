//! With a `tracing` subscriber for the whole process, which is why this is a test program of its own.
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
    // surf's own client, unsilenced: the trap is there, and this test would see it.
    block_on(surf::get(format!("http://{}/?auth_signature=canary", server.addr())).send()).unwrap();
    assert!(told.0.lock().unwrap().contains("auth_signature=canary"));
    told.0.lock().unwrap().clear();

    let theirs = Surf::from(surf::Client::try_from(surf::Config::new()).unwrap());
    for surf in [Surf::new().unwrap(), theirs] {
        block_on(Client::new(app.clone(), surf).trigger("a", "b", &7)).unwrap();
    }

    let told = told.0.lock().unwrap().clone();
    for hidden in ["auth_", "dev-secret"] {
        assert!(!told.contains(hidden), "{hidden} in {told}");
    }
}
