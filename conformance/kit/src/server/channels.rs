//! `GET /apps/{app_id}/channels` and `GET /apps/{app_id}/channels/{channel}`: pure functions of the
//! query and the state. This file knows which attributes they have; it does not know how to find
//! their values.

use serde_json::{Map, Value, json};

use super::answer::{Accepted, Failure, bad};
use super::info::{self, CACHE, SUBSCRIPTION_COUNT, USER_COUNT};
use super::names::{self, is_presence};
use super::state::State;
use super::verify::decode;

/// The occupied channels.
pub(super) fn list(state: &State, query: &str) -> Result<Accepted, Failure> {
    let prefix = param(query, "filter_by_prefix")?.unwrap_or_default();
    let info = asked(query, &[USER_COUNT])?;
    if !info.is_empty() && !is_presence(&prefix) {
        // Spelled as pusher.com does.
        return Err(bad("user_count may only be requested for presence channels - please supply \
                        filter_by_prefix begining with presence-\n"));
    }
    let channels: Map<_, _> = state
        .channels()
        .filter(|channel| channel.starts_with(&prefix))
        .map(|channel| (channel.to_owned(), info::values(state, channel, &info).into()))
        .collect();
    Ok(Accepted::of(json!({ "channels": channels })))
}

/// One channel, occupied or not.
pub(super) fn get(state: &State, channel: &str, query: &str) -> Result<Accepted, Failure> {
    names::check(channel, channel)?;
    let info = asked(query, &[USER_COUNT, SUBSCRIPTION_COUNT, CACHE])?;
    info::check(channel, &info)?;

    let occupied = state.connections(channel) > 0;
    let mut answer = Map::from_iter([("occupied".to_owned(), json!(occupied))]);
    answer.extend(info::values(state, channel, &info));
    Ok(Accepted::of(Value::Object(answer)))
}

fn asked(query: &str, available: &[&str]) -> Result<Vec<String>, Failure> {
    param(query, "info")?.map_or_else(|| Ok(Vec::new()), |list| info::read(&list, available))
}

fn param(query: &str, name: &str) -> Result<Option<String>, Failure> {
    let mut values = decode(query).into_iter().filter(|(key, _)| key == name.as_bytes());
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some((_, value)), None) => {
            String::from_utf8(value).map(Some).map_err(|_| bad(format!("{name} is not UTF-8")))
        }
        (Some(_), Some(_)) => Err(bad(format!("{name} was sent more than once"))),
    }
}

#[cfg(test)]
mod tests;
