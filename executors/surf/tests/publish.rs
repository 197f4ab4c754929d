//! What surf must do with a signed request, against real sockets on loopback.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    io::{Read, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use pollster::block_on;
use pusher_conformance::DevServer;
use pusher_surf::{
    Surf,
    pusher_client::{
        App, AsyncExecutor as _, Base, BuildError, CallError, Client, Credentials, DecodeError,
        Draft, Endpoint, ErrorKind, ExecuteError as _, Limits, ProxyUrl, Request, Timestamp,
        Transport,
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
fn publishes_what_was_signed_on_any_runtime() {
    let server = DevServer::start().unwrap();
    let app = App::from_url(&server.url()).unwrap();
    // As most who use surf made theirs; and one's own.
    let theirs = Surf::from(surf::Client::try_from(surf::Config::new()).unwrap());
    for surf in [Surf::new().unwrap(), theirs] {
        let pusher = Client::new(app.clone(), surf);
        let publish = async || {
            pusher.trigger("private-a@b,c;d", "é", &7).await.unwrap();
            pusher.trigger(["a", "b"], "App\\Events\\X", &"grüße 🎉").await.unwrap();
        };
        block_on(publish());
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(publish());
    }

    // The server recomputes MD5 and signature from the raw bytes, so nothing was rewritten.
    let events = server.events();
    assert_eq!(events.len(), 8);
    for pair in events.chunks(2) {
        assert_eq!(pair[0].channels, ["private-a@b,c;d"]);
        assert_eq!((&*pair[0].name, &*pair[0].data), ("é", "7"));
        assert_eq!(pair[1].channels, ["a", "b"]);
        assert_eq!((&*pair[1].name, &*pair[1].data), ("App\\Events\\X", "\"grüße 🎉\""));
    }
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
    let surf = Surf::new().unwrap();
    for bytes in [2, 0, 1024 * 1024, 1_500_000] {
        let request = post(address, bytes);
        let target = request.uri().path_and_query().unwrap().to_string();
        block_on(surf.execute(request)).unwrap();
        let head = heads.recv().unwrap();
        assert!(head.starts_with(&format!("POST {target} HTTP/1.1\r\n")), "{head}");
        let fields = head.to_ascii_lowercase();
        assert!(fields.contains("\r\ncontent-type: application/json\r\n"), "{head}");
        assert!(fields.contains(&format!("\r\ncontent-length: {bytes}")), "{head}");
        for misleading in
            ["100-continue", "form-urlencoded", "transfer-encoding:", "accept-encoding:"]
        {
            assert!(!fields.contains(misleading), "{misleading} in {head}");
        }
        assert_eq!(fields.matches("\r\nhost: ").count(), 1, "{head}");
        println!("{head}");
    }
    let request = pusher_surf::pusher_client::http::Request::get(format!("http://{address}/?a=b"))
        .body("".into())
        .unwrap();
    block_on(surf.execute(request)).unwrap();
    let head = heads.recv().unwrap();
    println!("{head}");
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
    let surf = Surf::new().unwrap();
    block_on(surf.execute(post(address, 9))).unwrap();
    let error = block_on(surf.execute(post(address, 9))).unwrap_err();
    assert!(error.maybe_sent(), "the server did see it: {error}");
    assert_eq!(*seen.lock().unwrap(), 2, "each POST once");
}

#[test]
fn whatever_the_server_says_is_an_answer() {
    let address = serve(|_, mut stream| {
        for head in [
            "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere",
            // Neither the status nor the bytes of the field can be said in http-types.
            "HTTP/1.1 599 Mystery\r\nX-Twice: one\r\nX-Opaque: gr\u{fc}\r\nX-Twice: two",
        ] {
            assert!(!read_request(&mut stream).contains("elsewhere"), "the redirect was followed");
            let mut answer: Vec<u8> = head.chars().map(|c| c as u8).collect();
            answer.extend_from_slice(b"\r\nContent-Length: 2\r\n\r\n\xff\0");
            stream.write_all(&answer).unwrap();
        }
    });
    let surf = Surf::new().unwrap();
    assert_eq!(block_on(surf.execute(post(address, 9))).unwrap().status(), 307);
    let response = block_on(surf.execute(post(address, 9))).unwrap();
    assert_eq!(response.status(), 599);
    assert_eq!(response.headers()["x-opaque"].as_bytes(), b"gr\xfc");
    let twice: Vec<_> = response.headers().get_all("x-twice").into_iter().collect();
    assert_eq!(twice, ["one", "two"]);
    assert_eq!(response.body().as_ref(), b"\xff\0");
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
    let stalled = serve(|_, mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").unwrap();
        thread::sleep(Duration::from_secs(5));
    });
    let huge = serve(|_, mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        while stream.write_all(&[b'x'; 64 * 1024]).is_ok() {}
    });
    let closed = serve(|_, mut stream| {
        read_request(&mut stream);
    });
    let plain = serve(|_, mut stream| stream.write_all(b"HTTP/1.1 400 No\r\n\r\n").unwrap());
    let choosy = serve(|_, mut stream| {
        read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    let usual = Transport::default();
    let hasty = usual.clone().total_timeout(Duration::from_millis(300));
    let proxy =
        |address| usual.clone().proxy(ProxyUrl::parse(&format!("http://{address}")).unwrap());
    let tls = |address| {
        let mut request = post(address, 9);
        *request.uri_mut() = request.uri().to_string().replace("http:", "https:").parse().unwrap();
        request
    };
    for (request, transport, kind, maybe_sent) in [
        (post(refused, 9), &usual, ErrorKind::Connect, false),
        (post(closed, 9), &proxy(refused), ErrorKind::Proxy, false),
        (tls(closed), &proxy(choosy), ErrorKind::Proxy, false),
        (post(silent, 9), &hasty, ErrorKind::Timeout, true),
        (tls(silent), &hasty, ErrorKind::Timeout, false),
        (tls(plain), &usual, ErrorKind::Tls, false),
        (post(cut, 9), &usual, ErrorKind::Body, true),
        (post(stalled, 9), &hasty, ErrorKind::Timeout, true),
        (post(huge, 9), &usual, ErrorKind::Body, true),
        (post(closed, 9), &usual, ErrorKind::Other, true),
    ] {
        let surf = Surf::with(transport.clone()).unwrap();
        let error = block_on(surf.execute(request)).unwrap_err();
        println!("{error} {error:?}");
        assert_eq!((error.kind(), error.maybe_sent()), (kind, maybe_sent), "{error}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("auth_"), "{error:?}");
    }
    let unknown = App::from_url("http://k:s@no-such-host.invalid/apps/1").unwrap();
    let pusher = Client::new(unknown, Surf::new().unwrap());
    let error = block_on(pusher.trigger("a", "b", &7)).unwrap_err();
    assert!(error.is_connect() && error.is_retryable(), "{error:?}");
    assert!(matches!(error, CallError::Execute(error) if !error.maybe_sent()));
}
