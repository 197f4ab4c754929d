//! The group `names`: what is a name, and what kind of channel it names.

use pusher_core::{ChannelKind, ChannelName, EventName, SocketId, UserId};
use pusher_vectors::{
    Outcome,
    names::{Input, Kind, Name},
};

fn outcome(input: &Input) -> Result<Name, &'static str> {
    let nothing = Name { kind: None, cache: None };
    match input {
        Input::ChannelName(text) => {
            let name = ChannelName::parse(text.to_string()).map_err(|_| "channel-name")?;
            let kind = match name.kind() {
                ChannelKind::Public => Kind::Public,
                ChannelKind::Private => Kind::Private,
                ChannelKind::Presence => Kind::Presence,
                ChannelKind::Encrypted => Kind::Encrypted,
                other => panic!("{other:?} is new"),
            };
            Ok(Name { kind: Some(kind), cache: Some(name.is_cache()) })
        }
        Input::EventName(text) => {
            EventName::parse(text.to_string()).map(|_| nothing).map_err(|_| "event-name")
        }
        Input::SocketId(text) => {
            SocketId::parse(text.to_string()).map(|_| nothing).map_err(|_| "socket-id")
        }
        Input::UserId(text) => {
            UserId::parse(text.to_string()).map(|_| nothing).map_err(|_| "user-id")
        }
    }
}

pub(crate) fn every_name() {
    for case in pusher_vectors::names().cases {
        match (outcome(&case.input), case.result) {
            (Ok(name), Outcome::Valid | Outcome::Acceptable) => {
                assert_eq!(Some(name), case.expect, "{}", case.id);
            }
            (Err(layer), Outcome::Invalid) => {
                assert_eq!(case.refusal.as_deref(), Some(layer), "{}", case.id);
            }
            (actual, result) => panic!("{} is {result:?}, and got {actual:?}", case.id),
        }
    }
}
