//! The attributes of a channel: how they are asked for with `info`, and how they come back.

use serde::{Deserialize, Serialize};

use crate::{BuildError, json};

/// An attribute of a channel that `info` asks for.
///
/// With a trigger, each asked attribute counts as a message on pusher.com.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Attribute {
    /// Users in the channel; presence channels only.
    UserCount,
    /// Subscriptions of the channel; must be enabled in the app's settings.
    SubscriptionCount,
    /// The last event of a cache channel; only [`GetChannel`](crate::GetChannel) tells it.
    Cache,
}

impl Attribute {
    /// The attribute as it travels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserCount => "user_count",
            Self::SubscriptionCount => "subscription_count",
            Self::Cache => "cache",
        }
    }
}

/// A set of attributes, as `info` writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Attribute>", into = "Vec<Attribute>")]
pub(super) struct Attributes {
    user_count: bool,
    subscription_count: bool,
    cache: bool,
}

impl Attributes {
    pub(super) fn as_str(self) -> Option<&'static str> {
        match (self.user_count, self.subscription_count, self.cache) {
            (false, false, false) => None,
            (true, false, false) => Some("user_count"),
            (false, true, false) => Some("subscription_count"),
            (true, true, false) => Some("user_count,subscription_count"),
            (false, false, true) => Some("cache"),
            (true, false, true) => Some("user_count,cache"),
            (false, true, true) => Some("subscription_count,cache"),
            (true, true, true) => Some("user_count,subscription_count,cache"),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.as_str().is_none()
    }

    fn iter(self) -> impl Iterator<Item = Attribute> {
        let Self { user_count, subscription_count, cache } = self;
        [
            (user_count, Attribute::UserCount),
            (subscription_count, Attribute::SubscriptionCount),
            (cache, Attribute::Cache),
        ]
        .into_iter()
        .filter_map(|(asked, attribute)| asked.then_some(attribute))
    }

    /// `wants` says which channels have the attribute, if these have not.
    pub(super) fn check(
        self,
        wants: impl Fn(Attribute) -> Option<&'static str>,
    ) -> Result<(), BuildError> {
        let misplaced = |attribute| Some((attribute, wants(attribute)?));
        match self.iter().find_map(misplaced) {
            Some((attribute, wants)) => Err(BuildError::Attribute { attribute, wants }),
            None => Ok(()),
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
                Attribute::Cache => set.cache = true,
            }
        }
        set
    }
}

impl From<Vec<Attribute>> for Attributes {
    fn from(attributes: Vec<Attribute>) -> Self {
        attributes.into_iter().collect()
    }
}

impl From<Attributes> for Vec<Attribute> {
    fn from(attributes: Attributes) -> Self {
        attributes.iter().collect()
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
