//! Sends Pusher Channels API calls with ureq.
