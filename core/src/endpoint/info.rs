//! The attributes of a channel: how they are asked for with `info`, and how they come back.

use serde::Deserialize;

use super::json;

/// An attribute of a channel that `info` asks for (protocol: `POST /events`, `info`).
///
/// On pusher.com each asked attribute counts as a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Attribute {
    /// Users in the channel; presence channels only.
    UserCount,
    /// Subscriptions of the channel; must be enabled in the app's settings.
    SubscriptionCount,
}

/// A set of attributes, as `info` writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    user_count: bool,
    subscription_count: bool,
}

impl Attributes {
    pub(super) fn as_str(self) -> Option<&'static str> {
        match (self.user_count, self.subscription_count) {
            (false, false) => None,
            (true, false) => Some("user_count"),
            (false, true) => Some("subscription_count"),
            (true, true) => Some("user_count,subscription_count"),
        }
    }
}

impl FromIterator<Attribute> for Attributes {
    fn from_iter<I: IntoIterator<Item = Attribute>>(attributes: I) -> Self {
        let mut set = Self::default();
        for attribute in attributes {
            match attribute {
                Attribute::UserCount => set.user_count = true,
                Attribute::SubscriptionCount => set.subscription_count = true,
            }
        }
        set
    }
}

/// What the server tells of a channel. A count that is missing differs from zero: it was not asked
/// for, does not apply to the channel, or is switched off for the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct ChannelAttributes {
    /// Users in a presence channel.
    #[serde(default, deserialize_with = "json::count")]
    pub user_count: Option<u64>,
    /// Subscriptions of the channel.
    #[serde(default, deserialize_with = "json::count")]
    pub subscription_count: Option<u64>,
}
