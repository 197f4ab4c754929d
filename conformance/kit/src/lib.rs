//! Tools that hold a Pusher Channels client to account. They stand on nothing of the library that
//! they judge.
//!
//! - [`server`] (feature `server`, on by default): a development server on 127.0.0.1 that checks
//!   every request as the real service does and remembers what it accepted. No account, no network.

#[cfg(feature = "server")]
pub mod server;

#[cfg(feature = "server")]
pub use server::DevServer;
