//! The group `names`: each name is parsed by its type.

use pusher_core::{ChannelKind, ChannelName, EventName, SocketId, UserId};
use pusher_vectors::names::Input;
use serde_json::json;

use super::{Said, refused};

pub(super) fn said(input: &Input) -> Said {
    let allowed = json!({});
    match input {
        Input::ChannelName(text) => {
            let name = ChannelName::parse(text.to_string()).map_err(refused("channel-name"))?;
            let kind = match name.kind() {
                ChannelKind::Public => "public",
                ChannelKind::Private => "private",
                ChannelKind::Presence => "presence",
                ChannelKind::Encrypted => "encrypted",
                _ => "another",
            };
            Ok(json!({ "kind": kind, "cache": name.is_cache() }))
        }
        Input::EventName(text) => {
            EventName::parse(text.to_string()).map(|_| allowed).map_err(refused("event-name"))
        }
        Input::SocketId(text) => {
            SocketId::parse(text.to_string()).map(|_| allowed).map_err(refused("socket-id"))
        }
        Input::UserId(text) => {
            UserId::parse(text.to_string()).map(|_| allowed).map_err(refused("user-id"))
        }
    }
}
