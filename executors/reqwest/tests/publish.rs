//! On tokio and off it, against the development server, which recomputes MD5 and signature from the
//! raw bytes.
#![cfg(any(feature = "rustls", feature = "native-tls"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use pusher_conformance::DevServer;
use pusher_reqwest::{
    Error, Reqwest,
    pusher_client::{
        App, AsyncExecutor as _, Client, ErrorKind, ExecuteError as _, Request, Transport,
    },
};

#[tokio::test]
async fn publishes_what_was_signed() {
    let server = DevServer::start().unwrap();
    let app = App::from_url(&server.url()).unwrap();
    // A client of one's own panics if it finds no provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let own = reqwest::Client::builder().no_proxy().build().unwrap();
    for reqwest in [Reqwest::new().unwrap(), own.into()] {
        let pusher = Client::new(app.clone(), reqwest);
        pusher.trigger(["private-a@b,c;d", "b"], "App\\Events\\X", "grüße 🎉").await.unwrap();
    }

    for event in server.events() {
        assert_eq!(event.channels, ["private-a@b,c;d", "b"]);
        assert_eq!((&*event.name, &*event.data), ("App\\Events\\X", "\"grüße 🎉\""));
    }
    assert_eq!(server.events().len(), 2);
}

/// Made outside any runtime, as a static is.
static SHARED: LazyLock<Reqwest> = LazyLock::new(|| Reqwest::new().unwrap());

#[test]
fn off_tokio_a_call_is_an_error() {
    let error = pollster::block_on(SHARED.execute(Request::default())).unwrap_err();
    assert!(matches!(error, Error::NoRuntime), "{error:?}");
    assert_eq!((error.kind(), error.maybe_sent()), (ErrorKind::Other, false));
    assert!(error.to_string().contains("tokio"), "{error}");

    // In one runtime after the other, it works.
    let server = DevServer::start().unwrap();
    let pusher = Client::new(App::from_url(&server.url()).unwrap(), SHARED.clone());
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(pusher.trigger("a", "b", &7)).unwrap();
    }
    assert_eq!(server.events().len(), 2);
}

#[test]
fn what_is_no_certificate_is_refused() {
    for pem in ["", "no PEM", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----"] {
        let error = Reqwest::with(Transport::default().certificate_authority(pem)).unwrap_err();
        assert_eq!((error.kind(), error.maybe_sent()), (ErrorKind::Tls, false), "{error:?}");
    }
}
