//! Tools that hold a Pusher Channels client to account. The server stands on nothing of the library
//! that it judges; the laws know its executor traits, and nothing else of it.
//!
//! - [`server`] (feature `server`, on by default): a development server on 127.0.0.1 that checks
//!   every request as the real service does and remembers what it accepted. No account, no network.
//! - [`laws`] (feature `laws`): what every executor must keep, as functions and as a test suite
//!   ([`executor_suite!`]), with a server that misbehaves on cue.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "laws")]
pub mod laws;
#[cfg(feature = "server")]
pub mod server;

#[cfg(feature = "server")]
pub use server::DevServer;
