//! The laws of executors, both faces.

use futures_lite::future::block_on;
use pusher_isahc::Isahc;

pusher_conformance::executor_suite! {
    executor: "isahc",
    async: Isahc::with,
    block_on: block_on,
    known_failures: [
        (
            cancel,
            "libcurl looks for a dropped future only when bytes come: until then, or until its total timeout, the transfer runs on",
            "dropped while waiting: expected that the connection is freed",
        ),
    ],
}

pusher_conformance::executor_suite! {
    executor: "isahc",
    blocking: Isahc::with,
    known_failures: [],
}
