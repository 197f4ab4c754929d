//! What all calls of a client share: the app, the clocks, the rules for trying again. This file does no
//! I/O and does not wait.

use std::{fmt, sync::Arc, time::Instant};

use pusher_core::{App, BuildError, Data, EventName, Nonce, Timestamp, Trigger};

use crate::{
    arguments::{IntoChannels, IntoData, IntoName},
    clock::{self, Moment},
    retry::{Budget, Retry},
    skew::Skew,
    telemetry,
};

/// Fills the bytes.
type Entropy = dyn Fn(&mut [u8]) + Send + Sync;

#[derive(Clone)]
pub(crate) struct Caller {
    app: App,
    retry: Retry,
    began: Instant,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    entropy: Arc<Entropy>,
    shared: Arc<Shared>,
}

/// What clones of a client have in common.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) budget: Budget,
    pub(crate) skew: Skew,
}

impl Caller {
    pub(crate) fn new(app: App) -> Self {
        telemetry::plaintext(&app);
        Self {
            app,
            retry: Retry::default(),
            began: Instant::now(),
            clock: Arc::new(clock::system_time),
            entropy: Arc::new(clock::system_entropy),
            shared: Arc::default(),
        }
    }

    pub(crate) fn with_clock(&self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self.clone() }
    }

    #[cfg(test)]
    pub(crate) fn with_entropy(&self, entropy: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self { entropy: Arc::new(entropy), ..self.clone() }
    }

    pub(crate) fn with_retry(&self, retry: Retry) -> Self {
        Self { retry, ..self.clone() }
    }

    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    pub(crate) fn retry(&self) -> &Retry {
        &self.retry
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn now(&self) -> Moment {
        Moment { elapsed: self.began.elapsed(), clock: (self.clock)() }
    }

    /// A random number from 0 to 1.
    pub(crate) fn fraction(&self) -> f64 {
        let mut bytes = [0; 4];
        (self.entropy)(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }

    pub(crate) fn trigger(
        &self,
        channels: impl IntoChannels,
        event: impl IntoName<EventName>,
        data: impl IntoData,
    ) -> Result<Trigger, BuildError> {
        let data: Data = data.into_data()?;
        self.seal(Trigger::to(channels.into_channels()?, event.into_name()?, data))
    }

    /// Encrypts what goes to an encrypted channel: once, whatever the number of attempts.
    pub(crate) fn seal(&self, event: Trigger) -> Result<Trigger, BuildError> {
        self.app.seal_trigger(event, || {
            let mut bytes = [0; 24];
            (self.entropy)(&mut bytes);
            Nonce::from_bytes(bytes)
        })
    }

    pub(crate) fn seal_all(
        &self,
        events: impl IntoIterator<Item = Trigger>,
    ) -> Result<Vec<Trigger>, BuildError> {
        let seal = |(index, event)| {
            let reason = |reason| BuildError::BatchEvent { index, reason: Box::new(reason) };
            self.seal(event).map_err(reason)
        };
        events.into_iter().enumerate().map(seal).collect()
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("app", &self.app)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
