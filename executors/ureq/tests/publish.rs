//! Against the development server, which recomputes MD5 and signature from the raw bytes.
#![cfg(any(feature = "rustls", feature = "native-tls"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use pusher_conformance::DevServer;
use pusher_ureq::{
    Ureq,
    pusher_client::{App, ErrorKind, ExecuteError as _, Transport, blocking::Client},
};

#[test]
fn publishes_what_was_signed() {
    let server = DevServer::start().unwrap();
    let app = App::from_url(&server.url()).unwrap();
    for ureq in [Ureq::new().unwrap(), ureq::agent().into()] {
        let pusher = Client::new(app.clone(), ureq);
        pusher.trigger(["private-a@b,c;d", "b"], "App\\Events\\X", "grüße 🎉").unwrap();
    }

    for event in server.events() {
        assert_eq!(event.channels, ["private-a@b,c;d", "b"]);
        assert_eq!((&*event.name, &*event.data), ("App\\Events\\X", "\"grüße 🎉\""));
    }
    assert_eq!(server.events().len(), 2);
}

#[test]
fn what_is_no_certificate_is_refused() {
    for pem in ["", "no PEM", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----"] {
        let error = Ureq::with(Transport::default().certificate_authority(pem)).unwrap_err();
        assert_eq!((error.kind(), error.maybe_sent()), (ErrorKind::Tls, false), "{error:?}");
    }
}
