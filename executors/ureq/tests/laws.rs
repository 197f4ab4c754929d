//! The laws of executors.

use pusher_ureq::Ureq;

pusher_conformance::executor_suite! {
    executor: "ureq",
    blocking: Ureq::with,
    known_failures: [],
}
