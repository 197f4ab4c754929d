//! How much one call may hold. The lengths of names are fixed by their types; what stands here is
//! checked when a call is prepared.

use std::fmt;

/// What a server takes in one call, checked before anything is sent.
///
/// The default is what pusher.com's shared clusters take, with the name lengths of the official
/// SDKs. A dedicated cluster or a server of one's own may take more data.
///
/// ```
/// use pusher_core::Limits;
///
/// let limits = Limits::default().data_bytes(80 * 1024);
/// assert_eq!(limits.max_data_bytes(), 81_920);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    data_bytes: usize,
    channels: usize,
    batch_events: usize,
    channel_name_length: usize,
    event_name_length: usize,
    member_id_length: usize,
    member_bytes: usize,
    watchlist_length: usize,
}

impl Limits {
    /// As the documentation has them: channel names of at most 164 characters instead of 200.
    pub fn documented() -> Self {
        Self::default().channel_name_length(164)
    }

    /// The most bytes of `data` in one event: 10,240 by default (protocol: `POST /events`).
    pub fn data_bytes(mut self, bytes: usize) -> Self {
        self.data_bytes = bytes;
        self
    }

    /// The most channels of one trigger: 100 by default. A higher number changes nothing, since
    /// [`ChannelNames`](crate::ChannelNames) holds no more.
    pub fn channels(mut self, count: usize) -> Self {
        self.channels = count;
        self
    }

    /// The most events of one batch: 10 by default (protocol: `POST /batch_events`).
    pub fn batch_events(mut self, count: usize) -> Self {
        self.batch_events = count;
        self
    }

    /// The longest channel name: 200 bytes by default. A higher number changes nothing.
    pub fn channel_name_length(mut self, bytes: usize) -> Self {
        self.channel_name_length = bytes;
        self
    }

    /// The longest event name: 200 characters by default. A higher number changes nothing.
    pub fn event_name_length(mut self, characters: usize) -> Self {
        self.event_name_length = characters;
        self
    }

    /// The longest `user_id` of a member of a presence channel: 128 characters by default (protocol:
    /// "Presence channels").
    pub fn member_id_length(mut self, characters: usize) -> Self {
        self.member_id_length = characters;
        self
    }

    /// The most bytes of a member of a presence channel, its `channel_data`: 1,024 by default
    /// (protocol: "Presence channels").
    pub fn member_bytes(mut self, bytes: usize) -> Self {
        self.member_bytes = bytes;
        self
    }

    /// The most ids in the watchlist of a user: 100 by default (protocol: "Watchlist events").
    pub fn watchlist_length(mut self, count: usize) -> Self {
        self.watchlist_length = count;
        self
    }

    /// What [`data_bytes`](Self::data_bytes) set.
    pub fn max_data_bytes(&self) -> usize {
        self.data_bytes
    }

    /// What [`batch_events`](Self::batch_events) set.
    pub fn max_batch_events(&self) -> usize {
        self.batch_events
    }

    /// Checks one quantity: for an [`Endpoint`](crate::Endpoint) of one's own.
    ///
    /// # Errors
    ///
    /// [`LimitExceeded`] with both numbers.
    pub fn check(&self, what: Quantity, actual: usize) -> Result<(), LimitExceeded> {
        let limit = match what {
            Quantity::DataBytes => self.data_bytes,
            #[cfg(feature = "encryption")]
            Quantity::PlaintextBytes => crate::seal::plaintext_limit(self.data_bytes),
            Quantity::Channels => self.channels,
            Quantity::BatchEvents => self.batch_events,
            Quantity::ChannelNameLength => self.channel_name_length,
            Quantity::EventNameLength => self.event_name_length,
            Quantity::TargetBytes => MAX_TARGET_BYTES,
            Quantity::MemberIdLength => self.member_id_length,
            Quantity::MemberBytes => self.member_bytes,
            Quantity::WatchlistLength => self.watchlist_length,
        };
        if actual > limit { Err(LimitExceeded { what, limit, actual }) } else { Ok(()) }
    }
}

/// What an `http::Uri` holds at most.
const MAX_TARGET_BYTES: usize = u16::MAX as usize - 1;

impl Default for Limits {
    fn default() -> Self {
        Self {
            data_bytes: 10_240,
            channels: crate::ChannelNames::MAX_COUNT,
            batch_events: 10,
            channel_name_length: crate::ChannelName::MAX_LENGTH,
            event_name_length: crate::EventName::MAX_LENGTH,
            member_id_length: 128,
            member_bytes: 1_024,
            watchlist_length: 100,
        }
    }
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quantity {
    /// Bytes of one event's `data`.
    DataBytes,
    /// Bytes of one event's data before it is encrypted: as many as fit into
    /// [`DataBytes`](Self::DataBytes), which are 7,619 by default.
    #[cfg(feature = "encryption")]
    PlaintextBytes,
    /// Channels of one trigger.
    Channels,
    /// Events of one batch.
    BatchEvents,
    /// Bytes of a channel's name.
    ChannelNameLength,
    /// Characters of an event's name.
    EventNameLength,
    /// Bytes of a request target, its query included; fixed.
    TargetBytes,
    /// Characters of the `user_id` of a member of a presence channel.
    MemberIdLength,
    /// Bytes of a member of a presence channel.
    MemberBytes,
    /// Ids in a user's watchlist.
    WatchlistLength,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DataBytes => "bytes of data in one event",
            #[cfg(feature = "encryption")]
            Self::PlaintextBytes => "bytes of data to encrypt in one event",
            Self::Channels => "channels in one trigger",
            Self::BatchEvents => "events in one batch",
            Self::ChannelNameLength => "bytes in a channel name",
            Self::EventNameLength => "characters in an event name",
            Self::TargetBytes => "bytes in a request target",
            Self::MemberIdLength => "characters in the user_id of a presence channel's member",
            Self::MemberBytes => "bytes in the channel_data of a presence channel's member",
            Self::WatchlistLength => "ids in a watchlist",
        })
    }
}

/// There is more of something than the [`Limits`] allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LimitExceeded {
    /// What was counted.
    pub what: Quantity,
    /// How much is allowed.
    pub limit: usize,
    /// How much there is.
    pub actual: usize,
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, limit, actual } = self;
        write!(f, "{actual} {what}; at most {limit} are allowed")
    }
}

impl std::error::Error for LimitExceeded {}
