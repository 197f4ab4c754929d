//! The development server as a client on a plain TCP connection sees it.
#![cfg(feature = "server")]
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use pusher_conformance::DevServer;
use pusher_conformance::server::{Refusal, Verification};
use sha2::Sha256;

const BODY: &str = r#"{"name":"paid","channels":["orders"],"data":"{\"id\":1}"}"#;

struct Client(TcpStream);

impl Client {
    fn connect(server: &DevServer) -> Self {
        let stream = TcpStream::connect(server.addr()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self(stream)
    }

    fn post(&mut self, target: &str, body: &str) -> (u16, String) {
        self.call("POST", target, body)
    }

    fn call(&mut self, method: &str, target: &str, body: &str) -> (u16, String) {
        self.send(&format!(
            "{method} {target} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n",
            body.len()
        ));
        self.send(body);
        self.answer()
    }

    fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).unwrap();
    }

    /// Status and body of one answer; the connection stays open.
    fn answer(&mut self) -> (u16, String) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        let head = String::from_utf8(head).unwrap();
        let length = head.split("content-length: ").nth(1).unwrap().split('\r').next().unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        self.0.read_exact(&mut body).unwrap();
        (head[9..12].parse().unwrap(), String::from_utf8(body).unwrap())
    }

    /// All that still comes until the server closes.
    fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let end = self.0.read_to_end(&mut rest).map_err(|error| error.kind());
        assert!(matches!(end, Ok(_) | Err(ErrorKind::ConnectionReset)), "{end:?}");
        rest
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A signed target of an event for the app of `server`.
fn signed(server: &DevServer, timestamp: u64, body: &str) -> String {
    signed_call(server, "POST", "events", timestamp, body)
}

/// A signed target for the app of `server`, made of nothing but its URL.
fn signed_call(
    server: &DevServer,
    method: &str,
    endpoint: &str,
    timestamp: u64,
    body: &str,
) -> String {
    let url = server.url();
    let (key, rest) = url.strip_prefix("http://").unwrap().split_once(':').unwrap();
    let (secret, rest) = rest.split_once('@').unwrap();
    let target = format!("{}/{endpoint}", &rest[rest.find('/').unwrap()..]);
    sign_call(key, secret, method, &target, timestamp, body)
}

fn sign(key: &str, secret: &str, path: &str, timestamp: u64, body: &str) -> String {
    sign_call(key, secret, "POST", path, timestamp, body)
}

/// Parameters of `target` must come after `body_md5` in the alphabet, and only commas may be encoded.
fn sign_call(
    key: &str,
    secret: &str,
    method: &str,
    target: &str,
    timestamp: u64,
    body: &str,
) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut params = format!("auth_key={key}&auth_timestamp={timestamp}&auth_version=1.0");
    if !body.is_empty() {
        params += &format!("&body_md5={}", hex::encode(Md5::digest(body)));
    }
    if !query.is_empty() {
        params += &format!("&{query}");
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{method}\n{path}\n{}", params.replace("%2C", ",")).as_bytes());
    format!("{path}?{params}&auth_signature={}", hex::encode(mac.finalize().into_bytes()))
}

/// Status and body of the answer to one signed call.
fn call(server: &DevServer, method: &str, endpoint: &str, body: &str) -> (u16, String) {
    call_at(server, now(), method, endpoint, body)
}

fn call_at(
    server: &DevServer,
    timestamp: u64,
    method: &str,
    endpoint: &str,
    body: &str,
) -> (u16, String) {
    let target = signed_call(server, method, endpoint, timestamp, body);
    Client::connect(server).call(method, &target, body)
}

fn ok(body: &str) -> (u16, String) {
    (200, body.to_owned())
}

#[test]
fn an_accepted_event_is_recorded() {
    let server = DevServer::start().unwrap();
    let answer = Client::connect(&server).post(&signed(&server, now(), BODY), BODY);
    assert_eq!(answer, (200, "{}".into()));

    let event = server.wait_for_event(Duration::from_secs(10)).unwrap();
    assert_eq!(server.events(), std::slice::from_ref(&event));
    assert_eq!((event.name.as_str(), event.data.as_str()), ("paid", r#"{"id":1}"#));
    assert_eq!(event.channels, ["orders"]);
    assert_eq!(server.wait_for_event(Duration::ZERO), None, "it was returned already");

    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        (requests[0].method.as_str(), requests[0].path.as_str()),
        ("POST", "/apps/1/events")
    );
    assert_eq!((requests[0].status, &requests[0].verification), (200, &Verification::Verified));
}

#[test]
fn a_batch_is_recorded_event_by_event() {
    let server = DevServer::start().unwrap();
    server.subscribe("orders", 13);
    let item = |name: &str, channel: &str| {
        format!(r#"{{"name":"{name}","channel":"{channel}","data":"{{}}"}}"#)
    };
    let batch = |items: &[String]| format!(r#"{{"batch":[{}]}}"#, items.join(","));

    let plain = batch(&[item("1", "orders"), item("2", "#server-to-user-7")]);
    assert_eq!(call(&server, "POST", "batch_events", &plain), ok("{}"));
    let counted = item("3", "orders").replacen('{', r#"{"info":"subscription_count","#, 1);
    let mixed = batch(&[item("4", "orders"), counted]);
    assert_eq!(
        call(&server, "POST", "batch_events", &mixed),
        ok(r#"{"batch":[{},{"subscription_count":13}]}"#)
    );
    let eleven = batch(&vec![item("5", "orders"); 11]);
    assert_eq!(
        call(&server, "POST", "batch_events", &eleven),
        (400, "Batch too large (11 > 10)\n".into())
    );

    let events = server.events();
    let seen: Vec<_> =
        events.iter().map(|event| (event.name.as_str(), event.channels.join(","))).collect();
    let expected = [("1", "orders"), ("2", "#server-to-user-7"), ("4", "orders"), ("3", "orders")];
    assert_eq!(seen, expected.map(|(name, channel)| (name, channel.to_owned())));
    assert_eq!(server.requests().len(), 3);
    for (name, _) in expected {
        assert_eq!(server.wait_for_event(Duration::ZERO).unwrap().name, name);
    }
}

#[test]
fn the_state_is_answered() {
    let server = DevServer::start().unwrap();
    let get = |endpoint: &str| call(&server, "GET", endpoint, "");
    let all = "channels/presence-room?info=user_count%2Csubscription_count";
    let presence = "channels?filter_by_prefix=presence-&info=user_count";
    let event = r#"{"name":"n","channel":"presence-room","data":"","info":"user_count"}"#;
    let publish = || call(&server, "POST", "events", event);

    assert_eq!(get("channels"), ok(r#"{"channels":{}}"#));
    assert_eq!(get(presence), ok(r#"{"channels":{}}"#));
    assert_eq!(get(all), ok(r#"{"occupied":false,"subscription_count":0,"user_count":0}"#));
    assert_eq!(get("channels/presence-room/users"), ok(r#"{"users":[]}"#));
    assert_eq!(publish(), ok(r#"{"channels":{"presence-room":{"user_count":0}}}"#));

    server.occupy("presence-room", &["7", "8", "8"]);
    server.subscribe("orders", 2);
    assert_eq!(get("channels"), ok(r#"{"channels":{"orders":{},"presence-room":{}}}"#));
    assert_eq!(get(presence), ok(r#"{"channels":{"presence-room":{"user_count":2}}}"#));
    assert_eq!(get(all), ok(r#"{"occupied":true,"subscription_count":3,"user_count":2}"#));
    assert_eq!(get("channels/presence-room/users"), ok(r#"{"users":[{"id":"7"},{"id":"8"}]}"#));
    assert_eq!(publish(), ok(r#"{"channels":{"presence-room":{"user_count":2}}}"#));

    server.vacate("presence-room");
    assert_eq!(get("channels"), ok(r#"{"channels":{"orders":{}}}"#));
    assert_eq!(get("channels/presence-room"), ok(r#"{"occupied":false}"#));
}

#[test]
fn what_a_channel_does_not_have_is_refused() {
    let server = DevServer::start().unwrap();
    let user_count = "Cannot retrieve the user count unless the channel is a presence channel\n";
    let presence = "user_count may only be requested for presence channels - please supply \
                    filter_by_prefix begining with presence-\n";
    for (endpoint, words) in [
        ("channels?info=user_count", presence),
        ("channels/orders?info=user_count", user_count),
        ("channels/orders?info=bogus", "info should be a comma separated list of attributes"),
        ("channels/orders/users", "Users can only be retrieved for presence channels\n"),
    ] {
        assert_eq!(call(&server, "GET", endpoint, ""), (400, words.into()), "{endpoint}");
    }
    let missing = (404, "404 NOT FOUND\n".into());
    assert_eq!(call(&server, "GET", "channels/orders/stats", ""), missing);
    assert_eq!(call(&server, "POST", "channels", "").0, 405);
}

#[test]
fn a_cache_channel_holds_the_last_event_by_the_servers_clock() {
    static NOW: AtomicU64 = AtomicU64::new(1_353_088_179);
    let now = || NOW.load(Ordering::SeqCst);
    let server = DevServer::builder().clock(now).start().unwrap();
    let get = || call_at(&server, now(), "GET", "channels/private-cache-a?info=cache", "");
    let publish = |data: &str| {
        let body = format!(r#"{{"name":"n","channels":["a","private-cache-a"],"data":"{data}"}}"#);
        assert_eq!(call_at(&server, now(), "POST", "events", &body), ok("{}"));
    };

    assert_eq!(get(), ok(r#"{"cache":null,"occupied":false}"#));
    publish("first");
    publish("last");
    for (passed, cache) in
        [(0, r#"{"data":"last","ttl":1800}"#), (1_740, r#"{"data":"last","ttl":60}"#), (60, "null")]
    {
        NOW.fetch_add(passed, Ordering::SeqCst);
        assert_eq!(get(), ok(&format!(r#"{{"cache":{cache},"occupied":false}}"#)));
    }
}

#[test]
fn a_termination_is_recorded_and_signs_out() {
    let server = DevServer::start().unwrap();
    server.sign_in("7");
    server.sign_in("8");
    for (endpoint, body) in [
        ("users/7/terminate_connections", "{}"),
        ("users/7/terminate_connections", ""),
        ("users/a%2Fb/terminate_connections", ""),
    ] {
        assert_eq!(call(&server, "POST", endpoint, body), ok("{}"));
    }
    assert_eq!(server.signed_in(), ["8"]);
    assert_eq!(server.terminations(), ["7", "7", "a/b"]);

    let target = signed_call(&server, "POST", "users/8/terminate_connections", now(), "{}");
    assert_eq!(Client::connect(&server).post(&target, "{ }").0, 401);
    assert_eq!(server.signed_in(), ["8"], "only a verified call counts");
    assert_eq!(server.terminations().len(), 3);
}

#[test]
fn a_body_md5_without_a_body_is_refused() {
    let server = DevServer::start().unwrap();
    // MD5 of nothing.
    let endpoint = "channels?body_md5=d41d8cd98f00b204e9800998ecf8427e";
    assert_eq!(
        call(&server, "GET", endpoint, ""),
        (401, "Invalid body_md5: must not be sent without a body".into())
    );
    assert_eq!(
        server.requests()[0].verification,
        Verification::Refused(Refusal::BodyMd5WithoutBody)
    );
}

#[test]
fn wait_for_event_wakes_up() {
    let server = DevServer::start().unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| server.wait_for_event(Duration::from_secs(10)));
        Client::connect(&server).post(&signed(&server, now(), BODY), BODY);
        assert_eq!(waiting.join().unwrap().unwrap().name, "paid");
    });
}

#[test]
fn a_connection_is_kept_alive() {
    let server = DevServer::start().unwrap();
    let mut client = Client::connect(&server);
    let target = signed(&server, now(), BODY);
    assert_eq!(client.post(&target, BODY).0, 200);
    assert_eq!(client.post(&target, "{}").0, 401);
    assert_eq!(client.post(&target, BODY).0, 200);
    assert_eq!(server.events().len(), 2);
}

#[test]
fn a_body_may_come_in_chunks() {
    let server = DevServer::start().unwrap();
    let mut client = Client::connect(&server);
    let target = signed(&server, now(), BODY);
    client.send(&format!(
        "POST {target} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
    ));
    for half in [&BODY[..20], &BODY[20..], ""] {
        client.send(&format!("{:x}\r\n{half}\r\n", half.len()));
    }
    assert_eq!(client.answer(), (200, "{}".into()));
}

#[test]
fn a_wrong_secret_is_told_the_string_to_sign() {
    let server = DevServer::builder().app_id("3").key("key").secret("secret").start().unwrap();
    let now = now();
    let target = sign("key", "wrong", "/apps/3/events", now, BODY);
    let (status, text) = Client::connect(&server).post(&target, BODY);

    let md5 = hex::encode(Md5::digest(BODY));
    let sent = &target[target.len() - 64..];
    let params = format!("auth_key=key&auth_timestamp={now}&auth_version=1.0&body_md5={md5}");
    assert_eq!(status, 401);
    assert_eq!(
        text,
        format!(
            r#"Invalid signature: you should have sent HmacSHA256Hex("POST\n/apps/3/events\n{params}", your_secret_key), but you sent "{sent}""#
        )
    );

    let requests = server.requests();
    assert!(matches!(
        requests[0].verification,
        Verification::Refused(Refusal::InvalidSignature { .. })
    ));
    assert!(!format!("{requests:?}").contains(sent));
    assert!(server.events().is_empty());
}

#[test]
fn a_stale_timestamp_is_told_both_times() {
    let clock = || 1_353_088_179;
    let server = DevServer::builder().clock(clock).start().unwrap();
    let (status, text) = Client::connect(&server).post(&signed(&server, clock() - 600, BODY), BODY);
    assert_eq!(status, 401);
    assert_eq!(
        text,
        "Timestamp expired: Given timestamp (2012-11-16T17:39:39Z) not within 600s of server time (2012-11-16T17:49:39Z)"
    );
    assert_eq!(Client::connect(&server).post(&signed(&server, clock() - 599, BODY), BODY).0, 200);
}

#[test]
fn too_large() {
    let server = DevServer::start().unwrap();
    let mut client = Client::connect(&server);

    let body = BODY.replace("{\\\"id\\\":1}", &"x".repeat(10_241));
    let (status, text) = client.post(&signed(&server, now(), &body), &body);
    assert_eq!(status, 413);
    assert!(
        text.starts_with(
            "The data content of this event exceeds the allowed maximum (10240 bytes)."
        )
    );

    let mebibyte = "x".repeat(1024 * 1024);
    assert_eq!(client.post(&signed(&server, now(), &mebibyte), &mebibyte).0, 400);

    for body in [mebibyte.clone() + "x", mebibyte.repeat(8)] {
        let (status, text) = client.post(&signed(&server, now(), &body), &body);
        assert_eq!(
            (status, text.as_str()),
            (413, "The body exceeds the allowed maximum (1048576 bytes)")
        );
    }
    assert_eq!(
        client.post(&signed(&server, now(), BODY), BODY).0,
        200,
        "the connection still works"
    );
}

#[test]
fn garbage_is_survived() {
    // A panic while serving ends only that connection, so it would go unnoticed.
    static PANICKED: AtomicBool = AtomicBool::new(false);
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name() == Some("pusher-dev-server") {
            PANICKED.store(true, Ordering::SeqCst);
        }
        report(panic);
    }));

    let server = DevServer::start().unwrap();
    let long = [b"GET /".as_slice(), &[b'a'; 100_000]].concat();
    let headers = [b"GET / HTTP/1.1\r\n".as_slice(), &b"a: b\r\n".repeat(1_000), b"\r\n"].concat();
    for garbage in [
        b"".as_slice(),
        b"\0\0\0\0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET http://a?auth_key=\xff HTTP/1.1\r\nhost: a\r\n\r\n",
        b"POST /apps/1/events?%%%&=&auth_key HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n",
        b"POST /apps/1/events HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        b"POST /apps/1/events HTTP/1.1\r\nhost: a\r\ncontent-length: 99\r\n\r\nshort",
        b"POST /apps/1/events HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        &long,
        &headers,
    ] {
        let mut client = Client::connect(&server);
        // The server may have had enough before all was sent.
        let _ = client.0.write_all(garbage);
        let _ = client.0.shutdown(std::net::Shutdown::Write);
        client.rest();
    }
    assert!(server.events().is_empty());
    assert!(!PANICKED.load(Ordering::SeqCst));
    assert_eq!(Client::connect(&server).post(&signed(&server, now(), BODY), BODY).0, 200);
}

#[test]
fn dropping_closes_open_connections_at_once() {
    let server = DevServer::start().unwrap();
    let mut idle = Client::connect(&server);
    assert_eq!(idle.post(&signed(&server, now(), BODY), BODY).0, 200);
    let mut half_way = Client::connect(&server);
    half_way.send("POST /apps/1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nx");

    let start = Instant::now();
    drop(server);
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(idle.rest(), b"");
    assert_eq!(half_way.rest(), b"");
}

#[test]
fn two_servers_at_once() {
    let [a, b] = ["a", "b"].map(|id| DevServer::builder().app_id(id).secret(id).start().unwrap());
    assert_ne!(a.addr(), b.addr());
    let target = signed(&a, now(), BODY);
    assert_eq!(Client::connect(&a).post(&target, BODY).0, 200);
    assert_eq!(Client::connect(&b).post(&target, BODY), (404, "404 NOT FOUND\n".into()));
    assert_eq!((a.events().len(), b.events().len()), (1, 0));
}

#[test]
fn inside_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let server = DevServer::start().unwrap();
        assert_eq!(Client::connect(&server).post(&signed(&server, now(), BODY), BODY).0, 200);
    });
}

#[test]
fn settings() {
    let server = DevServer::builder().secret("hush-hush").start().unwrap();
    let port = server.addr().port();
    assert!(!format!("{server:?} {:?}", DevServer::builder().secret("hush-hush")).contains("hush"));

    let taken = DevServer::builder().port(port).start().unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
    drop(server);
    assert_eq!(DevServer::builder().port(port).start().unwrap().addr().port(), port);

    for builder in [
        DevServer::builder().app_id(""),
        DevServer::builder().app_id("a/b"),
        DevServer::builder().key(""),
        DevServer::builder().secret(""),
    ] {
        assert_eq!(builder.start().unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}
