//! The laws of executors, both faces.

use futures_lite::future::block_on;
use pusher_isahc::Isahc;

pusher_conformance::executor_suite! {
    executor: "isahc",
    async: Isahc::with,
    block_on: block_on,
    known_failures: [],
}

pusher_conformance::executor_suite! {
    executor: "isahc",
    blocking: Isahc::with,
    known_failures: [],
}
