//! What a call does between its beginning and its result, without doing it: fed with the time and with
//! what came, it says what to send, how long to wait, or how the call ended. Both clients do what it says,
//! and know nothing else about retries, clocks and batches.

use std::time::Duration;

use backon::ExponentialBackoff;
use pusher_core::{
    ApiErrorKind, BuildError, ChannelAttributes, Endpoint, Expects, Prepared, ResponseError,
    Timestamp, Trigger, TriggerBatch, TriggerBatchResponse, http::StatusCode,
};

use crate::{
    call::Caller,
    clock::Moment,
    error::{BatchError, CallError, ExecutorError, Signed},
    executor::{Request, Response},
    retry::Retry,
    skew, telemetry,
};

/// What to do next.
pub(crate) enum Step<R> {
    /// Send this, and tell what came with [`Attempts::answered`].
    Send(Request),
    /// Let so much time pass, then call [`Attempts::waited`].
    Wait(Duration),
    /// Nothing more.
    Done(Result<R, CallError>),
}

/// One call, in one or several attempts.
pub(crate) struct Attempts<'a, E> {
    caller: &'a Caller,
    endpoint: &'a E,
    began: Moment,
    attempts: u32,
    backoff: ExponentialBackoff,
    /// When the last attempt was sent, by the machine's clock and by the corrected one.
    sent: Timestamp,
    signed: Timestamp,
    /// What this call found its clock to lack.
    found: Option<i64>,
    /// Of the last answer.
    status: Option<StatusCode>,
}

impl<'a, E: Endpoint> Attempts<'a, E> {
    pub(crate) fn begin(
        caller: &'a Caller,
        endpoint: &'a E,
        now: Moment,
    ) -> (Self, Step<E::Response>) {
        let mut call = Self {
            caller,
            endpoint,
            began: now,
            attempts: 0,
            backoff: Retry::backoff(),
            sent: now.clock,
            signed: now.clock,
            found: None,
            status: None,
        };
        let step = call.send(now);
        (call, step)
    }

    /// The wait is over.
    pub(crate) fn waited(&mut self, now: Moment) -> Step<E::Response> {
        self.send(now)
    }

    /// The attempt ended.
    pub(crate) fn answered(
        &mut self,
        outcome: Result<Response, ExecutorError>,
        now: Moment,
    ) -> Step<E::Response> {
        match outcome {
            Ok(response) => self.read(&response, now),
            Err(error) => {
                if self.caller.retry().after_failure(&error)
                    && let Some(pause) = self.pause(None, now)
                {
                    telemetry::again(&error, pause);
                    return Step::Wait(pause);
                }
                Step::Done(Err(CallError::Execute { error, attempts: self.attempts }))
            }
        }
    }

    fn read(&mut self, response: &Response, now: Moment) -> Step<E::Response> {
        self.status = Some(response.status());
        let error = match Expects::<E>::new().parse(response) {
            Ok(answer) => {
                if let Some(seconds) = self.found {
                    self.caller.shared().skew.set(seconds);
                    telemetry::corrected(seconds);
                }
                self.caller.shared().budget.refill();
                return Step::Done(Ok(answer));
            }
            Err(error) => error,
        };
        // A refused signature has changed nothing, so trying once with another clock is safe.
        if self.found.is_none()
            && let ResponseError::Api(error) = &error
            && error.kind() == ApiErrorKind::Unauthorized
        {
            let applied = self.caller.shared().skew.get();
            let (sent, received) = (self.sent, now.clock);
            self.found = skew::learned(error, response.headers(), sent, received, applied);
            if self.found.is_some() {
                return self.send(now);
            }
        }
        if self.caller.retry().after_answer(&error)
            && let Some(pause) = self.pause(error.retry_after(), now)
        {
            telemetry::again(&error, pause);
            return Step::Wait(pause);
        }
        let signed = (error.status() == 401).then(|| self.signed()).flatten();
        Step::Done(Err(CallError::Response { error, attempts: self.attempts, signed }))
    }

    /// Signed anew for each attempt: nothing stale is ever sent.
    fn send(&mut self, now: Moment) -> Step<E::Response> {
        let seconds = self.found.unwrap_or_else(|| self.caller.shared().skew.get());
        self.sent = now.clock;
        self.signed = skew::corrected(now.clock, seconds);
        match self.caller.app().prepare(self.endpoint, self.signed) {
            Ok(Prepared { request, expects: _ }) => {
                self.attempts += 1;
                Step::Send(request)
            }
            Err(error) => Step::Done(Err(error.into())),
        }
    }

    /// How long to wait before the next attempt, if there is one.
    fn pause(&mut self, asked: Option<Duration>, now: Moment) -> Option<Duration> {
        let longest = self.backoff.next().unwrap_or_default();
        let pause = longest.mul_f64(self.caller.fraction()).max(asked.unwrap_or_default());
        let elapsed = now.elapsed.saturating_sub(self.began.elapsed).saturating_add(pause);
        let allowed = self.caller.retry().has_time(self.attempts, elapsed)
            && self.caller.shared().budget.take();
        allowed.then_some(pause)
    }

    fn signed(&self) -> Option<Box<Signed>> {
        let string_to_sign = self.caller.app().string_to_sign(self.endpoint, self.signed).ok()?;
        Some(Box::new(Signed { string_to_sign, clock_skew: self.found }))
    }

    pub(crate) fn status(&self) -> Option<StatusCode> {
        self.status
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }
}

/// Any number of events, in requests of as many as the limits allow, one after another.
pub(crate) struct Batches {
    events: std::vec::IntoIter<Trigger>,
    size: usize,
    /// How many events the requests had that were answered.
    accepted: usize,
    /// What the answers told; empty as long as none told anything.
    told: Vec<ChannelAttributes>,
}

impl Batches {
    pub(crate) fn new(
        caller: &Caller,
        events: impl IntoIterator<Item = Trigger>,
    ) -> Result<Self, BatchError> {
        let impossible = |reason| BatchError::new(0, 0, CallError::Build(reason));
        let events = caller.seal_all(events).map_err(impossible)?.into_iter();
        let size = caller.app().limits_in_force().max_batch_events().max(1);
        Ok(Self { events, size, accepted: 0, told: Vec::new() })
    }

    /// The next request, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<TriggerBatch>, BatchError> {
        let events: Vec<_> = self.events.by_ref().take(self.size).collect();
        if events.is_empty() {
            return Ok(None);
        }
        let impossible = |reason| BatchError::new(self.accepted, 0, BuildError::from(reason));
        TriggerBatch::new(events).map(Some).map_err(impossible)
    }

    /// The request was answered.
    pub(crate) fn answered(
        &mut self,
        batch: &TriggerBatch,
        answer: Result<TriggerBatchResponse, CallError>,
    ) -> Result<(), BatchError> {
        let events = batch.events().len();
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let unknown = if error.maybe_carried_out() { events } else { 0 };
                return Err(BatchError::new(self.accepted, unknown, error));
            }
        };
        if !answer.batch.is_empty() {
            self.told.resize(self.accepted, ChannelAttributes::default());
            self.told.extend(answer.batch);
        }
        self.accepted += events;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> TriggerBatchResponse {
        if !self.told.is_empty() {
            self.told.resize(self.accepted, ChannelAttributes::default());
        }
        let mut response = TriggerBatchResponse::default();
        response.batch = self.told;
        response
    }
}

#[cfg(test)]
mod tests;
