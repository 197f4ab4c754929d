//! `POST /apps/{app_id}/events`: is the body an event, and within the documented limits? A pure
//! function of the body, which is already verified.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::{Accepted, Failure};
use super::record::Event;

const CHANNELS_LIMIT: usize = 100;
const NAME_LIMIT: usize = 200;
const DATA_LIMIT: usize = 10_240;

const TO_USER: &str = "#server-to-user-";

pub(super) fn post(body: &[u8]) -> Result<Accepted, Failure> {
    let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
        return Err(bad("The body is not a JSON object"));
    };
    let event = Event {
        name: required(&fields, "name")?.to_owned(),
        data: required(&fields, "data")?.to_owned(),
        channels: channels(&fields)?,
        socket_id: optional(&fields, "socket_id")?.map(str::to_owned),
        info: optional(&fields, "info")?
            .map_or_else(Vec::new, |info| info.split(',').map(str::to_owned).collect()),
    };
    check(&event)?;

    let mut answer = json!({});
    if !event.info.is_empty() {
        // Nobody can subscribe here, so every count is 0.
        let counts: Map<_, _> =
            event.info.iter().map(|attribute| (attribute.clone(), json!(0))).collect();
        let channels: Map<_, _> =
            event.channels.iter().map(|name| (name.clone(), json!(counts))).collect();
        answer = json!({ "channels": channels });
    }
    Ok(Accepted { events: vec![event], answer })
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
    if let Some(name) =
        event.channels.iter().find(|name| !is_name(name.strip_prefix(TO_USER).unwrap_or(name)))
    {
        return Err(bad(format!("{name:?} is not a channel name")));
    }
    if !event.socket_id.as_deref().is_none_or(is_socket_id) {
        return Err(bad("socket_id must be two numbers with a dot between them"));
    }
    if !event
        .info
        .iter()
        .all(|attribute| matches!(attribute.as_str(), "user_count" | "subscription_count"))
    {
        return Err(bad("info should be a comma separated list of attributes"));
    }
    let all_presence = event.channels.iter().all(|name| name.starts_with("presence-"));
    if event.info.iter().any(|attribute| attribute == "user_count") && !all_presence {
        return Err(bad("Cannot retrieve the user count unless the channel is a presence channel"));
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

fn is_name(name: &str) -> bool {
    (1..=NAME_LIMIT).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_=@,.;-".contains(&b))
}

fn is_socket_id(text: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.split_once('.').is_some_and(|(a, b)| number(a) && number(b))
}

fn bad(reason: impl Into<String>) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, reason)
}

#[cfg(test)]
mod tests;
