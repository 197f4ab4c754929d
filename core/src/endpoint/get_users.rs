//! `GET /apps/{app_id}/channels/{channel_name}/users`: who is in a presence channel.

use serde::Deserialize;

use super::{Draft, Endpoint};
use crate::{BuildError, ChannelKind, ChannelName, DecodeError, Limits, Quantity, json};

/// Asks for the users of a presence channel (protocol: `GET /channels/{channel_name}/users`).
///
/// ```
/// use pusher_core::{Expects, GetUsers, ResponseError};
///
/// let answer = http::Response::new(r#"{"users":[{"id":"7"},{"id":"ann"}]}"#);
/// let users = Expects::<GetUsers>::new().parse(&answer)?.users;
/// assert_eq!(users[1].id, "ann");
/// # Ok::<(), ResponseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetUsers {
    channel: ChannelName,
}

impl GetUsers {
    /// The users of this channel.
    pub fn new(channel: ChannelName) -> Self {
        Self { channel }
    }
}

impl Endpoint for GetUsers {
    type Response = GetUsersResponse;
    const NAME: &'static str = "get_users";

    fn draft<'a>(&'a self, limits: &Limits) -> Result<Draft<'a>, BuildError> {
        let name = self.channel.as_str();
        limits.check(Quantity::ChannelNameLength, name.len())?;
        if self.channel.kind() != ChannelKind::Presence {
            return Err(BuildError::NotPresenceChannel { channel: self.channel.clone() });
        }
        Ok(Draft::get(vec!["channels", name, "users"]))
    }

    fn channel_count(&self) -> Option<usize> {
        Some(1)
    }

    fn decode(body: &[u8]) -> Result<GetUsersResponse, DecodeError> {
        Ok(json::object(body)?)
    }
}

/// What the server answers to [`GetUsers`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct GetUsersResponse {
    /// Each user once, however many connections there are; the order is the server's.
    #[serde(default, deserialize_with = "json::list")]
    pub users: Vec<ChannelUser>,
}

/// A user of a presence channel.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ChannelUser {
    /// The `user_id`, as it was authorised; a number is read as its digits.
    #[serde(deserialize_with = "json::owned_text")]
    pub id: String,
}
