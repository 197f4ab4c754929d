//! What a server tells a browser that asks to subscribe or to sign in. This room knows names and
//! JSON; whether the browser may do so is decided by the caller, before.
//!
//! Only validated names are signed: both kinds of signature share one key and differ only in their
//! text, so a crafted channel name could otherwise become a user's sign-in.

mod channel;
mod form;
mod jsonp;
mod user;

use std::fmt;

pub use self::{
    channel::{ChannelAuth, ChannelAuths, ChannelData, InvalidChannelData, Member, MemberId},
    form::{ChannelForm, InvalidForm, UserForm},
    jsonp::{Callback, InvalidCallback},
    user::{InvalidUserData, User, UserAuth, UserData},
};
use crate::{ChannelName, LimitExceeded};

/// Why a subscription or a sign-in cannot be authorised.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// Anybody may subscribe to a public channel, so there is nothing to authorise.
    PublicChannel {
        /// The channel.
        channel: ChannelName,
    },
    /// Only a presence channel has members.
    NotPresenceChannel {
        /// The channel.
        channel: ChannelName,
    },
    /// The data for a presence channel has no `user_id`.
    MissingUserId,
    /// The data holds more than the [`Limits`](crate::Limits) allow.
    LimitExceeded(LimitExceeded),
    /// Subscribers of an encrypted channel need its secret, and the app has no master key to derive it
    /// from.
    MissingMasterKey,
}

impl From<LimitExceeded> for AuthError {
    fn from(reason: LimitExceeded) -> Self {
        Self::LimitExceeded(reason)
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PublicChannel { channel } => write!(
                f,
                "{channel} is a public channel, which needs no authorisation; the name of one that does begins with private- or presence-"
            ),
            Self::NotPresenceChannel { channel } => write!(
                f,
                "{channel} has no members; the name of a channel that has begins with presence-"
            ),
            Self::MissingUserId => f.write_str(
                "the channel_data for a presence channel is not an object with a user_id that is a text or a number",
            ),
            Self::LimitExceeded(reason) => reason.fmt(f),
            Self::MissingMasterKey => f.write_str(
                "there is no master key to derive the channel's shared_secret from; the app is given one by App::master_keys",
            ),
        }
    }
}

impl std::error::Error for AuthError {}
