//! Sends Pusher Channels API calls with async-std.
