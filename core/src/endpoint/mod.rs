//! What a call is: the trait that all calls share, and one file for each. This room knows names
//! and JSON; it does not know secrets, hashing or the time.

mod call;
mod draft;
mod get_channel;
mod get_channels;
mod get_users;
mod info;
mod raw;
mod send_to_user;
mod terminate_user;
mod trigger;
mod trigger_batch;

pub use self::{
    call::{Call, InvalidCall},
    draft::Draft,
    get_channel::{Cache, GetChannel, GetChannelResponse},
    get_channels::{GetChannels, GetChannelsResponse},
    get_users::{ChannelUser, GetUsers, GetUsersResponse},
    info::{Attribute, ChannelAttributes},
    raw::{Json, Raw},
    send_to_user::SendToUser,
    terminate_user::TerminateUser,
    trigger::{Trigger, TriggerResponse},
    trigger_batch::{InvalidBatch, TriggerBatch, TriggerBatchResponse},
};
use crate::{BuildError, DecodeError, Limits};

/// One kind of call to the API: what to send, and how to read what comes back.
///
/// The trait is open: a call that this crate does not know takes one type.
///
/// ```
/// use pusher_core::{
///     App, BuildError, Credentials, DecodeError, Draft, Endpoint, Limits, Timestamp,
/// };
///
/// /// `GET /apps/{app_id}/channels/{channel}/history`, which only some servers have.
/// struct History<'a> { channel: &'a str }
///
/// impl Endpoint for History<'_> {
///     type Response = serde_json::Value;
///     const NAME: &'static str = "history";
///
///     fn draft<'a>(&'a self, _limits: &Limits) -> Result<Draft<'a>, BuildError> {
///         Ok(Draft::get(vec!["channels", self.channel, "history"]).query("limit", "10"))
///     }
///
///     fn decode(body: &[u8]) -> Result<Self::Response, DecodeError> {
///         Ok(serde_json::from_slice(body)?)
///     }
/// }
///
/// let app = App::new(Credentials { app_id: "3", key: "key", secret: "secret" })?;
/// let prepared = app.prepare(&History { channel: "orders" }, Timestamp::from_unix(1_353_088_179))?;
/// assert_eq!(prepared.request.uri().path(), "/apps/3/channels/orders/history");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Endpoint {
    /// What the server answers.
    type Response;

    /// What the call is called in spans, metrics and vectors, such as `trigger`.
    const NAME: &'static str;

    /// Describes the request, within the limits.
    ///
    /// # Errors
    ///
    /// If the call is impossible, or larger than the limits allow.
    fn draft<'a>(&'a self, limits: &Limits) -> Result<Draft<'a>, BuildError>;

    /// How many channels the call concerns, for spans and metrics; `None` if it is about no channel or
    /// about all.
    fn channel_count(&self) -> Option<usize> {
        None
    }

    /// Reads the body of a successful response; one without a body reads `{}`.
    ///
    /// # Errors
    ///
    /// If the body is not what the endpoint promises.
    fn decode(body: &[u8]) -> Result<Self::Response, DecodeError>;
}
