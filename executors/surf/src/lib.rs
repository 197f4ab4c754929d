//! Sends Pusher Channels API calls with surf.
