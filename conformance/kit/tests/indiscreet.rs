//! An executor that logs the URL, and one whose errors show it: the law `discreet` must catch both. It
//! listens to the whole process, so this is a test program of its own.
#![cfg(feature = "laws")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io;

use pusher_client::{BlockingExecutor, Other, Request, Response};
use pusher_conformance::laws::{self, Subject};

struct Loud {
    logs: bool,
}

impl BlockingExecutor for Loud {
    type Error = Other<io::Error>;

    fn execute_blocking(&self, request: Request) -> Result<Response, Self::Error> {
        if self.logs {
            log::debug!("sending to {}", request.uri());
            return Err(Other(io::ErrorKind::ConnectionReset.into()));
        }
        Err(Other(io::Error::other(format!("could not send to {}", request.uri()))))
    }
}

#[test]
fn what_is_said_is_heard() {
    for (logs, expected) in [(true, "log line"), (false, "expected an error without secrets")] {
        let subject = Subject::blocking("loud", move |_| Ok::<_, io::Error>(Loud { logs }));
        let broken = laws::discreet(&subject).unwrap_err().to_string();
        assert!(broken.contains(expected), "{broken}");
    }
}
