//! What a call is before and after the wire, for both clients. This file does no I/O and does not
//! wait.

use std::{fmt, sync::Arc};

use pusher_core::{App, Endpoint, Prepared, Timestamp};

use crate::{clock, error::CallError};

/// Prepares calls: an app, and the clock that its requests are signed with.
#[derive(Clone)]
pub(crate) struct Caller {
    app: App,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Caller {
    pub(crate) fn new(app: App) -> Self {
        Self { app, clock: Arc::new(clock::system_time) }
    }

    pub(crate) fn clock(&self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { app: self.app.clone(), clock: Arc::new(clock) }
    }

    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    pub(crate) fn prepare<E: Endpoint>(&self, endpoint: &E) -> Result<Prepared<E>, CallError> {
        Ok(self.app.prepare(endpoint, (self.clock)())?)
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.app.fmt(f)
    }
}
