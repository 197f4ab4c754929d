//! The laws of executors, on smol.

use pusher_smol::Smol;

pusher_conformance::executor_suite! {
    executor: "smol",
    async: Smol::with,
    block_on: smol::block_on,
    known_failures: [],
}
