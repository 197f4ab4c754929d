//! The laws of executors.

use pusher_surf::Surf;

pusher_conformance::executor_suite! {
    executor: "surf",
    async: Surf::with,
    block_on: futures_lite::future::block_on,
    known_failures: [
        (
            exact_body,
            "isahc 0.9 leaves no way to keep curl from asking before a body above 1 MB but an empty Expect field",
            "a POST of 1500000 bytes: expected expect to be None",
        ),
        (
            cancel,
            "libcurl looks for a dropped future only when bytes come: until then, or until its total timeout, the transfer runs on",
            "dropped while waiting: expected that the connection is freed",
        ),
    ],
}
