//! Every published signature is accepted, and with one part changed it is refused for that part.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use super::*;

// The worked example of the public API reference (pusher/docs, rest-api.md).
const NOW: u64 = 1_353_088_179;
const BODY: &[u8] = br#"{"name":"foo","channels":["project-3"],"data":"{\"some\":\"data\"}"}"#;
const MD5: &str = "ec365a775a4cd0599faeb73354201b6f";
const SIGNATURE: &str = "da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";
const TARGET: &str = "/apps/3/events?auth_key=278d425bdf160c739803&auth_timestamp=1353088179\
    &auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f\
    &auth_signature=da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c";
const STRING_TO_SIGN: &str = "POST\n/apps/3/events\nauth_key=278d425bdf160c739803\
    &auth_timestamp=1353088179&auth_version=1.0&body_md5=ec365a775a4cd0599faeb73354201b6f";

fn app(app_id: &str, key: &str, secret: &str) -> App {
    App { app_id: app_id.into(), key: key.into(), secret: secret.into() }
}

fn example() -> App {
    app("3", "278d425bdf160c739803", "7ad3773142a6692b25b8")
}

fn refusal(app: &App, now: u64, method: &str, target: &str, body: &[u8]) -> Option<Refusal> {
    verify(app, now, method, target, body).err().map(|refused| refused.reason)
}

/// The example with `from` replaced by `to` in its target.
fn changed(from: &str, to: &str) -> Option<Refusal> {
    let target = TARGET.replace(from, to);
    assert_ne!(target, TARGET);
    refusal(&example(), NOW, "POST", &target, BODY)
}

fn invalid_signature(string_to_sign: impl Into<String>) -> Option<Refusal> {
    Some(Refusal::InvalidSignature { string_to_sign: string_to_sign.into() })
}

/// A query with its signature, made by the sentence of the documentation from the string itself.
fn signed(string_to_sign: &str, query: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(example().secret.as_bytes()).unwrap();
    mac.update(string_to_sign.as_bytes());
    format!("/apps/3/events?{query}&auth_signature={}", hex::encode(mac.finalize().into_bytes()))
}

#[test]
fn the_documented_example() {
    assert_eq!(refusal(&example(), NOW, "POST", TARGET, BODY), None);
}

// From pusher-http-go, request_url_test.go, and pusher-http-rust, src/request_url.rs.
#[test]
fn signatures_published_in_tests_of_other_libraries() {
    let go = app("102015", "d41a439c438a100756f5", "4bf35003e819bb138249");
    let rust = app("102015", "key", "secret");
    for (app, now, target) in [
        (
            &go,
            1_427_034_994,
            "/apps/102015/channels?auth_key=d41a439c438a100756f5&auth_timestamp=1427034994\
             &auth_version=1.0&filter_by_prefix=presence-&info=user_count\
             &auth_signature=4d8a02edcc8a758b0162cd6da690a9a45fb8ae326a276dca1e06a0bc42796c11",
        ),
        (
            &go,
            1_427_036_787,
            "/apps/102015/channels?auth_key=d41a439c438a100756f5&auth_timestamp=1427036787\
             &auth_version=1.0\
             &auth_signature=df89248f87f6e6d028925e0b04d60f316527a865992ace6936afa91281d8bef0",
        ),
        (
            &rust,
            1_427_053_326,
            "/apps/102015/channels/presence-session-d41a439c438a100756f5-4bf35003e819bb138249-\
             ROpCFmgFhXY?auth_key=key&auth_timestamp=1427053326&auth_version=1.0\
             &info=user_count%2Csubscription_count\
             &auth_signature=c39bf2e1ef8a4cbfc8e283daa610862cf01fd250437476e1ff4100677ebd3dab",
        ),
    ] {
        assert_eq!(refusal(app, now, "GET", target, b""), None, "{target}");
        assert!(matches!(
            refusal(app, now, "POST", target, b""),
            Some(Refusal::InvalidSignature { .. })
        ));
    }
}

#[test]
fn each_part_of_the_example_changed() {
    let plain = [
        ("/apps/3/", "/apps/4/", Refusal::UnknownApp),
        ("/apps/3/", "/apps/33/", Refusal::UnknownApp),
        ("/apps/3/", "/", Refusal::UnknownApp),
        ("/apps/3/events", "/apps/3", Refusal::UnknownApp),
        ("278d425bdf160c739803", "278d425bdf160c739804", Refusal::UnknownKey),
        ("auth_version=1.0", "auth_version=1.1", Refusal::UnsupportedVersion),
        ("=1353088179", "=", Refusal::TimestampExpired { given: 0, now: NOW }),
        ("1353088179", "1353088179.0", Refusal::UnreadableTimestamp),
        ("1353088179", "-1353088179", Refusal::UnreadableTimestamp),
        ("1353088179", "%D9%A1", Refusal::UnreadableTimestamp),
        ("1353088179", "99999999999999999999", Refusal::UnreadableTimestamp),
    ];
    for (from, to, reason) in plain {
        assert_eq!(changed(from, to), Some(reason), "{from} -> {to}");
    }

    let unchanged = STRING_TO_SIGN;
    for (from, to, string_to_sign) in [
        ("=da45", "=Da45", unchanged.into()),
        (SIGNATURE, &SIGNATURE.to_uppercase(), unchanged.into()),
        (SIGNATURE, "da", unchanged.into()),
        (SIGNATURE, "", unchanged.into()),
        (SIGNATURE, "%FF", unchanged.into()),
        ("1353088179", "1353088180", unchanged.replace("8179", "8180")),
        ("/events", "/Events", unchanged.replace("/events", "/Events")),
        ("=ec36", "=ec37", unchanged.replace("=ec36", "=ec37")),
        ("&body_md5", "&a=b&body_md5", unchanged.replace("\nauth_key", "\na=b&auth_key")),
    ] {
        assert_eq!(changed(from, to), invalid_signature(string_to_sign), "{from} -> {to}");
    }

    let wrong_secret = app("3", "278d425bdf160c739803", "7ad3773142a6692b25b9");
    let reason = refusal(&wrong_secret, NOW, "POST", TARGET, BODY);
    assert_eq!(reason, invalid_signature(STRING_TO_SIGN));

    let reason = refusal(&example(), NOW, "GET", TARGET, BODY);
    assert_eq!(reason, invalid_signature(STRING_TO_SIGN.replace("POST", "GET")));

    // MD5 of the text "body", as md5sum gives it.
    let expected = "841a2d689ad86bd1611447453c22c6fc".into();
    let reason = refusal(&example(), NOW, "POST", TARGET, b"body");
    assert_eq!(reason, Some(Refusal::InvalidBodyMd5 { expected }));

    assert_eq!(refusal(&example(), NOW, "POST", TARGET, b""), Some(Refusal::BodyMd5WithoutBody));
}

#[test]
fn order_and_case_of_the_parameters_do_not_matter() {
    for target in [
        TARGET.replace("auth_key", "AUTH_KEY").replace("auth_signature", "Auth_Signature"),
        TARGET.replace("auth_key", "auth%5Fkey").replace("1.0", "1%2e0"),
        TARGET.replace('&', "&&"),
        format!(
            "/apps/3/events?body_md5={MD5}&auth_signature={SIGNATURE}&auth_version=1.0\
                 &auth_timestamp=1353088179&auth_key=278d425bdf160c739803"
        ),
    ] {
        assert_eq!(refusal(&example(), NOW, "POST", &target, BODY), None, "{target}");
    }
}

#[test]
fn the_timestamp_has_600_seconds_in_both_directions() {
    for now in [NOW - 599, NOW, NOW + 599] {
        assert_eq!(refusal(&example(), now, "POST", TARGET, BODY), None, "{now}");
    }
    for now in [0, NOW - 600, NOW + 600, u64::MAX] {
        let reason = refusal(&example(), now, "POST", TARGET, BODY);
        assert_eq!(reason, Some(Refusal::TimestampExpired { given: NOW, now }));
    }
}

#[test]
fn missing_parameters_are_named() {
    let missing = |target: &str, body: &[u8]| match refusal(&example(), NOW, "POST", target, body) {
        Some(Refusal::MissingParameters(names)) => names,
        other => unreachable!("{other:?}"),
    };
    for name in AUTH_PARAMS {
        assert_eq!(missing(&TARGET.replace(name, "other"), BODY), [name]);
    }
    assert_eq!(missing("/apps/3/events", BODY), AUTH_PARAMS);
    assert_eq!(
        missing("/apps/3/events?", b""),
        ["auth_key", "auth_timestamp", "auth_version", "auth_signature"]
    );
}

#[test]
fn duplicate_parameters_are_named() {
    for name in AUTH_PARAMS {
        for again in [name.to_owned(), name.to_uppercase(), name.replace('_', "%5f")] {
            let target = format!("{TARGET}&{again}=1");
            let reason = refusal(&example(), NOW, "POST", &target, BODY);
            assert_eq!(reason, Some(Refusal::DuplicateParameter(name)));
        }
    }
}

// The values of pusher-signature's own tests: `Name=Something else`, `key;=value@`, `key=`.
#[test]
fn what_is_signed_is_not_percent_encoded() {
    let auth = "auth_key=278d425bdf160c739803&auth_timestamp=1353088179&auth_version=1.0";
    for (query, params) in [
        ("Name=Something%20else", format!("{auth}&name=Something else")),
        ("Name=Something+else", format!("{auth}&name=Something else")),
        ("plus=%2B", format!("{auth}&plus=+")),
        ("key%3B=value%40", format!("{auth}&key;=value@")),
        ("key%3B=value@", format!("{auth}&key;=value@")),
        ("key", format!("{auth}&key=")),
        ("a=b=c%3D%26d", format!("a=b=c=&d&{auth}")),
        ("a=%2", format!("a=%2&{auth}")),
        ("x[]=1&x[]=2", format!("{auth}&x[]=1&x[]=2")),
        ("%C3%BC=%F0%9F%8E%89", format!("{auth}&ü=🎉")),
    ] {
        let string_to_sign = format!("GET\n/apps/3/events\n{params}");
        let target = signed(&string_to_sign, &format!("{auth}&{query}"));
        assert_eq!(refusal(&example(), NOW, "GET", &target, b""), None, "{query}");
    }

    let encoded = format!("GET\n/apps/3/events\n{auth}&name=Something%20else");
    let target = signed(&encoded, &format!("{auth}&name=Something%20else"));
    let expected = format!("GET\n/apps/3/events\n{auth}&name=Something else");
    assert_eq!(refusal(&example(), NOW, "GET", &target, b""), invalid_signature(expected));
}

#[test]
fn the_texts_are_the_reference_servers() {
    let sent = SIGNATURE.replace("da45", "dead");
    let text = |now, from: &str, to: &str| {
        verify(&example(), now, "POST", &TARGET.replace(from, to), BODY).unwrap_err().text
    };
    assert_eq!(
        text(NOW, "da45", "dead"),
        format!(
            r#"Invalid signature: you should have sent HmacSHA256Hex("{}", your_secret_key), but you sent "{sent}""#,
            STRING_TO_SIGN.replace('\n', "\\n")
        )
    );
    assert_eq!(
        text(NOW + 86_400, "", ""),
        "Timestamp expired: Given timestamp (2012-11-16T17:49:39Z) not within 600s of server time (2012-11-17T17:49:39Z)"
    );
    assert_eq!(text(NOW, "auth_key=278", "auth_key=279"), "Unknown auth_key");
    assert_eq!(text(NOW, "=1.0", "=2.0"), "Version not supported");
    assert_eq!(text(NOW, "body_md5", "x"), "Missing parameter: body_md5");

    let refused =
        verify(&example(), NOW, "POST", &TARGET.replace("da45", "dead"), BODY).unwrap_err();
    assert!(!format!("{:?} {}", refused.reason, refused.reason).contains(&sent));
    assert!(!format!("{:?}", example()).contains(&example().secret));
}

// The values of GNU date.
#[test]
fn dates() {
    for (unix, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (1_353_088_179, "2012-11-16T17:49:39Z"),
        (4_102_444_799, "2099-12-31T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
    ] {
        assert_eq!(iso8601(unix), text);
    }
    assert!(iso8601(u64::MAX).starts_with("584554051223-"));
}
