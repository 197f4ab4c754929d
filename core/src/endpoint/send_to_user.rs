//! An event for one user, on all their connections. The protocol makes it a trigger on a channel that
//! only the service can name.

use serde::{Deserialize, Serialize};

use super::{Draft, Endpoint, TriggerResponse, trigger::check_content};
use crate::{
    BuildError, Data, DecodeError, EventName, Limits, UserId,
    json::{self, Json, Out},
};

/// Publishes an event to all connections of a user who signed in (protocol: "Sending events to users").
///
/// ```
/// use pusher_core::{Data, SendToUser};
///
/// let notice = SendToUser::new("ann".parse()?, "notice".parse()?, Data::json("welcome")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendToUser {
    user_id: UserId,
    name: EventName,
    data: Data,
}

impl SendToUser {
    /// An event for one user.
    pub fn new(user_id: UserId, name: EventName, data: Data) -> Self {
        Self { user_id, name, data }
    }
}

impl Json for SendToUser {
    fn write<O: Out>(&self, out: &mut O) {
        out.raw(r#"{"name":"#);
        out.string(self.name.as_str());
        // The characters of a user's id need no escape.
        out.raw(r##","channels":["#server-to-user-"##);
        out.raw(self.user_id.as_str());
        out.raw(r#""],"data":"#);
        out.string(self.data.as_str());
        out.raw("}");
    }
}

impl Endpoint for SendToUser {
    type Response = TriggerResponse;
    const NAME: &'static str = "send_to_user";

    fn draft<'a>(&'a self, limits: &Limits) -> Result<Draft<'a>, BuildError> {
        check_content(&self.name, &self.data, limits)?;
        if let Some(channel) = self.data.sealed_for() {
            return Err(BuildError::SealedForAnotherChannel { channel: channel.clone() });
        }
        Ok(Draft::post(&["events"], self.to_body()))
    }

    fn decode(body: &[u8]) -> Result<TriggerResponse, DecodeError> {
        Ok(json::object(body)?)
    }
}
