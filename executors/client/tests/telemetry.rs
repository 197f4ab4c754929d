//! What listeners are told: a span for each call and each attempt, failures as errors, and nothing that
//! has to stay hidden.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fmt::{self, Write as _},
    io,
    sync::{Arc, Mutex},
};

use pusher_client::{App, MasterKey, Retry, blocking, blocking_fn, http};
use tracing::{Event, Subscriber, field::Visit, span};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt as _};

/// Everything that is told, one line each.
#[derive(Clone, Default)]
struct Ears(Arc<Mutex<Vec<String>>>);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl<S: Subscriber> Layer<S> for Ears {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, _: &span::Id, _: Context<'_, S>) {
        let mut fields = Fields(attributes.metadata().name().to_owned());
        attributes.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn on_record(&self, _: &span::Id, values: &span::Record<'_>, _: Context<'_, S>) {
        let mut fields = Fields("record".to_owned());
        values.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields(event.metadata().level().to_string());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }
}

#[test]
fn what_is_told_and_what_is_not() {
    const KEY: &str = "zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU=";
    let ears = Ears::default();
    let subscriber = tracing_subscriber::registry().with(ears.clone());
    let signatures = Arc::new(Mutex::new(Vec::new()));
    tracing::subscriber::with_default(subscriber, || {
        let key = MasterKey::from_base64(KEY).unwrap();
        let app = App::from_url("http://key:hidden-secret@pusher.test/apps/3").unwrap();
        let seen = signatures.clone();
        let executor = blocking_fn(move |request: pusher_client::Request| {
            let query = request.uri().query().unwrap();
            seen.lock().unwrap().push(query.rsplit_once('=').unwrap().1.to_owned());
            match seen.lock().unwrap().len() {
                1 => Err(io::Error::from(io::ErrorKind::ConnectionRefused)),
                2 => Ok(http::Response::new("{}".into())),
                _ => {
                    let words = format!("Invalid signature: you sent {query}");
                    Ok(http::Response::builder().status(401).body(words.into()).unwrap())
                }
            }
        });
        let pusher = blocking::Client::new(app.master_keys(key), executor).wait(|_| ());
        pusher.trigger(["presence-a", "b"], "paid", "hidden data").unwrap();
        pusher.clone().retry(Retry::never()).user("7").send("a", "hidden data").unwrap_err();
    });

    let lines = ears.0.lock().unwrap();
    let told = lines.join("\n");
    for line in [
        "WARN message=the app's URL begins with http://: nothing is encrypted on the way server.address=\"pusher.test\"",
        "pusher.call pusher.endpoint=\"trigger\" pusher.app_id=\"3\" pusher.channel_count=2",
        "pusher.attempt http.request.method=\"POST\" http.request.resend_count=0 server.address=\"pusher.test\" url.path=\"/apps/3/events\"",
        "http.request.resend_count=1",
        "WARN message=will be made again error=could not connect: connection refused pause_ms=",
        "record http.response.status_code=200",
        "record pusher.attempts=2",
        "pusher.call pusher.endpoint=\"send_to_user\" pusher.app_id=\"3\"",
        "record http.response.status_code=401",
        "record error.type=\"refused\"",
        "ERROR message=the call failed error=the server answered 401 Unauthorized: Invalid signature",
    ] {
        assert!(told.contains(line), "missing: {line}\n{told}");
    }
    assert!(told.contains("record duration_ms="));
    let hidden = ["hidden-secret", "hidden data", KEY].map(str::to_owned);
    for hidden in hidden.iter().chain(signatures.lock().unwrap().iter()) {
        assert!(!told.contains(hidden.as_str()), "{hidden} is in\n{told}");
    }
}

#[test]
fn plaintext_on_this_machine_is_nobodys_business() {
    for (url, warned) in [
        ("http://k:s@localhost:6001/apps/3", false),
        ("http://k:s@127.0.0.1/apps/3", false),
        ("http://k:s@[::1]:80/apps/3", false),
        ("https://k:s@pusher.test/apps/3", false),
        ("http://k:s@10.0.0.1/apps/3", true),
    ] {
        let ears = Ears::default();
        let subscriber = tracing_subscriber::registry().with(ears.clone());
        tracing::subscriber::with_default(subscriber, || {
            let fails = blocking_fn(|_| Err(io::Error::other("unused")));
            blocking::Client::new(App::from_url(url).unwrap(), fails)
        });
        assert_eq!(ears.0.lock().unwrap().len(), usize::from(warned), "{url}");
    }
}
