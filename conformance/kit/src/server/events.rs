//! `POST /apps/{app_id}/events` and `POST /apps/{app_id}/batch_events`: is the body an event, or a
//! batch of them, and within the documented limits? Pure functions of the body, which is already
//! verified, and the state. This file knows what an event is; it does not know what becomes of it.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::{Accepted, Failure, bad};
use super::info::{self, SUBSCRIPTION_COUNT, USER_COUNT};
use super::names;
use super::record::{Effect, Event};
use super::state::State;

const BATCH_LIMIT: usize = 10;
const CHANNELS_LIMIT: usize = 100;
const NAME_LIMIT: usize = 200;
const DATA_LIMIT: usize = 10_240;

const TO_USER: &str = "#server-to-user-";

pub(super) fn post(state: &State, body: &[u8]) -> Result<Accepted, Failure> {
    let fields = object(body)?;
    let event = event(&fields, channels(&fields)?)?;

    let mut answer = json!({});
    if !event.info.is_empty() {
        // A publisher may ask for more than some of the channels have.
        let attributes = |name: &String| info::values(state, name, &event.info).into();
        let channels: Map<_, _> =
            event.channels.iter().map(|name| (name.clone(), attributes(name))).collect();
        answer = json!({ "channels": channels });
    }
    Ok(Accepted { answer, effect: Effect::Publish(vec![event]) })
}

/// All of the batch is accepted, or nothing.
pub(super) fn post_batch(state: &State, body: &[u8]) -> Result<Accepted, Failure> {
    let fields = object(body)?;
    let Some(Value::Array(batch)) = fields.get("batch") else {
        return Err(bad("batch must be an array of objects"));
    };
    match batch.len() {
        0 => return Err(bad("batch must hold at least one event")),
        1..=BATCH_LIMIT => {}
        size => return Err(bad(format!("Batch too large ({size} > {BATCH_LIMIT})\n"))),
    }
    let events = batch.iter().map(item).collect::<Result<Vec<_>, _>>()?;

    let mut answer = json!({});
    if events.iter().any(|event| !event.info.is_empty()) {
        // Every event of a batch has one channel, so that this has as many as the batch.
        let batch: Vec<_> = events
            .iter()
            .flat_map(|event| event.channels.iter().map(|name| (name, &event.info)))
            .map(|(name, info)| info::values(state, name, info))
            .collect();
        answer = json!({ "batch": batch });
    }
    Ok(Accepted { answer, effect: Effect::Publish(events) })
}

fn item(item: &Value) -> Result<Event, Failure> {
    let fields = item.as_object().ok_or_else(|| bad("batch must be an array of objects"))?;
    let channel =
        optional(fields, "channel")?.ok_or_else(|| bad("Missing required parameter: channel\n"))?;
    event(fields, vec![channel.to_owned()])
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    serde_json::from_slice(body).map_err(|_| bad("The body is not a JSON object"))
}

fn event(fields: &Map<String, Value>, channels: Vec<String>) -> Result<Event, Failure> {
    let info = optional(fields, "info")?;
    let event = Event {
        name: required(fields, "name")?.to_owned(),
        data: required(fields, "data")?.to_owned(),
        channels,
        socket_id: optional(fields, "socket_id")?.map(str::to_owned),
        info: info.map_or_else(
            || Ok(Vec::new()),
            |list| info::read(list, &[USER_COUNT, SUBSCRIPTION_COUNT]),
        )?,
    };
    check(&event)?;
    Ok(event)
}

fn check(event: &Event) -> Result<(), Failure> {
    if event.data.len() > DATA_LIMIT {
        return Err(Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "The data content of this event exceeds the allowed maximum ({DATA_LIMIT} bytes). \
                 See https://pusher.com/docs/channels/server_api/http-api#publishing-events for more info"
            ),
        ));
    }
    if !(1..=NAME_LIMIT).contains(&event.name.chars().count()) {
        return Err(bad(format!("name must have 1 to {NAME_LIMIT} characters")));
    }
    if !(1..=CHANNELS_LIMIT).contains(&event.channels.len()) {
        return Err(bad(format!(
            "channels must hold 1 to {CHANNELS_LIMIT} names, but holds {}",
            event.channels.len()
        )));
    }
    for channel in &event.channels {
        names::check(channel, channel.strip_prefix(TO_USER).unwrap_or(channel))?;
    }
    if !event.socket_id.as_deref().is_none_or(is_socket_id) {
        return Err(bad("socket_id must be two numbers with a dot between them"));
    }
    Ok(())
}

fn channels(fields: &Map<String, Value>) -> Result<Vec<String>, Failure> {
    let wrong = || bad("channels must be an array of strings");
    match (present(fields, "channels"), optional(fields, "channel")?) {
        (Some(Value::Array(names)), None) => {
            names.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        (Some(_), None) => Err(wrong()),
        (None, Some(name)) => Ok(vec![name.to_owned()]),
        (None, None) => Err(bad("channels is missing")),
        (Some(_), Some(_)) => Err(bad("channels and channel exclude each other")),
    }
}

fn required<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str, Failure> {
    optional(fields, name)?.ok_or_else(|| bad(format!("{name} is missing")))
}

fn optional<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Failure> {
    present(fields, name)
        .map(|value| value.as_str().ok_or_else(|| bad(format!("{name} must be a string"))))
        .transpose()
}

/// Some clients send `null` for what they do not set, and the servers put up with it.
fn present<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields.get(name).filter(|value| !value.is_null())
}

fn is_socket_id(text: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.split_once('.').is_some_and(|(a, b)| number(a) && number(b))
}

#[cfg(test)]
mod tests;
