//! Every word of both clients: the request that it becomes, and that both say the same.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    convert::Infallible,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use pollster::block_on;
use pusher_client::{
    App, Attribute, BuildError, CallError, Client, Data, Envelope, GetChannel, MasterKey,
    MasterKeys, Member, Request, Response, Retry, Timestamp, Trigger, blocking, blocking_fn,
    executor_fn, pusher_core::User,
};
use serde_json::{Value, json};

const MASTER_KEY: &str = "zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU=";

fn app() -> App {
    let key = MasterKey::from_base64(MASTER_KEY).unwrap();
    App::from_url("https://key:secret@localhost/apps/3").unwrap().master_keys(key)
}

type Sent = Arc<Mutex<Vec<Request>>>;

/// Both faces, what they send, and one answer to everything.
fn clients(body: &'static str) -> (Client, blocking::Client, Sent) {
    let sent = Sent::default();
    let [one, other] = [sent.clone(), sent.clone()];
    let answer = move |sent: &Sent, request| {
        sent.lock().unwrap().push(request);
        Ok::<_, Infallible>(Response::new(body.into()))
    };
    let executor = executor_fn(move |request| {
        let answered = answer(&one, request);
        async move { answered }
    });
    let blocking = blocking_fn(move |request| answer(&other, request));
    let now = || Timestamp::from_unix(1_353_088_179);
    (
        Client::new(app(), executor).clock(now),
        blocking::Client::new(app(), blocking).clock(now),
        sent,
    )
}

/// Method, path, the parameters that are not the signature's, body.
fn told(request: &Request) -> String {
    let query = request.uri().query().unwrap();
    let own = |pair: &&str| !pair.starts_with("auth_") && !pair.starts_with("body_md5");
    let query: Vec<_> = query.split('&').filter(own).collect();
    let body = String::from_utf8(request.body().to_vec()).unwrap();
    [request.method().as_str(), request.uri().path(), &query.join("&"), &body].join(" ")
}

macro_rules! both {
    ($answer:expr, |$pusher:ident| $call:expr) => {{
        let (client, blocking, sent) = clients($answer);
        let asynchronous = {
            let $pusher = &client;
            block_on($call)
        };
        let blocked = {
            let $pusher = &blocking;
            $call
        };
        let requests: Vec<_> = sent.lock().unwrap().drain(..).map(|sent| told(&sent)).collect();
        assert_eq!(format!("{asynchronous:?}"), format!("{blocked:?}"));
        let (first, second) = requests.split_at(requests.len() / 2);
        assert_eq!(first, second, "both faces say the same");
        (asynchronous, first.join("\n"))
    }};
}

#[test]
fn each_word_becomes_its_request() {
    let event = || {
        Trigger::new("a".parse().unwrap(), "b".parse().unwrap(), Data::text("c"))
            .exclude("1.1".parse().unwrap())
    };
    for (request, expected) in [
        (
            both!("{}", |pusher| pusher.trigger(["a", "b"], "c", &json!({ "id": 7 }))).1,
            r#"POST /apps/3/events  {"name":"c","channels":["a","b"],"data":"{\"id\":7}"}"#,
        ),
        (
            both!("{}", |pusher| pusher.trigger("a", "b", Data::text("ready"))).1,
            r#"POST /apps/3/events  {"name":"b","channels":["a"],"data":"ready"}"#,
        ),
        (
            both!("{}", |pusher| pusher.publish(event())).1,
            r#"POST /apps/3/events  {"name":"b","channels":["a"],"data":"c","socket_id":"1.1"}"#,
        ),
        (
            both!("{}", |pusher| pusher.trigger_batch([event()])).1,
            r#"POST /apps/3/batch_events  {"batch":[{"channel":"a","name":"b","data":"c","socket_id":"1.1"}]}"#,
        ),
        (both!("{}", |pusher| pusher.channels("")).1, "GET /apps/3/channels  "),
        (
            both!("{}", |pusher| pusher.channels("presence-")).1,
            "GET /apps/3/channels filter_by_prefix=presence- ",
        ),
        (
            both!("{}", |pusher| pusher.get::<Value>("/a/b", &[("c", "d e")])).1,
            "GET /apps/3/a/b c=d%20e ",
        ),
        (both!("{}", |pusher| pusher.post::<Value>("/a", &json!([1]))).1, "POST /apps/3/a  [1]"),
        (
            both!("{}", |pusher| pusher.channel("a").trigger("b", &1)).1,
            r#"POST /apps/3/events  {"name":"b","channels":["a"],"data":"1"}"#,
        ),
        (
            both!(r#"{"occupied":true}"#, |pusher| pusher
                .channel("presence-a")
                .info([Attribute::UserCount]))
            .1,
            "GET /apps/3/channels/presence-a info=user_count ",
        ),
        (
            both!("{}", |pusher| pusher.channel("presence-a").users()).1,
            "GET /apps/3/channels/presence-a/users  ",
        ),
        (
            both!("{}", |pusher| pusher.user("7").send("a", "b")).1,
            r##"POST /apps/3/events  {"name":"a","channels":["#server-to-user-7"],"data":"\"b\""}"##,
        ),
        (
            both!("{}", |pusher| pusher.user("7").terminate_connections()).1,
            "POST /apps/3/users/7/terminate_connections  {}",
        ),
        (
            both!(r#"{"occupied":true}"#, |pusher| pusher
                .call(&GetChannel::new("a".parse().unwrap())))
            .1,
            "GET /apps/3/channels/a  ",
        ),
    ] {
        assert_eq!(request, expected);
    }
}

#[test]
fn a_wrong_argument_is_an_error_before_any_request() {
    for (error, request) in [
        both!("{}", |pusher| pusher.trigger("a b", "c", &1)),
        both!("{}", |pusher| pusher.trigger(["a"; 101], "c", &1)),
        both!("{}", |pusher| pusher.trigger("a", "pusher:c", &1)),
        both!("{}", |pusher| pusher.channel("a:b").trigger("c", &1)),
        both!("{}", |pusher| pusher.user("a b").send("c", &1)),
    ] {
        assert!(matches!(error, Err(CallError::Build(_))) && request.is_empty(), "{error:?}");
    }
    let (error, request) = both!("{}", |pusher| pusher.channel("a b").users());
    assert!(matches!(error, Err(CallError::Build(_))) && request.is_empty());
    let (error, request) = both!("{}", |pusher| pusher.get::<Value>("a", &[]));
    assert!(matches!(error, Err(CallError::Build(BuildError::Path { .. }))) && request.is_empty());
}

#[test]
fn what_goes_to_an_encrypted_channel_is_sealed() {
    let (client, blocking, sent) = clients("{}");
    block_on(client.trigger("private-encrypted-a", "b", "secret text")).unwrap();
    block_on(client.channel("private-encrypted-a").trigger("b", "secret text")).unwrap();
    blocking.trigger("private-encrypted-a", "b", "secret text").unwrap();
    let event = |channel: &str| {
        Trigger::new(channel.parse().unwrap(), "b".parse().unwrap(), Data::text("secret text"))
    };
    blocking.publish(event("private-encrypted-a")).unwrap();
    blocking.trigger_batch([event("private-encrypted-a"), event("a")]).unwrap();

    let keys = MasterKeys::from(MasterKey::from_base64(MASTER_KEY).unwrap());
    let mut nonces = Vec::new();
    for request in sent.lock().unwrap().iter() {
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let data = body.pointer("/data").or(body.pointer("/batch/0/data")).unwrap();
        let text = data.as_str().unwrap();
        let opened = keys.open(&"private-encrypted-a".parse().unwrap(), text).unwrap();
        assert_eq!(opened.trim_matches('"'), "secret text");
        let nonce = serde_json::from_str::<Value>(text).unwrap()["nonce"].to_string();
        assert!(!nonces.contains(&nonce), "a nonce is used once");
        nonces.push(nonce);
    }
    assert_eq!(nonces.len(), 5);
    let two = ["private-encrypted-a", "a"];
    let error = block_on(client.trigger(two, "b", &1)).unwrap_err();
    assert!(matches!(error, CallError::Build(BuildError::EncryptedFanout)));
}

/// The nonce is drawn once: each attempt carries the same data.
#[test]
fn an_event_is_sealed_once_for_all_attempts() {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let seen = bodies.clone();
    let refuses = blocking_fn(move |request: Request| {
        seen.lock().unwrap().push(request.into_body());
        Err(io::Error::from(io::ErrorKind::ConnectionRefused))
    });
    let pauses = Arc::new(AtomicUsize::new(0));
    let paused = pauses.clone();
    let pusher = blocking::Client::new(app(), refuses).wait(move |_| {
        paused.fetch_add(1, Ordering::SeqCst);
    });
    let error = pusher.trigger("private-encrypted-a", "b", &1).unwrap_err();
    assert_eq!((error.attempts(), pauses.load(Ordering::SeqCst)), (3, 2));
    let bodies = bodies.lock().unwrap();
    assert!(bodies.iter().all(|body| *body == bodies[0]) && bodies.len() == 3);
}

#[test]
fn an_async_client_waits_by_other_means() {
    let refuses = executor_fn(async |_| {
        Err::<Response, _>(io::Error::from(io::ErrorKind::ConnectionRefused))
    });
    let pauses = Arc::new(Mutex::new(Vec::new()));
    let paused = pauses.clone();
    let pusher = Client::new(app(), refuses).wait(move |pause: Duration| {
        paused.lock().unwrap().push(pause);
        std::future::ready(())
    });
    assert_eq!(block_on(pusher.trigger("a", "b", &1)).unwrap_err().attempts(), 3);
    let longest = [Duration::from_millis(500), Duration::from_secs(1)];
    assert!(pauses.lock().unwrap().iter().zip(longest).all(|(pause, longest)| *pause <= longest));
    let once = pusher.clone().retry(Retry::never());
    assert_eq!(block_on(once.trigger("a", "b", &1)).unwrap_err().attempts(), 1);
}

/// pusher/docs, auth-signatures.md; pusher/pusher-http-node, tests/integration/webhook.js.
#[test]
fn what_is_signed_without_a_request() {
    let app = |key: &str, secret: &str| {
        App::from_url(&format!("https://{key}:{secret}@localhost/apps/3")).unwrap()
    };
    let agrees = || blocking_fn(|_| Ok::<_, Infallible>(Response::default()));
    let docs = blocking::Client::new(app("278d425bdf160c739803", "7ad3773142a6692b25b8"), agrees());
    assert_eq!(
        docs.channel("private-foobar").authorize("1234.1234", None).unwrap().auth(),
        "278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"
    );
    assert_eq!(
        docs.user("12345").authenticate("1234.1234").unwrap().auth(),
        "278d425bdf160c739803:4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba"
    );
    let ann = User::new("12345".parse().unwrap());
    assert!(docs.authenticate_user("1234.1234", ann).is_ok());
    let ten = Member::new(10).info(&json!({ "name": "Mr. Pusher" })).unwrap();
    assert!(
        docs.authorize_channel("1234.1234", "presence-foobar", ten)
            .unwrap()
            .auth()
            .ends_with("afaed3695da2ffd16931f457e338e6c9f2921fa133ce7dac49f529792be6304c")
    );
    for error in [
        docs.authorize_channel("1234.1234:a", "private-a", None).unwrap_err(),
        docs.authorize_channel("1234.1234", "private-a:b", None).unwrap_err(),
        docs.authorize_channel("1234.1234", "a", None).unwrap_err(),
    ] {
        assert!(!matches!(error, BuildError::Data(_)), "{error}");
    }

    let node = blocking::Client::new(app("123456789", "tofu"), agrees());
    let body = br#"{"time_ms":1403175510755,"events":[{"channel":"test_channel","name":"channel_vacated"}]}"#;
    let signature = "c17257e92037cd7de407ebc1ed174ceb7b2e518db127f44411b9ffc4f5b28cc5";
    let envelope = Envelope::new("123456789", signature, body).unwrap();
    assert_eq!(node.webhook(&envelope).unwrap().time_ms, 1_403_175_510_755);
    assert!(docs.webhook(&envelope).is_err());
}
