//! What comes back: the shapes that real servers answer with, and refusals of every kind.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{error::Error as _, time::Duration};

use proptest::prelude::*;
use pusher_core::{
    ApiErrorKind, Expects, GetUsers, ResponseError, Trigger, TriggerResponse,
    http::{Response, StatusCode},
};

fn parse(status: u16, body: impl AsRef<[u8]>) -> Result<TriggerResponse, ResponseError> {
    let response = Response::builder().status(status).body(body).unwrap();
    Expects::<Trigger>::new().parse(&response)
}

#[test]
fn every_server_says_yes_in_its_own_way() {
    for (status, body) in [
        (200, "{}"),
        (200, r#"{"ok":true}"#), // Sockudo, Soketi of old
        (200, ""),
        (201, r#"{"returned key":101010101}"#),
        (202, ""), // pusher.com of old
        (204, ""),
        (200, r#"{"channels":{}}"#),
        (200, r#"{"channels":null}"#),
        (200, "{}\n"),
    ] {
        assert_eq!(parse(status, body).unwrap(), TriggerResponse::default(), "{status} {body}");
    }
}

#[test]
fn attributes_that_are_missing_differ_from_zero() {
    let body = r#"{"channels":{
        "a":{}, "b":{"user_count":1}, "c":{"user_count":2,"subscription_count":3},
        "d":{"subscription_count":0,"acknowledgement_id":"x"}, "e":{"user_count":"300"},
        "f":{"user_count":null}
    },"event_ids":{"a":"id"}}"#;
    let answer = parse(200, body).unwrap();
    let counts: Vec<_> = answer
        .channels
        .iter()
        .map(|(name, channel)| (name.as_str(), channel.user_count, channel.subscription_count))
        .collect();
    assert_eq!(
        counts,
        [
            ("a", None, None),
            ("b", Some(1), None),
            ("c", Some(2), Some(3)),
            ("d", None, Some(0)),
            ("e", Some(300), None),
            ("f", None, None),
        ]
    );
    assert_eq!(answer.event_ids["a"], "id");
}

#[test]
fn refusals_keep_status_and_words() {
    for (status, body, kind, message) in [
        (
            400,
            "Cannot retrieve the user count unless the channel is a presence channel\n",
            ApiErrorKind::BadRequest,
            "Cannot retrieve the user count unless the channel is a presence channel",
        ),
        (401, "anything", ApiErrorKind::Unauthorized, "anything"),
        (403, "NOPE", ApiErrorKind::Forbidden, "NOPE"),
        (404, "404 NOT FOUND\n", ApiErrorKind::NotFound, "404 NOT FOUND"),
        (407, "", ApiErrorKind::ProxyAuthentication, ""),
        (
            413,
            "The data content of this event exceeds the allowed maximum (10240 bytes).",
            ApiErrorKind::TooLarge,
            "The data content of this event exceeds the allowed maximum (10240 bytes).",
        ),
        (
            422,
            r#"{"message":"The channels field is required."}"#,
            ApiErrorKind::BadRequest,
            "The channels field is required.",
        ),
        (
            429,
            r#"{"error":"Too many requests","code":"rate_limited","status":429}"#,
            ApiErrorKind::RateLimited,
            "Too many requests",
        ),
        (500, r#"{"error":7}"#, ApiErrorKind::Server, r#"{"error":7}"#),
        (504, "<html>\n<b>gateway</b>", ApiErrorKind::Server, "<html> <b>gateway</b>"),
        (302, "", ApiErrorKind::Other, ""),
        (418, "\u{0}tea", ApiErrorKind::Other, " tea"),
        (999, "", ApiErrorKind::Other, ""),
    ] {
        let error = parse(status, body).unwrap_err();
        assert_eq!(error.status(), status);
        let ResponseError::Api(error) = error else { panic!("{status}: {error}") };
        assert_eq!((error.kind(), &*error.message), (kind, message), "{status}");
        assert!(error.to_string().starts_with(&format!("the server answered {status}")), "{error}");
        assert!(error.to_string().ends_with(message), "{error}");
    }
}

#[test]
fn only_what_was_surely_not_done_is_retryable() {
    for (status, retry_after, retryable) in [
        (429, None, true),
        (429, Some("7"), true),
        (503, Some("1"), true),
        (503, None, false),
        (500, Some("1"), false),
        (400, None, false),
        (401, None, false),
        (413, None, false),
    ] {
        let mut response = Response::builder().status(status);
        if let Some(seconds) = retry_after {
            response = response.header("retry-after", seconds);
        }
        let error = Expects::<Trigger>::new().parse(&response.body("").unwrap()).unwrap_err();
        assert_eq!(error.is_retryable(), retryable, "{status} {retry_after:?}");
        let wait = retry_after.map(|seconds| Duration::from_secs(seconds.parse().unwrap()));
        assert_eq!(error.retry_after(), wait);
    }
}

#[test]
fn a_yes_that_makes_no_sense_is_malformed() {
    for body in ["FISH", "[];;[[p{{}}{{{}[][][]@£$@", "7", r#"{"channels":7}"#, "{", "\u{1}"] {
        let error = parse(200, body).unwrap_err();
        let ResponseError::Malformed(malformed) = &error else { panic!("{body}: {error}") };
        assert_eq!(malformed.status, StatusCode::OK);
        assert!(error.source().is_some() && !error.is_retryable(), "{body}");
        assert!(error.to_string().contains("200 OK"), "{error}");
    }
    assert!(parse(200, "FISH").unwrap_err().to_string().contains("FISH"));
}

#[test]
fn signatures_in_the_words_of_a_server_are_not_repeated() {
    let signature = "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";
    let words = format!(
        "Invalid signature: you should have sent HmacSHA256Hex(\"POST\\n/apps/3/events\\n…\", \
         your_secret_key), but you sent \"{signature}\""
    );
    for (status, body) in [
        (401, words.clone()),
        (401, serde_json::json!({ "error": words }).to_string()),
        (200, words.clone()),
        (200, format!(r#"{{"channels":"{signature}"}}"#)),
    ] {
        let error = parse(status, &body).unwrap_err();
        let source =
            error.source().map(|source| format!("{source} {source:?}")).unwrap_or_default();
        for shown in [error.to_string(), format!("{error:?}"), source] {
            assert!(!shown.contains(signature), "{shown}");
        }
    }
    let error = parse(401, &words).unwrap_err().to_string();
    assert!(error.contains("POST\\n/apps/3/events") && error.contains("[redacted]"), "{error}");
}

/// Some servers write ids as numbers.
#[test]
fn an_id_is_the_text_of_a_number() {
    let body = r#"{"users":[{"id":"a\nb"},{"id":"7"},{"id":7},{"id":-7},{"id":0.5}]}"#;
    let users = Expects::<GetUsers>::new().parse(&Response::new(body)).unwrap().users;
    let ids: Vec<_> = users.into_iter().map(|user| user.id).collect();
    assert_eq!(ids, ["a\nb", "7", "7", "-7", "0.5"]);
    let error = Expects::<GetUsers>::new().parse(&Response::new(r#"{"users":[{"id":null}]}"#));
    let source = error.unwrap_err().source().unwrap().to_string();
    assert!(source.starts_with("invalid type: null, expected a text or a number"), "{source}");
}

proptest! {
    #[test]
    fn any_answer_is_read_or_refused(status in 100u16..1000, body in any::<Vec<u8>>(), json in "[\\[\\]{}\":,a-z0-9]{0,40}") {
        let _ = parse(status, &body);
        let _ = parse(status, json);
    }
}
