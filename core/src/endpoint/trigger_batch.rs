//! `POST /apps/{app_id}/batch_events`: several events in one request, each with its own channel.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ChannelAttributes, Draft, Endpoint, Trigger};
use crate::{
    BuildError, DecodeError, Limits, Quantity,
    json::{self, Json, Out},
};

/// Publishes several events at once (protocol: `POST /batch_events`). Each goes to one channel; the
/// channels may differ.
///
/// ```
/// use pusher_core::{Attribute, Data, Trigger, TriggerBatch};
///
/// let batch = TriggerBatch::new(vec![
///     Trigger::new("orders".parse()?, "paid".parse()?, Data::json(&7)?),
///     Trigger::new("presence-audit".parse()?, "paid".parse()?, Data::text("order 7"))
///         .exclude("1234.5678".parse()?)
///         .info([Attribute::UserCount]),
/// ])?;
/// assert_eq!(batch.events().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Trigger>", into = "Vec<Trigger>")]
pub struct TriggerBatch(Vec<Trigger>);

impl TriggerBatch {
    /// Takes events that go to one channel each. How many there may be, the
    /// [`Limits`](crate::Limits) say when the batch is prepared.
    ///
    /// # Errors
    ///
    /// If there are none, or if one goes to several channels.
    pub fn new(events: Vec<Trigger>) -> Result<Self, InvalidBatch> {
        if events.is_empty() {
            return Err(InvalidBatch::Empty);
        }
        match events.iter().position(|event| event.channels().len() != 1) {
            Some(index) => Err(InvalidBatch::SeveralChannels { index }),
            None => Ok(Self(events)),
        }
    }

    /// The events, in the order given.
    pub fn events(&self) -> &[Trigger] {
        &self.0
    }
}

impl TryFrom<Vec<Trigger>> for TriggerBatch {
    type Error = InvalidBatch;

    fn try_from(events: Vec<Trigger>) -> Result<Self, InvalidBatch> {
        Self::new(events)
    }
}

impl From<TriggerBatch> for Vec<Trigger> {
    fn from(batch: TriggerBatch) -> Self {
        batch.0
    }
}

impl Json for TriggerBatch {
    fn write<O: Out>(&self, out: &mut O) {
        out.raw(r#"{"batch":"#);
        out.list(&self.0, |out, event| {
            out.raw(r#"{"channel":"#);
            out.string(event.channels().first().map_or("", |channel| channel.as_str()));
            out.raw(r#","name":"#);
            out.string(event.name().as_str());
            out.raw(r#","data":"#);
            out.string(event.data().as_str());
            event.write_options(out);
        });
        out.raw("}");
    }
}

impl Endpoint for TriggerBatch {
    type Response = TriggerBatchResponse;
    const NAME: &'static str = "trigger_batch";

    fn draft<'a>(&'a self, limits: &Limits) -> Result<Draft<'a>, BuildError> {
        limits.check(Quantity::BatchEvents, self.0.len())?;
        for (index, event) in self.0.iter().enumerate() {
            let in_batch = |reason| BuildError::BatchEvent { index, reason: Box::new(reason) };
            event.check(limits).map_err(in_batch)?;
        }
        Ok(Draft::post(&["batch_events"], self.to_body()))
    }

    fn channel_count(&self) -> Option<usize> {
        Some(self.0.len())
    }

    fn decode(body: &[u8]) -> Result<TriggerBatchResponse, DecodeError> {
        Ok(json::object(body)?)
    }
}

/// What the server answers to a [`TriggerBatch`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct TriggerBatchResponse {
    /// For each event, in the order of the batch, the attributes that it asked for; empty if no
    /// event asked for any, or if the server tells none.
    #[serde(default, deserialize_with = "json::list")]
    pub batch: Vec<ChannelAttributes>,
}

/// Why a list of events is not a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidBatch {
    /// The list is empty.
    Empty,
    /// An event goes to several channels; in a batch, each goes to one.
    SeveralChannels {
        /// Its place in the list, from 0.
        index: usize,
    },
}

impl fmt::Display for InvalidBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the batch is empty; it has at least one event"),
            Self::SeveralChannels { index } => write!(
                f,
                "the event at index {index} goes to several channels; in a batch, each event goes to one"
            ),
        }
    }
}

impl std::error::Error for InvalidBatch {}
