//! Both clients over closures: what they send, what they refuse to send, what their errors say.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    convert::Infallible,
    error::Error as _,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use pollster::block_on;
use pusher_client::{
    App, Attribute, BuildError, CallError, ChannelName, Client, Data, ErrorKind, ExecuteError,
    Other, Request, Response, Timestamp, Trigger, TriggerResponse, blocking, blocking_fn,
    executor_fn, http,
};

fn app() -> App {
    App::from_url("https://278d425bdf160c739803:7ad3773142a6692b25b8@localhost/apps/3").unwrap()
}

/// Every request that an executor was given.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<Request>>>);

impl Sent {
    fn answer(&self, request: Request, body: &'static str) -> Result<Response, Infallible> {
        self.0.lock().unwrap().push(request);
        Ok(Response::new(body.into()))
    }

    fn clients(&self, body: &'static str) -> (Client, blocking::Client) {
        let (one, other) = (self.clone(), self.clone());
        let executor = executor_fn(move |request| {
            let sent = one.clone();
            async move { sent.answer(request, body) }
        });
        let blocking = blocking_fn(move |request| other.answer(request, body));
        let now = || Timestamp::from_unix(1_353_088_179);
        (Client::new(app(), executor).clock(now), blocking::Client::new(app(), blocking).clock(now))
    }

    fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// pusher/docs, rest-api.md, "Worked authentication example", from the outside.
#[test]
fn both_faces_send_the_same_signed_request() {
    let sent = Sent::default();
    let (client, blocking) = sent.clients("{}");
    let data = Data::text(r#"{"some":"data"}"#);
    block_on(client.trigger("project-3", "foo", data.clone())).unwrap();
    blocking.trigger("project-3", "foo", data).unwrap();
    for request in sent.take() {
        let query = request.uri().query().unwrap();
        assert!(query.contains("auth_timestamp=1353088179"), "{query}");
        let signature = "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";
        assert!(query.ends_with(signature), "{query}");
    }
}

#[test]
fn values_become_json_and_ready_text_stays() {
    let sent = Sent::default();
    let (client, blocking) = sent.clients("");
    let name: ChannelName = "a".parse().unwrap();
    let owned = vec!["a".to_owned(), "b".to_owned()];
    block_on(async {
        client.trigger("a", "e", &serde_json::json!({ "id": 7 })).await.unwrap();
        client.trigger(&owned, String::from("e"), &"text").await.unwrap();
        client.trigger(name, "e", Data::text("text")).await.unwrap();
    });
    blocking.trigger(["a", "b"], String::from("e"), "text").unwrap();
    let bodies: Vec<_> = sent.take().into_iter().map(|request| request.into_body()).collect();
    assert_eq!(
        bodies,
        [
            r#"{"name":"e","channels":["a"],"data":"{\"id\":7}"}"#,
            r#"{"name":"e","channels":["a","b"],"data":"\"text\""}"#,
            r#"{"name":"e","channels":["a"],"data":"text"}"#,
            r#"{"name":"e","channels":["a","b"],"data":"\"text\""}"#,
        ]
    );
}

#[test]
fn call_returns_the_typed_answer() {
    let sent = Sent::default();
    let (client, blocking) = sent.clients(r#"{"channels":{"a":{"subscription_count":0}}}"#);
    let trigger = Trigger::new("a".parse().unwrap(), "e".parse().unwrap(), Data::text("x"))
        .exclude("1.2".parse().unwrap())
        .info([Attribute::SubscriptionCount]);
    let check = |answer: TriggerResponse| {
        assert_eq!(answer.channels["a"].subscription_count, Some(0));
        assert_eq!(answer.channels["a"].user_count, None);
    };
    check(block_on(client.call(&trigger)).unwrap());
    check(blocking.call(&trigger).unwrap());
}

#[test]
fn what_is_impossible_never_reaches_the_executor() {
    let sent = Sent::default();
    let (client, blocking) = sent.clients("{}");
    let big = Data::text("x".repeat(10_241));
    let many = vec!["a"; 101];
    let errors = block_on(async {
        [
            client.trigger("no spaces", "e", &7).await,
            client.trigger([""; 0], "e", &7).await,
            client.trigger(&many, "e", &7).await,
            client.trigger("a", "", &7).await,
            client.trigger("a", "pusher:e", &7).await,
            client.trigger("a", "e", big.clone()).await,
            client.trigger("private-encrypted-a", "e", &7).await,
            blocking.trigger("no spaces", "e", &7),
            blocking.trigger("a", "e", big),
        ]
    });
    for error in errors {
        let error = error.unwrap_err();
        assert!(matches!(error, CallError::Build(_)), "{error}");
        assert!(!error.is_retryable() && error.status().is_none() && error.retry_after().is_none());
    }
    assert_eq!(sent.take().len(), 0);
}

#[derive(Debug, PartialEq)]
struct Lost {
    kind: ErrorKind,
    maybe_sent: bool,
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the wire was cut")
    }
}

impl std::error::Error for Lost {}

impl ExecuteError for Lost {
    fn kind(&self) -> ErrorKind {
        self.kind
    }

    fn maybe_sent(&self) -> bool {
        self.maybe_sent
    }
}

#[test]
fn errors_of_the_wire_answer_questions_and_keep_their_source() {
    for (kind, maybe_sent, words) in [
        (ErrorKind::Connect, false, "could not connect"),
        (ErrorKind::Timeout, false, "timed out"),
        (ErrorKind::Timeout, true, "timed out"),
        (ErrorKind::Tls, false, "no secure connection"),
        (ErrorKind::Proxy, false, "the proxy failed"),
        (ErrorKind::Body, true, "the response is incomplete or too large"),
        (ErrorKind::Other, true, "the exchange failed"),
    ] {
        let lost = blocking_fn(move |_| Err(Lost { kind, maybe_sent }));
        let error = blocking::Client::new(app(), lost).trigger("a", "e", &7).unwrap_err();
        assert_eq!(error.is_connect(), kind == ErrorKind::Connect);
        assert_eq!(error.is_timeout(), kind == ErrorKind::Timeout);
        assert_eq!(error.is_retryable(), !maybe_sent);
        assert_eq!(error.to_string(), words);
        let source = error.source().unwrap();
        assert_eq!(source.downcast_ref(), Some(&Lost { kind, maybe_sent }));
        assert_eq!(source.to_string(), "the wire was cut");
    }
}

#[test]
fn refusals_answer_questions() {
    let refused = executor_fn(async |_request| {
        let response = http::Response::builder().status(429).header("retry-after", "3");
        Ok::<_, Infallible>(response.body("slow down".into()).unwrap())
    });
    let error = block_on(Client::new(app(), refused).trigger("a", "e", &7)).unwrap_err();
    assert_eq!(error.status().unwrap(), 429);
    assert_eq!(error.retry_after().unwrap().as_secs(), 3);
    assert!(error.is_retryable() && !error.is_timeout() && !error.is_connect());
    assert_eq!(error.to_string(), "the server answered 429 Too Many Requests: slow down");
}

#[test]
fn io_errors_are_sorted_without_a_guess() {
    for (error, kind, maybe_sent) in [
        (io::ErrorKind::ConnectionRefused, ErrorKind::Connect, false),
        (io::ErrorKind::HostUnreachable, ErrorKind::Connect, true),
        (io::ErrorKind::TimedOut, ErrorKind::Timeout, true),
        (io::ErrorKind::UnexpectedEof, ErrorKind::Body, true),
        (io::ErrorKind::ConnectionReset, ErrorKind::Other, true),
        (io::ErrorKind::BrokenPipe, ErrorKind::Other, true),
    ] {
        let error = io::Error::from(error);
        assert_eq!((ExecuteError::kind(&error), error.maybe_sent()), (kind, maybe_sent), "{error}");
    }
    let unknown = Other(Lost { kind: ErrorKind::Connect, maybe_sent: false });
    assert_eq!((unknown.kind(), unknown.maybe_sent()), (ErrorKind::Other, true));
}

#[test]
fn clients_are_stored_and_spawned_without_type_parameters() {
    #[derive(Clone)]
    struct State {
        pusher: Client,
        blocking: blocking::Client,
    }
    fn spawnable<T: Send + Sync + Clone + 'static>(state: T) -> T {
        state
    }
    fn spawn(future: impl Future + Send) {
        block_on(future);
    }
    let count = Arc::new(AtomicUsize::new(0));
    let (one, other) = (Arc::clone(&count), Arc::clone(&count));
    let state = spawnable(State {
        pusher: Client::new(
            app(),
            executor_fn(move |_| {
                one.fetch_add(1, Ordering::Relaxed);
                async { Ok::<_, Infallible>(Response::default()) }
            }),
        ),
        blocking: blocking::Client::new(
            app(),
            blocking_fn(move |_| {
                other.fetch_add(1, Ordering::Relaxed);
                Ok::<_, Infallible>(Response::default())
            }),
        ),
    });
    let clone = state.clone();
    // A value that is not `Sync` is read before the first await.
    let cell = std::cell::Cell::new(7);
    spawn(clone.pusher.trigger("a", "e", &cell));
    state.blocking.trigger("a", "e", &cell).unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 2);
    for shown in [format!("{:?}", state.pusher), format!("{:?}", state.blocking)] {
        assert!(shown.contains("localhost") && !shown.contains("7ad3773142a6692b25b8"), "{shown}");
    }
}

#[test]
fn a_value_without_a_json_form_is_refused_before_the_wire() {
    let sent = Sent::default();
    let (_, blocking) = sent.clients("{}");
    let odd = std::collections::BTreeMap::from([((1, 2), 3)]);
    let error = blocking.trigger("a", "e", &odd).unwrap_err();
    assert!(matches!(error, CallError::Build(BuildError::Data(_))), "{error}");
    assert_eq!(sent.take().len(), 0);
}
