//! What reqwest must do with a signed request, against real sockets on loopback.
#![cfg(any(feature = "rustls", feature = "native-tls"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::LazyLock,
    thread,
    time::Duration,
};

use pusher_conformance::DevServer;
use pusher_reqwest::{
    Error, Reqwest,
    pusher_client::{
        App, AsyncExecutor as _, Client, ErrorKind, ExecuteError as _, ProxyUrl, Request,
        Transport, http,
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
        pusher.trigger(["private-a@b,c;d", "b"], "App\\Events\\X", &"grüße 🎉").await.unwrap();
    }

    // The server recomputes MD5 and signature from the raw bytes, so nothing was rewritten.
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
    let error = pollster::block_on(SHARED.execute(post("http://127.0.0.1:1/"))).unwrap_err();
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

/// A server of one's own: what the closure makes of a connection whose request was read.
fn serve(each: impl Fn(TcpStream) + Send + Copy + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 64 * 1024]).unwrap();
                each(stream);
            });
        }
    });
    address
}

fn post(url: &str) -> Request {
    http::Request::post(format!("{url}?auth_signature=canary")).body("{}".into()).unwrap()
}

#[tokio::test]
async fn errors_say_what_failed_and_whether_it_was_sent() {
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = serve(|_stream| thread::sleep(Duration::from_secs(5)));
    let closed = serve(drop);
    let cut = serve(|mut stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").unwrap();
    });
    let huge = serve(|mut stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        while stream.write_all(&[b'x'; 64 * 1024]).is_ok() {}
    });
    let refuses = serve(|mut stream| {
        let answer = b"HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(answer).unwrap();
    });
    let proxy = |address| {
        let url = format!("http://us%20er:canary@{address}");
        Transport::default().proxy(ProxyUrl::parse(&url).unwrap())
    };
    let direct = Transport::default().no_proxy();
    let impatient = direct.clone().total_timeout(Duration::from_millis(300));
    let hasty = direct.clone().connect_timeout(Duration::from_millis(300));
    let small = direct.clone().response_limit(100_000);
    let http = |address: SocketAddr| format!("http://{address}/");
    let https = |address: SocketAddr| format!("https://{address}/");
    for (url, transport, kind, maybe_sent) in [
        (http(refused), direct.clone(), ErrorKind::Connect, false),
        ("http://no-such-host.invalid/".into(), direct.clone(), ErrorKind::Connect, false),
        (http(silent), impatient, ErrorKind::Timeout, true),
        (https(silent), hasty, ErrorKind::Timeout, false),
        (http(closed), direct.clone(), ErrorKind::Other, true),
        (http(cut), direct.clone(), ErrorKind::Body, true),
        (https(cut), direct, ErrorKind::Tls, false),
        (http(huge), small, ErrorKind::Body, true),
        (http(closed), proxy(refused), ErrorKind::Proxy, false),
        (https(closed), proxy(refused), ErrorKind::Proxy, false),
        (http(closed), proxy(refuses), ErrorKind::Proxy, false),
        (https(closed), proxy(refuses), ErrorKind::Proxy, false),
        (https(closed), proxy(closed), ErrorKind::Proxy, false),
    ] {
        let reqwest = Reqwest::with(transport).unwrap();
        let error = reqwest.execute(post(&url)).await.unwrap_err();
        assert_eq!((error.kind(), error.maybe_sent()), (kind, maybe_sent), "{url}: {error:?}");
        let told = format!("{error} {error:?} {reqwest:?}");
        assert!(!told.contains("canary"), "{told}");
    }
}

#[test]
fn what_is_no_certificate_is_refused() {
    for pem in ["", "no PEM", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----"] {
        let error = Reqwest::with(Transport::default().certificate_authority(pem)).unwrap_err();
        assert_eq!((error.kind(), error.maybe_sent()), (ErrorKind::Tls, false), "{error:?}");
    }
}
