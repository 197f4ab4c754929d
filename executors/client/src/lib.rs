//! A client for the Pusher Channels server API over any HTTP client.
//!
//! [`Client`] is async, [`blocking::Client`] is not; both take an *executor*, the thin adapter
//! around an HTTP client that you choose, such as `pusher-isahc`. Neither is generic, so a client
//! is stored without type parameters.
//!
//! ```
//! use pusher_client::{App, Client, Response, executor_fn};
//!
//! # async fn publish() -> Result<(), Box<dyn std::error::Error>> {
//! let app = App::from_url("https://KEY:SECRET@api-eu.pusher.com/apps/1234")?;
//! // In a test, a closure is an executor; in a program, an adapter is: `Isahc::new()?`.
//! let executor = executor_fn(async |_request| Ok::<_, std::io::Error>(Response::new("{}".into())));
//!
//! let pusher = Client::new(app, executor);
//! pusher.trigger(["orders", "audit"], "paid", &serde_json::json!({ "id": 7 })).await?;
//! # Ok(())
//! # }
//! # pollster::block_on(publish()).unwrap();
//! ```
//!
//! # The map
//!
//! | you want | look at |
//! |---|---|
//! | to publish | [`Client::trigger`], [`Client::call`], [`blocking::Client`] |
//! | an executor of your own | [`AsyncExecutor`], [`BlockingExecutor`], [`executor_fn`], [`blocking_fn`] |
//! | timeouts, proxy, certificates | [`Transport`] |
//! | what can go wrong | [`CallError`], [`ExecutorError`] |
//! | apps, calls, names | all of [`pusher_core`], re-exported here |
//! | one thing from beginning to end: a 401, tests, metrics, another library left | [`guides`] |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod arguments;
pub mod blocking;
mod call;
mod client;
mod clock;
mod default;
mod error;
mod executor;
#[cfg(any(doc, doctest))]
pub mod guides;
mod machine;
mod retry;
mod skew;
mod telemetry;
mod transport;
mod words;

pub use pusher_core::{self, http, *};

pub use self::{
    arguments::{IntoChannels, IntoData, IntoName},
    client::{ChannelHandle, Client, UserHandle},
    clock::app_from_env,
    default::{DefaultError, DefaultIsSet, default_client, default_or, set_default},
    error::{
        BatchError, CallError, ConfigError, ErrorKind, ExecuteError, ExecutorError, Other, Signed,
    },
    executor::{
        AsyncExecutor, BlockingExecutor, BlockingFn, ExecutorFn, Request, Response, blocking_fn,
        executor_fn,
    },
    retry::Retry,
    transport::{InvalidProxy, Proxy, ProxyUrl, Transport, Trust},
};
