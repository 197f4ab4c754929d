//! Who is subscribed, who is signed in, and what the cache channels hold. This file knows what an
//! accepted call changes; it does not know requests and answers.

use std::collections::{BTreeMap, BTreeSet};

use super::RECORD_LIMIT;
use super::names::is_cache;
use super::record::Effect;

/// How many seconds a cache channel holds an event: the documented maximum.
const CACHE_TTL: u64 = 30 * 60;

#[derive(Default)]
pub(super) struct State {
    now: u64,
    occupied: BTreeMap<String, Subscribers>,
    cached: BTreeMap<String, Cached>,
    signed_in: BTreeSet<String>,
}

struct Subscribers {
    connections: usize,
    users: BTreeSet<String>,
}

struct Cached {
    data: String,
    since: u64,
}

impl State {
    /// The server's time is now this, in Unix seconds.
    pub(super) fn tick(&mut self, now: u64) {
        self.now = now;
    }

    /// What an accepted call does.
    pub(super) fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::None => {}
            Effect::Publish(events) => {
                for event in events {
                    for channel in event.channels.iter().filter(|name| is_cache(name)) {
                        self.cache(channel, &event.data);
                    }
                }
            }
            Effect::Terminate(user_id) => {
                self.signed_in.remove(user_id);
            }
        }
    }

    fn cache(&mut self, channel: &str, data: &str) {
        self.cached.insert(channel.into(), Cached { data: data.into(), since: self.now });
        if self.cached.len() > RECORD_LIMIT {
            let oldest = self.cached.iter().min_by_key(|(_, cached)| cached.since);
            if let Some(oldest) = oldest.map(|(channel, _)| channel.clone()) {
                self.cached.remove(&oldest);
            }
        }
    }

    /// Replaces the subscribers of a channel. Without a connection, it is not occupied.
    pub(super) fn subscribe(&mut self, channel: &str, connections: usize, users: &[&str]) {
        let users = users.iter().map(|id| (*id).to_owned()).collect();
        if connections == 0 {
            self.occupied.remove(channel);
        } else {
            self.occupied.insert(channel.into(), Subscribers { connections, users });
        }
    }

    pub(super) fn sign_in(&mut self, user_id: &str) {
        self.signed_in.insert(user_id.into());
    }

    pub(super) fn signed_in(&self) -> Vec<String> {
        self.signed_in.iter().cloned().collect()
    }

    /// The names of the occupied channels.
    pub(super) fn channels(&self) -> impl Iterator<Item = &str> {
        self.occupied.keys().map(String::as_str)
    }

    /// How many connections are subscribed to the channel.
    pub(super) fn connections(&self, channel: &str) -> usize {
        self.occupied.get(channel).map_or(0, |subscribers| subscribers.connections)
    }

    /// The users who are subscribed to the channel, each once.
    pub(super) fn users(&self, channel: &str) -> impl Iterator<Item = &str> {
        let subscribers = self.occupied.get(channel);
        subscribers.into_iter().flat_map(|subscribers| &subscribers.users).map(String::as_str)
    }

    /// The data that the channel holds, and for how many more seconds.
    pub(super) fn cached(&self, channel: &str) -> Option<(&str, u64)> {
        let Cached { data, since } = self.cached.get(channel)?;
        let ttl = CACHE_TTL.saturating_sub(self.now.saturating_sub(*since));
        (ttl > 0).then_some((data, ttl))
    }
}

#[cfg(test)]
mod tests;
