//! Against the development server, which recomputes MD5 and signature from the raw bytes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    thread,
};

use futures_lite::future::block_on;
use pusher_conformance::DevServer;
use pusher_surf::{
    Error, Surf,
    pusher_client::{App, AsyncExecutor as _, Client, ExecuteError as _, http},
};

#[test]
fn publishes_what_was_signed_under_any_block_on() {
    let server = DevServer::start().unwrap();
    let pusher = Client::new(App::from_url(&server.url()).unwrap(), Surf::new().unwrap());
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();

    pollster::block_on(pusher.trigger("private-a@b,c;d", "é", &1)).unwrap();
    tokio.block_on(pusher.trigger("private-a@b,c;d", "é", &2)).unwrap();
    block_on(pusher.trigger("private-a@b,c;d", "é", &3)).unwrap();

    let data: Vec<_> = server.events().into_iter().map(|event| event.data).collect();
    assert_eq!(data, ["1", "2", "3"]);
}

/// As most who use surf have theirs, but for the logger.
fn theirs() -> Surf {
    surf::Client::try_from(surf::Config::new()).unwrap().into()
}

#[test]
fn publishes_with_a_client_of_ones_own() {
    let server = DevServer::start().unwrap();
    let pusher = Client::new(App::from_url(&server.url()).unwrap(), theirs());
    block_on(pusher.trigger("private-a@b,c;d", "é", &1)).unwrap();
    assert_eq!(server.events().len(), 1);
}

#[test]
fn a_panic_of_surf_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _head = stream.read(&mut [0; 4096]).unwrap();
            // A status that http-types does not know.
            stream.write_all(b"HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n").unwrap();
        }
    });
    let request = || http::Request::post(&url).body("{}".into()).unwrap();

    let error = block_on(theirs().execute(request())).unwrap_err();
    assert!(matches!(error, Error::Panicked { .. }) && error.maybe_sent(), "{error:?}");
    assert_eq!(block_on(Surf::new().unwrap().execute(request())).unwrap().status(), 599);
}
