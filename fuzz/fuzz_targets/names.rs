//! Names: what is accepted is kept as it was and fits the grammar; what is refused says where.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pusher_core::{
    Callback, ChannelName, ChannelNames, ChannelPrefix, EventName, InvalidChannelName,
    InvalidChannelNames, InvalidSocketId, InvalidUserId, SocketId, UserId,
};

const CHARACTERS: &str =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_=@,.;-";

fn fits(text: &str) -> bool {
    (1..=200).contains(&text.len()) && text.chars().all(|char| CHARACTERS.contains(char))
}

fuzz_target!(|text: &str| {
    match ChannelName::parse(text) {
        Ok(name) => {
            assert!(name.as_str() == text && fits(text));
            assert!(text.starts_with(name.kind().prefix()));
            let json = serde_json::to_string(&name).unwrap();
            assert_eq!(serde_json::from_str::<ChannelName>(&json).unwrap(), name);
        }
        Err(error) => {
            assert!(!fits(text));
            if let InvalidChannelName::Character { at, found } = error {
                assert!(text[at..].starts_with(found) && !CHARACTERS.contains(found));
                assert!(text[..at].chars().all(|char| CHARACTERS.contains(char)));
            }
        }
    }
    match UserId::parse(text) {
        Ok(id) => assert!(id.as_str() == text && fits(text)),
        Err(InvalidUserId::Character { at, found }) => assert!(text[at..].starts_with(found)),
        Err(_) => assert!(!fits(text)),
    }
    assert_eq!(ChannelPrefix::parse(text).is_ok(), text.is_empty() || fits(text));

    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let two_numbers = text.split_once('.').is_some_and(|(a, b)| number(a) && number(b));
    match SocketId::parse(text) {
        Ok(id) => assert!(id.as_str() == text && two_numbers),
        Err(InvalidSocketId::Character { at, found }) => {
            assert!(!two_numbers && text[at..].starts_with(found));
        }
        Err(_) => assert!(!two_numbers),
    }

    let count = text.chars().count();
    let event = (1..=200).contains(&count) && !text.starts_with("pusher:");
    assert_eq!(EventName::parse(text).is_ok(), event);

    let list: Vec<_> = text.split('\n').collect();
    match ChannelNames::parse(&list) {
        Ok(names) => assert_eq!(names.as_slice().len(), list.len()),
        Err(InvalidChannelNames::Name { index, .. }) => assert!(!fits(list[index])),
        Err(_) => assert!(list.len() > 100),
    }

    // Nothing that a script could be made of gets through.
    if let Ok(callback) = Callback::parse(text) {
        assert!(callback.as_str() == text && text.len() <= 100);
        assert!(!text.contains(['(', ')', ';', ' ', '\\', '<', '`', '=', '\n', '\u{2028}', ',']));
    }
});
