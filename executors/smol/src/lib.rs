//! Sends Pusher Channels API calls with smol.
