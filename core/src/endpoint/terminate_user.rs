//! `POST /apps/{app_id}/users/{user_id}/terminate_connections`: a user is thrown out.

use serde::{Deserialize, Serialize, de::IgnoredAny};

use super::{Draft, Endpoint};
use crate::{BuildError, DecodeError, Limits, UserId};

/// Ends all connections of a user who signed in (protocol: "Terminating user connections"). The user
/// may connect again: refuse them at sign-in too.
///
/// ```
/// use pusher_core::{App, Credentials, TerminateUser, Timestamp};
///
/// let app = App::new(Credentials { app_id: "3", key: "key", secret: "secret" })?;
/// let call = TerminateUser::new("ann".parse()?);
/// let request = app.prepare(&call, Timestamp::from_unix(1_353_088_179))?.request;
/// assert_eq!(request.uri().path(), "/apps/3/users/ann/terminate_connections");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerminateUser {
    user_id: UserId,
}

impl TerminateUser {
    /// This user.
    pub fn new(user_id: UserId) -> Self {
        Self { user_id }
    }
}

impl Endpoint for TerminateUser {
    type Response = ();
    const NAME: &'static str = "terminate_user";

    fn draft<'a>(&'a self, _limits: &Limits) -> Result<Draft<'a>, BuildError> {
        // Some servers want a body, with its MD5, of every POST.
        Ok(Draft::post(vec!["users", self.user_id.as_str(), "terminate_connections"], "{}"))
    }

    fn decode(body: &[u8]) -> Result<(), DecodeError> {
        let _answer: IgnoredAny = serde_json::from_slice(body)?;
        Ok(())
    }
}
