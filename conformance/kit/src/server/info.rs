//! What `info` may ask of a channel, and what the state says to it. This file knows the attributes;
//! it does not know the endpoints, which say what of them they have.

use serde_json::{Map, Value, json};

use super::answer::{Failure, bad};
use super::names::{is_cache, is_presence};
use super::state::State;

pub(super) const USER_COUNT: &str = "user_count";
pub(super) const SUBSCRIPTION_COUNT: &str = "subscription_count";
pub(super) const CACHE: &str = "cache";

/// The attributes in a list, all of which the endpoint must have.
pub(super) fn read(list: &str, available: &[&str]) -> Result<Vec<String>, Failure> {
    if list.split(',').all(|attribute| available.contains(&attribute)) {
        Ok(list.split(',').map(str::to_owned).collect())
    } else {
        Err(bad("info should be a comma separated list of attributes"))
    }
}

/// Refuses an attribute that a channel of this kind does not have.
pub(super) fn check(channel: &str, info: &[String]) -> Result<(), Failure> {
    info.iter().find(|attribute| !has(channel, attribute)).map_or(Ok(()), |attribute| {
        Err(bad(if attribute == USER_COUNT {
            "Cannot retrieve the user count unless the channel is a presence channel\n"
        } else {
            "Cannot retrieve the cache unless the channel is a cache channel\n"
        }))
    })
}

/// Those of the attributes that a channel of this kind has, with their values.
pub(super) fn values(state: &State, channel: &str, info: &[String]) -> Map<String, Value> {
    let value = |attribute: &str| match attribute {
        USER_COUNT => json!(state.users(channel).count()),
        SUBSCRIPTION_COUNT => json!(state.connections(channel)),
        _ => state
            .cached(channel)
            .map_or(Value::Null, |(data, ttl)| json!({ "data": data, "ttl": ttl })),
    };
    info.iter()
        .filter(|attribute| has(channel, attribute))
        .map(|attribute| (attribute.clone(), value(attribute)))
        .collect()
}

fn has(channel: &str, attribute: &str) -> bool {
    match attribute {
        USER_COUNT => is_presence(channel),
        CACHE => is_cache(channel),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
