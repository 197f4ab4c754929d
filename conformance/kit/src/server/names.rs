//! What the name of a channel says about it. This file knows prefixes and letters; it does not know
//! what happens on a channel.

use super::answer::{Failure, bad};

const NAME_LIMIT: usize = 200;
const CACHE: [&str; 4] =
    ["cache-", "private-cache-", "private-encrypted-cache-", "presence-cache-"];

pub(super) fn is_presence(channel: &str) -> bool {
    channel.starts_with("presence-")
}

pub(super) fn is_cache(channel: &str) -> bool {
    CACHE.iter().any(|prefix| channel.starts_with(prefix))
}

/// Refuses `channel` unless `name`, which is all or the end of it, has the length and the letters
/// of a channel name.
pub(super) fn check(channel: &str, name: &str) -> Result<(), Failure> {
    let fits = (1..=NAME_LIMIT).contains(&name.len());
    if fits && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_=@,.;-".contains(&b)) {
        Ok(())
    } else {
        Err(bad(format!("{channel:?} is not a channel name")))
    }
}
