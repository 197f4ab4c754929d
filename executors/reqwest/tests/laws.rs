//! The laws of executors.
#![cfg(any(feature = "rustls", feature = "native-tls"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::LazyLock;

use pusher_reqwest::Reqwest;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap());

pusher_conformance::executor_suite! {
    executor: "reqwest",
    async: Reqwest::with,
    block_on: |call| RUNTIME.block_on(call),
    known_failures: [],
}
