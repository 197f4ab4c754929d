//! On tokio and off it, against the development server.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use pusher_conformance::DevServer;
use pusher_hyper::{
    Error, Hyper, NoRuntime,
    pusher_client::{App, CallError, Client, ErrorKind},
};

/// Made before there is any runtime.
static HYPER: LazyLock<Hyper> = LazyLock::new(|| Hyper::new().unwrap());

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_static_executor_publishes_from_one_runtime_after_another() {
    let server = DevServer::start().unwrap();
    let pusher = Client::new(App::from_url(&server.url()).unwrap(), HYPER.clone());
    for number in [1, 2] {
        runtime().block_on(pusher.trigger("private-a@b,c;d", "é", &number)).unwrap();
    }
    let data: Vec<_> = server.events().into_iter().map(|event| event.data).collect();
    assert_eq!(data, ["1", "2"]);
}

#[test]
fn off_tokio_a_call_is_an_error_and_nothing_is_sent() {
    let server = DevServer::start().unwrap();
    let pusher = Client::new(App::from_url(&server.url()).unwrap(), HYPER.clone());
    let error = block_on(pusher.trigger("a", "b", &7)).unwrap_err();
    let CallError::Execute { error, .. } = error else { panic!("{error}") };
    assert_eq!((error.kind(), error.maybe_sent()), (ErrorKind::Other, false));
    let source = std::error::Error::source(&error).unwrap();
    assert!(matches!(source.downcast_ref(), Some(Error::NoRuntime(NoRuntime { needed: "tokio" }))));
    assert!(source.to_string().contains("outside a tokio runtime"), "{source}");
    assert!(server.requests().is_empty());
}

/// Any `block_on` that is not tokio's.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::yield_now();
    }
}
