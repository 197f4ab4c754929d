//! Every executor by its name, for the programs in `examples/`; and the README, whose code is
//! compiled and run as tests.

use futures_util::{StreamExt as _, stream};
use pusher_client::{App, CallError, Client, Transport, Trigger, TriggerResponse, blocking};

#[cfg(all(doctest, feature = "hyper"))]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// The executors that this build knows; a feature of the same name adds each.
pub const EXECUTORS: &[&str] = &[
    #[cfg(feature = "hyper")]
    "hyper",
    #[cfg(feature = "isahc")]
    "isahc",
    #[cfg(feature = "surf")]
    "surf",
    #[cfg(feature = "async-std")]
    "async-std",
    #[cfg(feature = "smol")]
    "smol",
    #[cfg(feature = "reqwest")]
    "reqwest",
    #[cfg(feature = "ureq")]
    "ureq",
];

/// Publishes through an executor that was chosen by name, on the runtime that the executor wants.
#[derive(Debug)]
pub struct Publisher(Face);

#[derive(Debug)]
enum Face {
    #[cfg(any(feature = "hyper", feature = "reqwest"))]
    Tokio(Client, tokio::runtime::Runtime),
    /// On threads of its own, or of its runtime's, under any `block_on`.
    #[allow(dead_code, reason = "not every combination of features has one")]
    Anywhere(Client),
    #[allow(dead_code, reason = "not every combination of features has one")]
    Blocking(blocking::Client),
}

impl Publisher {
    /// A publisher for the app.
    ///
    /// # Errors
    ///
    /// If this build does not know the executor, or if it cannot be set up.
    pub fn new(executor: &str, app: App) -> Result<Self, Box<dyn std::error::Error>> {
        let transport = Transport::default();
        Ok(Self(match executor {
            #[cfg(feature = "hyper")]
            "hyper" => tokio(Client::new(app, pusher_hyper::Hyper::with(transport)?))?,
            #[cfg(feature = "reqwest")]
            "reqwest" => tokio(Client::new(app, pusher_reqwest::Reqwest::with(transport)?))?,
            #[cfg(feature = "isahc")]
            "isahc" => Face::Anywhere(Client::new(app, pusher_isahc::Isahc::with(transport)?)),
            #[cfg(feature = "surf")]
            "surf" => Face::Anywhere(Client::new(app, pusher_surf::Surf::with(transport)?)),
            #[cfg(feature = "async-std")]
            "async-std" => {
                Face::Anywhere(Client::new(app, pusher_async_std::AsyncStd::with(transport)?))
            }
            #[cfg(feature = "smol")]
            "smol" => Face::Anywhere(Client::new(app, pusher_smol::Smol::with(transport)?)),
            #[cfg(feature = "ureq")]
            "ureq" => {
                Face::Blocking(blocking::Client::new(app, pusher_ureq::Ureq::with(transport)?))
            }
            unknown => {
                let _ = (app, transport);
                let known = EXECUTORS.join(", ");
                return Err(format!(
                    "this build has no executor {unknown:?}; it has {known}, and a cargo feature \
                     adds each: --features {unknown}"
                )
                .into());
            }
        }))
    }

    /// Publishes one event and waits for the answer.
    ///
    /// # Errors
    ///
    /// As the client's `call`.
    pub fn publish(&self, trigger: &Trigger) -> Result<TriggerResponse, CallError> {
        match &self.0 {
            #[cfg(any(feature = "hyper", feature = "reqwest"))]
            Face::Tokio(client, runtime) => runtime.block_on(client.call(trigger)),
            Face::Anywhere(client) => futures_lite::future::block_on(client.call(trigger)),
            Face::Blocking(client) => client.call(trigger),
        }
    }

    /// Publishes all events, so many at a time, and returns the answers in the order of their
    /// arrival.
    pub fn publish_all(
        &self,
        triggers: &[Trigger],
        in_flight: usize,
    ) -> Vec<Result<TriggerResponse, CallError>> {
        match &self.0 {
            #[cfg(any(feature = "hyper", feature = "reqwest"))]
            Face::Tokio(client, runtime) => runtime.block_on(all(client, triggers, in_flight)),
            Face::Anywhere(client) => {
                futures_lite::future::block_on(all(client, triggers, in_flight))
            }
            Face::Blocking(client) => std::thread::scope(|scope| {
                let share = triggers.len().div_ceil(in_flight).max(1);
                let work =
                    |share: &[Trigger]| share.iter().map(|event| client.call(event)).collect();
                let threads: Vec<_> = triggers
                    .chunks(share)
                    .map(|share| scope.spawn(move || -> Vec<_> { work(share) }))
                    .collect();
                let join = |thread: std::thread::ScopedJoinHandle<'_, Vec<_>>| {
                    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                };
                threads.into_iter().flat_map(join).collect()
            }),
        }
    }
}

async fn all(
    client: &Client,
    triggers: &[Trigger],
    in_flight: usize,
) -> Vec<Result<TriggerResponse, CallError>> {
    let calls = triggers.iter().map(|trigger| client.call(trigger));
    stream::iter(calls).buffer_unordered(in_flight).collect().await
}

#[cfg(any(feature = "hyper", feature = "reqwest"))]
fn tokio(client: Client) -> std::io::Result<Face> {
    Ok(Face::Tokio(client, tokio::runtime::Runtime::new()?))
}
