//! Guides: one thing from its beginning to its end. They are read here or as Markdown in the folder
//! `guides/`; their examples are compiled and run as tests.
//!
//! | you want | read |
//! |---|---|
//! | to know why the server does not accept a signature | [`a_401_at_night`] |
//! | your own runtime and HTTP client, without [`Client`](crate::Client) | [`the_core_alone`] |
//! | to test what publishes | [`testing`] |
#![cfg_attr(
    feature = "tracing",
    doc = "| to see, count and time what is sent | [`metrics_and_logs`] |"
)]
//! | to come from the gem `pusher` | [`coming_from_ruby`] |
//! | to come from the crate `pusher` 0.4 | [`coming_from_pusher_0_4`] |
//! | to come from the crate `sockudo-http` | [`coming_from_sockudo_http`] |

#[doc = include_str!("../guides/a-401-at-night.md")]
pub mod a_401_at_night {}

#[doc = include_str!("../guides/the-core-alone.md")]
pub mod the_core_alone {}

#[doc = include_str!("../guides/testing.md")]
pub mod testing {}

#[cfg(feature = "tracing")]
#[doc = include_str!("../guides/metrics-and-logs.md")]
pub mod metrics_and_logs {}

#[doc = include_str!("../guides/coming-from-ruby.md")]
pub mod coming_from_ruby {}

#[doc = include_str!("../guides/coming-from-pusher-0-4.md")]
pub mod coming_from_pusher_0_4 {}

#[doc = include_str!("../guides/coming-from-sockudo-http.md")]
pub mod coming_from_sockudo_http {}
