//! Sends Pusher Channels API calls with reqwest.
