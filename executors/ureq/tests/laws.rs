//! The laws of executors.
#![cfg(any(feature = "rustls", feature = "native-tls"))]

use pusher_ureq::Ureq;

pusher_conformance::executor_suite! {
    executor: "ureq",
    blocking: Ureq::with,
    known_failures: [],
}
