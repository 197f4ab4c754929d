//! The laws of executors, on async-std.

use pusher_async_std::AsyncStd;

pusher_conformance::executor_suite! {
    executor: "async-std",
    async: AsyncStd::with,
    block_on: async_std::task::block_on,
    known_failures: [],
}
