//! What is told to those who listen: spans and events of `tracing`, and of `log` with the feature of
//! that name. Never a payload, a secret, a query or a signature. Without the feature `tracing`, nothing.

#![cfg_attr(not(feature = "tracing"), allow(unused_variables))]

use std::{error::Error, time::Duration};

#[cfg(feature = "tracing")]
use pusher_core::ResponseError;
use pusher_core::{App, Endpoint, http::StatusCode};

#[cfg(feature = "tracing")]
use crate::error::ErrorKind;
use crate::{
    error::{CallError, ExecutorError},
    executor::{Request, Response},
};

/// A span that measures itself.
#[derive(Debug)]
pub(crate) struct Span {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
    #[cfg(feature = "tracing")]
    began: std::time::Instant,
}

impl Span {
    /// One call, with all its attempts.
    pub(crate) fn call<E: Endpoint>(app: &App, endpoint: &E) -> Self {
        #[cfg(feature = "tracing")]
        return Self::begin(tracing::info_span!(
            "pusher.call",
            pusher.endpoint = E::NAME,
            pusher.app_id = app.app_id(),
            pusher.channel_count = endpoint.channel_count(),
            pusher.attempts = tracing::field::Empty,
            http.response.status_code = tracing::field::Empty,
            error.type = tracing::field::Empty,
            duration_ms = tracing::field::Empty,
        ));
        #[cfg(not(feature = "tracing"))]
        Self {}
    }

    /// One attempt.
    pub(crate) fn attempt(request: &Request, attempts: u32) -> Self {
        #[cfg(feature = "tracing")]
        return Self::begin(tracing::debug_span!(
            "pusher.attempt",
            http.request.method = request.method().as_str(),
            http.request.resend_count = attempts.saturating_sub(1),
            server.address = request.uri().host(),
            url.path = request.uri().path(),
            http.response.status_code = tracing::field::Empty,
            duration_ms = tracing::field::Empty,
        ));
        #[cfg(not(feature = "tracing"))]
        Self {}
    }

    #[cfg(feature = "tracing")]
    fn begin(span: tracing::Span) -> Self {
        Self { span, began: std::time::Instant::now() }
    }

    /// Runs the future inside.
    pub(crate) async fn around<F: Future>(&self, future: F) -> F::Output {
        #[cfg(feature = "tracing")]
        return tracing::Instrument::instrument(future, self.span.clone()).await;
        #[cfg(not(feature = "tracing"))]
        future.await
    }

    /// Runs the closure inside.
    pub(crate) fn around_blocking<R>(&self, run: impl FnOnce() -> R) -> R {
        #[cfg(feature = "tracing")]
        return self.span.in_scope(run);
        #[cfg(not(feature = "tracing"))]
        run()
    }

    pub(crate) fn attempt_ended(&self, outcome: &Result<Response, ExecutorError>) {
        #[cfg(feature = "tracing")]
        {
            self.record_end(outcome.as_ref().ok().map(|response| response.status().as_u16()));
            if let Err(error) = outcome {
                let _inside = self.span.enter();
                tracing::debug!(error = %Chain(error), maybe_sent = error.maybe_sent(), "no response");
            }
        }
    }

    pub(crate) fn call_ended<R>(
        &self,
        result: &Result<R, CallError>,
        attempts: u32,
        status: Option<StatusCode>,
    ) {
        #[cfg(feature = "tracing")]
        {
            self.record_end(status.map(|status| status.as_u16()));
            self.span.record("pusher.attempts", attempts);
            if let Err(error) = result {
                self.span.record("error.type", kind(error));
                let _inside = self.span.enter();
                tracing::error!(error = %Chain(error), attempts, "the call failed");
            }
        }
    }

    #[cfg(feature = "tracing")]
    fn record_end(&self, status: Option<u16>) {
        self.span.record("duration_ms", self.began.elapsed().as_secs_f64() * 1_000.0);
        if let Some(status) = status {
            self.span.record("http.response.status_code", status);
        }
    }
}

/// A call will be made again.
pub(crate) fn again(error: &(dyn Error + 'static), pause: Duration) {
    #[cfg(feature = "tracing")]
    tracing::warn!(error = %Chain(error), pause_ms = pause.as_millis(), "will be made again");
}

/// The machine's clock is wrong, and was corrected.
pub(crate) fn corrected(seconds: i64) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        clock_skew_s = seconds,
        "the clock of this machine is wrong by so many seconds; requests are signed with the server's"
    );
}

/// Everybody on the way can read what the app sends, and send it again.
pub(crate) fn plaintext(app: &App) {
    #[cfg(feature = "tracing")]
    {
        let host = app.base().host();
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        let loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        if app.base().is_plaintext() && !loopback {
            tracing::warn!(
                server.address = host,
                "the app's URL begins with http://: nothing is encrypted on the way"
            );
        }
    }
}

/// A failure in one word, of which there are few: for counting.
#[cfg(feature = "tracing")]
fn kind(error: &CallError) -> &'static str {
    match error {
        CallError::Build(_) => "build",
        CallError::Execute { error, .. } => match error.kind() {
            ErrorKind::Connect => "connect",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Tls => "tls",
            ErrorKind::Proxy => "proxy",
            ErrorKind::Body => "body",
            ErrorKind::Other => "other",
        },
        CallError::Response { error: ResponseError::Malformed(_), .. } => "malformed",
        CallError::Response { .. } => "refused",
    }
}

/// An error and its sources, on one line.
#[cfg(feature = "tracing")]
struct Chain<'a>(&'a (dyn Error + 'static));

#[cfg(feature = "tracing")]
impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut error = self.0;
        while let Some(source) = error.source() {
            write!(f, ": {source}")?;
            error = source;
        }
        Ok(())
    }
}
