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
    channel_name_length: usize,
    event_name_length: usize,
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

    /// What [`data_bytes`](Self::data_bytes) set.
    pub fn max_data_bytes(&self) -> usize {
        self.data_bytes
    }

    /// Checks one quantity: for an [`Endpoint`](crate::Endpoint) of one's own.
    ///
    /// # Errors
    ///
    /// [`LimitExceeded`](crate::BuildError::LimitExceeded) with both numbers.
    pub fn check(&self, what: Quantity, actual: usize) -> Result<(), crate::BuildError> {
        let limit = match what {
            Quantity::DataBytes => self.data_bytes,
            Quantity::Channels => self.channels,
            Quantity::ChannelNameLength => self.channel_name_length,
            Quantity::EventNameLength => self.event_name_length,
            Quantity::TargetBytes => MAX_TARGET_BYTES,
        };
        if actual > limit {
            return Err(crate::BuildError::LimitExceeded { what, limit, actual });
        }
        Ok(())
    }
}

/// What an `http::Uri` holds at most.
const MAX_TARGET_BYTES: usize = u16::MAX as usize - 1;

impl Default for Limits {
    fn default() -> Self {
        Self {
            data_bytes: 10_240,
            channels: crate::ChannelNames::MAX_COUNT,
            channel_name_length: crate::ChannelName::MAX_LENGTH,
            event_name_length: crate::EventName::MAX_LENGTH,
        }
    }
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quantity {
    /// Bytes of one event's `data`.
    DataBytes,
    /// Channels of one trigger.
    Channels,
    /// Bytes of a channel's name.
    ChannelNameLength,
    /// Characters of an event's name.
    EventNameLength,
    /// Bytes of a request target, its query included; fixed.
    TargetBytes,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DataBytes => "bytes of data in one event",
            Self::Channels => "channels in one trigger",
            Self::ChannelNameLength => "bytes in a channel name",
            Self::EventNameLength => "characters in an event name",
            Self::TargetBytes => "bytes in a request target",
        })
    }
}
