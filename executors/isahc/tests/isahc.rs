//! What isahc must do with a signed request, against real sockets on loopback.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    io::{Read, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use futures_lite::future::block_on;
use isahc::{HttpClient, config::Configurable as _};
use pusher_conformance::DevServer;
use pusher_isahc::{
    Isahc,
    pusher_client::{
        App, AsyncExecutor as _, Base, BlockingExecutor as _, BuildError, CallError, Client,
        Credentials, DecodeError, Draft, Endpoint, ErrorKind, ExecuteError as _, Limits, Request,
        Timestamp, blocking,
    },
};

/// A server of one's own: for each connection, what the closure makes of it.
fn serve(each: impl Fn(usize, TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let each = Arc::new(each);
    thread::spawn(move || {
        for (count, stream) in listener.incoming().enumerate() {
            let each = Arc::clone(&each);
            thread::spawn(move || each(count, stream.unwrap()));
        }
    });
    address
}

/// Reads one request with its body, and returns its head.
fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 64 * 1024];
    loop {
        let count = stream.read(&mut buffer).unwrap_or(0);
        if count == 0 {
            return String::new();
        }
        bytes.extend_from_slice(buffer.get(..count).unwrap());
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok()
        });
        if body.len() >= length.unwrap_or(0) {
            return head.to_owned();
        }
    }
}

struct Post(usize);

impl Endpoint for Post {
    type Response = ();
    const NAME: &'static str = "post";

    fn draft<'a>(&'a self, _: &Limits) -> Result<Draft<'a>, BuildError> {
        Ok(Draft::post(&["events"], "x".repeat(self.0)))
    }

    fn decode(_: &[u8]) -> Result<(), DecodeError> {
        Ok(())
    }
}

fn app(address: SocketAddr) -> App {
    let app = App::new(Credentials { app_id: "1", key: "key", secret: "secret" }).unwrap();
    app.at(Base::http(&address.to_string()).unwrap())
}

fn post(address: SocketAddr, bytes: usize) -> Request {
    app(address).prepare(&Post(bytes), Timestamp::from_unix(1)).unwrap().request
}

#[test]
fn both_faces_publish_what_was_signed() {
    let server = DevServer::start().unwrap();
    let app = App::from_url(&server.url()).unwrap();
    let isahc = Isahc::new().unwrap();

    blocking::Client::new(app.clone(), isahc.clone()).trigger("private-a@b,c;d", "é", &7).unwrap();
    let pusher = Client::new(app, isahc);
    block_on(pusher.trigger(["a", "b"], "App\\Events\\X", &"grüße 🎉")).unwrap();

    // The server recomputes MD5 and signature from the raw bytes, so nothing was rewritten.
    let events = server.events();
    assert_eq!(events[0].channels, ["private-a@b,c;d"]);
    assert_eq!((&*events[0].name, &*events[0].data), ("é", "7"));
    assert_eq!(events[1].channels, ["a", "b"]);
    assert_eq!((&*events[1].name, &*events[1].data), ("App\\Events\\X", "\"grüße 🎉\""));
}

#[test]
fn the_head_holds_what_was_given_and_nothing_that_misleads() {
    let (seen, heads) = mpsc::channel();
    let seen = Mutex::new(seen);
    let address = serve(move |_, mut stream| {
        seen.lock().unwrap().send(read_request(&mut stream)).unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            .unwrap();
    });
    let isahc = Isahc::new().unwrap();
    for bytes in [2, 0, 1_500_000] {
        let request = post(address, bytes);
        let target = request.uri().path_and_query().unwrap().to_string();
        isahc.execute_blocking(request).unwrap();
        let head = heads.recv().unwrap();
        assert!(head.starts_with(&format!("POST {target} HTTP/1.1\r\n")), "{head}");
        let fields = head.to_ascii_lowercase();
        assert!(fields.contains("\r\ncontent-type: application/json"), "{head}");
        assert!(fields.contains(&format!("\r\ncontent-length: {bytes}")), "{head}");
        for misleading in ["expect:", "form-urlencoded", "transfer-encoding:", "accept-encoding:"] {
            assert!(!fields.contains(misleading), "{misleading} in {head}");
        }
        assert_eq!(fields.matches("\r\nhost: ").count(), 1, "{head}");
    }
}

#[test]
fn a_post_is_not_repeated_when_its_pooled_connection_dies() {
    let seen = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&seen);
    let address = serve(move |_, mut stream| {
        // The first request is answered and the connection kept; the second is read, and it dies.
        for answered in [true, false] {
            if read_request(&mut stream).is_empty() {
                return;
            }
            *counter.lock().unwrap() += 1;
            if answered {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").unwrap();
            }
        }
    });
    let isahc = Isahc::new().unwrap();
    isahc.execute_blocking(post(address, 9)).unwrap();
    let error = isahc.execute_blocking(post(address, 9)).unwrap_err();
    assert!(error.maybe_sent(), "the server did see it: {error}");
    assert_eq!(*seen.lock().unwrap(), 2, "each POST once");
}

#[test]
fn redirects_and_refusals_are_answers() {
    let address = serve(|_, mut stream| {
        read_request(&mut stream);
        let answer =
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
        assert_eq!(read_request(&mut stream), "", "the redirect was followed");
    });
    let response = Isahc::new().unwrap().execute_blocking(post(address, 9)).unwrap();
    assert_eq!(response.status(), 307);
}

#[test]
fn errors_say_what_failed_and_whether_it_was_sent() {
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = serve(|_, mut stream| {
        read_request(&mut stream);
        thread::sleep(Duration::from_secs(5));
    });
    let cut = serve(|_, mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").unwrap();
    });
    let huge = serve(|_, mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        while stream.write_all(&[b'x'; 64 * 1024]).is_ok() {}
    });
    let closed = serve(|_, mut stream| {
        read_request(&mut stream);
    });
    let impatient = HttpClient::builder().timeout(Duration::from_millis(300)).build().unwrap();
    for (address, isahc, kind, maybe_sent) in [
        (refused, Isahc::new().unwrap(), ErrorKind::Connect, false),
        (silent, Isahc::from(impatient), ErrorKind::Timeout, true),
        (cut, Isahc::new().unwrap(), ErrorKind::Body, true),
        (huge, Isahc::new().unwrap(), ErrorKind::Body, true),
        (closed, Isahc::new().unwrap(), ErrorKind::Other, true),
    ] {
        let error = block_on(isahc.execute(post(address, 9))).unwrap_err();
        assert_eq!((error.kind(), error.maybe_sent()), (kind, maybe_sent), "{error}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("auth_"), "{error:?}");
    }
    let unknown = App::from_url("http://k:s@no-such-host.invalid/apps/1").unwrap();
    let error =
        blocking::Client::new(unknown, Isahc::new().unwrap()).trigger("a", "b", &7).unwrap_err();
    assert!(error.is_connect() && error.is_retryable(), "{error:?}");
    assert!(matches!(error, CallError::Execute(error) if !error.maybe_sent()));
}
