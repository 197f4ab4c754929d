//! What the server remembers. It never holds a secret or a signature that came, and it never grows
//! without bound.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Refusal;

/// How many events, requests and terminations a server remembers, and of how many cache channels
/// the last event. Older ones are forgotten.
pub const RECORD_LIMIT: usize = 10_000;

/// An accepted event: the MD5 of its body and its signature were recomputed from the bytes that
/// came, and matched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// The channels that it was published to, in the order of the request.
    pub channels: Vec<String>,
    /// The name of the event.
    pub name: String,
    /// The data, exactly as it came.
    pub data: String,
    /// The connection that shall not receive it.
    pub socket_id: Option<String>,
    /// The attributes that were asked for by `info`.
    pub info: Vec<String>,
}

/// A request, whatever became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The method.
    pub method: String,
    /// The path as it came, without the query, which holds the signature.
    pub path: String,
    /// The status that it was answered with.
    pub status: u16,
    /// Whether it was signed as it should be. A verified request may still be answered with an
    /// error.
    pub verification: Verification,
}

/// Whether a request was signed as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// The MD5 of the body and the signature were recomputed from the bytes that came, and matched.
    Verified,
    /// The request got no further.
    Refused(Refusal),
}

/// What an accepted request does.
pub(super) enum Effect {
    None,
    Publish(Vec<Event>),
    /// The user's connections are closed.
    Terminate(String),
}

#[derive(Default)]
pub(super) struct Records {
    kept: Mutex<Kept>,
    event_came: Condvar,
}

#[derive(Default)]
struct Kept {
    requests: VecDeque<Received>,
    events: VecDeque<Event>,
    /// User ids.
    terminations: VecDeque<String>,
    /// How many of `events`, from the front, `wait_for_event` has returned.
    waited_for: usize,
}

impl Records {
    pub(super) fn push(&self, request: Received, effect: Effect) {
        let mut kept = self.lock();
        kept.requests.push_back(request);
        match effect {
            Effect::None => {}
            Effect::Publish(events) => kept.events.extend(events),
            Effect::Terminate(user_id) => kept.terminations.push_back(user_id),
        }
        while kept.requests.len() > RECORD_LIMIT {
            kept.requests.pop_front();
        }
        while kept.terminations.len() > RECORD_LIMIT {
            kept.terminations.pop_front();
        }
        while kept.events.len() > RECORD_LIMIT {
            kept.events.pop_front();
            kept.waited_for = kept.waited_for.saturating_sub(1);
        }
        self.event_came.notify_all();
    }

    pub(super) fn requests(&self) -> Vec<Received> {
        self.lock().requests.iter().cloned().collect()
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.lock().events.iter().cloned().collect()
    }

    pub(super) fn terminations(&self) -> Vec<String> {
        self.lock().terminations.iter().cloned().collect()
    }

    pub(super) fn wait_for_event(&self, timeout: Duration) -> Option<Event> {
        let none_yet = |kept: &mut Kept| kept.waited_for >= kept.events.len();
        let (mut kept, _) = self
            .event_came
            .wait_timeout_while(self.lock(), timeout, none_yet)
            .unwrap_or_else(PoisonError::into_inner);
        let event = kept.events.get(kept.waited_for).cloned()?;
        kept.waited_for += 1;
        Some(event)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
mod tests {
    use super::*;

    fn push(records: &Records, name: usize) {
        let event = Event {
            channels: vec!["a".into()],
            name: name.to_string(),
            data: String::new(),
            socket_id: None,
            info: Vec::new(),
        };
        let request = Received {
            method: "POST".into(),
            path: name.to_string(),
            status: 200,
            verification: Verification::Verified,
        };
        records.push(request.clone(), Effect::Publish(vec![event]));
        records.push(request, Effect::Terminate(name.to_string()));
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let records = Records::default();
        push(&records, 0);
        push(&records, 1);
        assert_eq!(records.wait_for_event(Duration::ZERO).unwrap().name, "0");
        for name in 2..=RECORD_LIMIT {
            push(&records, name);
        }
        assert_eq!(records.events().len(), RECORD_LIMIT);
        assert_eq!(records.requests().len(), RECORD_LIMIT);
        assert_eq!(records.terminations().len(), RECORD_LIMIT);
        assert_eq!(records.terminations().first().unwrap(), "1");
        assert_eq!(records.events().first().unwrap().name, "1");
        assert_eq!(
            records.wait_for_event(Duration::ZERO).unwrap().name,
            "1",
            "the wait goes on where it was"
        );
        assert_eq!(records.wait_for_event(Duration::ZERO).unwrap().name, "2");
    }
}
