//! `GET /apps/{app_id}/channels/{channel}/users` and
//! `POST /apps/{app_id}/users/{user_id}/terminate_connections`. This file knows users by their ids
//! alone; it does not know what else a client may have said about them.

use serde_json::{Value, json};

use super::answer::{Accepted, Failure, bad};
use super::names::{self, is_presence};
use super::record::Effect;
use super::state::State;

/// The users of a presence channel.
pub(super) fn list(state: &State, channel: &str) -> Result<Accepted, Failure> {
    names::check(channel, channel)?;
    if !is_presence(channel) {
        return Err(bad("Users can only be retrieved for presence channels\n"));
    }
    let users: Vec<Value> = state.users(channel).map(|id| json!({ "id": id })).collect();
    Ok(Accepted::of(json!({ "users": users })))
}

/// Needs no parameters. Whether the user is signed in makes no difference to the answer.
pub(super) fn terminate(user_id: &str) -> Accepted {
    Accepted { answer: json!({}), effect: Effect::Terminate(user_id.into()) }
}

#[cfg(test)]
mod tests;
