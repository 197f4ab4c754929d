//! Sends Pusher Channels API calls with hyper.
