//! Answers of servers: typed or an error; no error shows a signature that the server's words quote.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pusher_core::{
    Endpoint, Expects, GetChannel, GetChannels, GetUsers, Raw, ResponseError, SendToUser,
    TerminateUser, Trigger, TriggerBatch,
};

const SIGNATURE: &str = "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";

fn told<E: Endpoint>(status: u16, retry_after: &[u8], body: &[u8]) {
    // Every body quotes a signature too.
    let quoted = [body, SIGNATURE.as_bytes(), body].concat();
    for body in [body, &quoted] {
        let mut response = http::Response::new(body);
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
        if let Ok(value) = http::HeaderValue::from_bytes(retry_after) {
            response.headers_mut().insert("retry-after", value);
        }
        match Expects::<E>::new().parse(&response) {
            Ok(_) => assert!((200..300).contains(&status)),
            Err(error) => {
                let shown = format!("{error} {error:?}");
                let own = String::from_utf8_lossy(body).contains(SIGNATURE);
                assert!(!own || !shown.contains(SIGNATURE), "{shown}");
                assert!(!error.to_string().contains(['\n', '\r', '\0']), "one line");
                assert_eq!(error.status().as_u16(), status);
                match &error {
                    ResponseError::Malformed(_) => assert!((200..300).contains(&status)),
                    _ => assert!(!(200..300).contains(&status)),
                }
            }
        }
    }
}

fuzz_target!(|input: (u16, u8, &[u8], &[u8])| {
    let (status, call, retry_after, body) = input;
    if !(100..1000).contains(&status) {
        return;
    }
    match call % 8 {
        0 => told::<Trigger>(status, retry_after, body),
        1 => told::<TriggerBatch>(status, retry_after, body),
        2 => told::<GetChannels>(status, retry_after, body),
        3 => told::<GetChannel>(status, retry_after, body),
        4 => told::<GetUsers>(status, retry_after, body),
        5 => told::<SendToUser>(status, retry_after, body),
        6 => told::<TerminateUser>(status, retry_after, body),
        _ => told::<Raw>(status, retry_after, body),
    }
});
