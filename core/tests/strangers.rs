//! What comes from strangers: names, forms, callbacks. Whatever they send, nothing is signed that was not
//! meant, and nothing panics.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::error::Error;

use proptest::prelude::*;
use pusher_core::{
    App, AuthError, Callback, ChannelAuths, ChannelData, ChannelForm, ChannelName, ClientData,
    Credentials, Data, Endpoint, Envelope, Expects, GetChannel, GetUsers, InvalidForm, MasterKey,
    MasterKeys, Member, Nonce, Raw, SocketId, TerminateUser, Timestamp, Token, Trigger, User,
    UserData, UserForm, UserId, http,
};

const KEY: &str = "123456789";
/// pusher/pusher-http-node and pusher-http-python, tests of their own.
const MASTER_KEYS: [&str; 2] = [
    "zyrm8pvV2C9fJcBfhyXzvxbJVN/H7QLmbe0xJi1GhPU=",
    "OHRXNUZRTG5pUTFzQlFGd3J3N3Q2VFZFc0paZDEweVk=",
];

fn app() -> App {
    App::new(Credentials { app_id: "3", key: KEY, secret: "tofu" }).unwrap()
}

fn keys() -> [MasterKey; 2] {
    MASTER_KEYS.map(|key| MasterKey::from_base64(key).unwrap())
}

fn socket_id() -> SocketId {
    "1.1".parse().unwrap()
}

fn channel(name: &str) -> ChannelName {
    name.parse().unwrap()
}

fn words(error: &dyn Error) -> String {
    let source = error.source().map(|source| format!(": {}", words(source)));
    format!("{error}{}", source.unwrap_or_default())
}

#[test]
fn what_cannot_be_authorised_says_why() {
    let app = app();
    let authorise = |name: &str, data: Option<ChannelData<'static>>| {
        let error = app.authorize_channel(&socket_id(), &channel(name), data).unwrap_err();
        words(&error)
    };
    let json = |text: &'static str| Some(ChannelData::json(text).unwrap());
    for (said, expected) in [
        (
            authorise("cache-a", None),
            "cache-a is a public channel, which needs no authorisation; the name of one that does begins with private- or presence-",
        ),
        (
            authorise("private-a", Some(Member::new("7").into())),
            "private-a has no members; the name of a channel that has begins with presence-",
        ),
        (
            authorise("presence-a", json(r#"{"user":"7"}"#)),
            "the channel_data for a presence channel is not an object with a user_id that is a text or a number",
        ),
        (
            authorise("presence-a", Some(Member::new("").into())),
            "the channel_data for a presence channel is not an object with a user_id that is a text or a number",
        ),
        (
            authorise("presence-a", Some(Member::new("é".repeat(129)).into())),
            "129 characters in the user_id of a presence channel's member; at most 128 are allowed",
        ),
        (
            authorise(
                "presence-a",
                Some(Member::new("7").info(&"x".repeat(1_024)).unwrap().into()),
            ),
            "1054 bytes in the channel_data of a presence channel's member; at most 1024 are allowed",
        ),
        (
            authorise("private-encrypted-a", None),
            "there is no master key to derive the channel's shared_secret from; the app is given one by App::master_keys",
        ),
        (
            words(&ChannelData::json("{").unwrap_err()),
            "the channel_data is not JSON: EOF while parsing an object at line 1 column 1",
        ),
        (
            words(&UserData::json(r#"{"id":"a b"}"#).unwrap_err()),
            "a user id holds ' ' at position 1; allowed are A-Z a-z 0-9 _ = @ , . ; -",
        ),
        (
            words(&UserData::json(r#"{"id":"7","id":"8"}"#).unwrap_err()),
            "the user_data is not a JSON object with an id that is a text: duplicate field `id` at line 1 column 14",
        ),
    ] {
        assert_eq!(said, expected);
    }
    let many = (0..101).map(|id| id.to_string().parse().unwrap());
    let crowd = User::new("7".parse().unwrap()).watchlist(many);
    let error = app.authenticate_user(&socket_id(), crowd).unwrap_err();
    assert_eq!(error.to_string(), "101 ids in a watchlist; at most 100 are allowed");
}

/// Channel and user signatures share one key: with unchecked names, one would be the other.
#[test]
fn one_signature_never_is_another() {
    for name in [r#":user::{"id":"admin"}"#, r#"presence-x:{"user_id":"admin"}"#, "private-a:b"] {
        assert!(ChannelName::parse(name).is_err(), "{name}");
    }
    for id in ["1.1:private-a", "1.1::user", "\u{661}.\u{661}", "1.1\n"] {
        assert!(SocketId::parse(id).is_err(), "{id}");
    }
}

/// Two thousand ids and names made of what has broken others: refused, or exactly the path that was meant,
/// on the host that was meant, whatever parser of URLs reads it.
#[test]
fn hostile_names_stay_in_their_place() {
    const PIECES: [&str; 25] = [
        ".",
        "..",
        "/",
        "\\",
        "%2e",
        "%2F",
        "%",
        "?",
        "#",
        "&",
        "=",
        ":",
        "@",
        ";",
        "\r\n",
        "\0",
        " ",
        "*",
        "\u{661}",
        "\u{202e}",
        "é",
        "a",
        "presence-",
        "https://evil.example/",
        "//evil.example",
    ];
    let app = app();
    let now = Timestamp::from_unix(1);
    let mut state = 7_u64;
    let mut accepted = 0;
    for _ in 0..2_000 {
        let mut text = String::new();
        for _ in 0..=state % 4 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
        }
        let mut sent = Vec::new();
        let mut push = |request: Option<http::Request<bytes::Bytes>>, path: String| {
            sent.extend(request.map(|request| (request, path)));
        };
        push(request(&app, &Raw::get(&*text), now), format!("/apps/3{text}"));
        push(request(&app, &Raw::get("/a").query("q", &*text), now), "/apps/3/a".to_owned());
        if let Ok(id) = UserId::parse(&*text) {
            let path = format!("/apps/3/users/{text}/terminate_connections");
            push(request(&app, &TerminateUser::new(id), now), path);
        }
        if let Ok(channel) = ChannelName::parse(&*text) {
            push(
                request(&app, &GetChannel::new(channel.clone()), now),
                format!("/apps/3/channels/{text}"),
            );
            push(
                request(&app, &GetUsers::new(channel), now),
                format!("/apps/3/channels/{text}/users"),
            );
        }
        for (request, path) in sent {
            accepted += 1;
            let text = request.uri().to_string();
            let parsed = url::Url::parse(&text).unwrap();
            assert_eq!(parsed.host_str(), Some("api-mt1.pusher.com"), "{text}");
            assert_eq!((parsed.path(), parsed.as_str()), (&*path, &*text));
            assert!(text.bytes().all(|byte| matches!(byte, b'!'..=b'~')), "{text}");
        }
    }
    assert!(accepted > 2_000, "only {accepted} requests were made");
}

/// The request, unless the call is refused.
fn request<E: Endpoint>(
    app: &App,
    call: &E,
    now: Timestamp,
) -> Option<http::Request<bytes::Bytes>> {
    app.prepare(call, now).ok().map(|prepared| prepared.request)
}

#[test]
fn forms_are_read_strictly() {
    let (a, b) = (channel("private-a"), channel("private-b"));
    for (form, expected) in [
        ("socket_id=1.1&channel_name=private-a", Ok(vec![a.clone()])),
        (
            "&socket_id=1.1&channel_name%5B0%5D=private-a&channel_name[1]=private-b&x=%20+",
            Ok(vec![a.clone(), b.clone()]),
        ),
        ("channel_name[]=private-a&channel_name[]=private-b&socket_id=1.1", Ok(vec![a, b])),
        ("", Err(InvalidForm::Missing { field: "socket_id" })),
        ("socket_id=1.1", Err(InvalidForm::Missing { field: "channel_name" })),
        (
            "socket_id=1.1&socket_id=2.2&channel_name=private-a",
            Err(InvalidForm::Repeated { field: "socket_id" }),
        ),
        (
            "socket_id=1.1&channel_name=private-a&channel_name=private-b",
            Err(InvalidForm::Repeated { field: "channel_name" }),
        ),
        (
            "socket_id=1.1&channel_name=private-a&channel_name[0]=private-b",
            Err(InvalidForm::Repeated { field: "channel_name" }),
        ),
        (
            "socket_id=1.1&channel_name[0]=private-a&channel_name[0]=private-b",
            Err(InvalidForm::Repeated { field: "channel_name" }),
        ),
        ("socket_id=1.1&channel_name=%ff", Err(InvalidForm::Encoding)),
        ("socket_id=1.1&channel_name=private-a&other=%g0", Err(InvalidForm::Encoding)),
        ("socket_id=1.1&other=%", Err(InvalidForm::Encoding)),
    ] {
        assert_eq!(ChannelForm::parse(form).map(|form| form.channels), expected, "{form}");
    }
    for form in [
        "socket_id=1.1%0A&channel_name=private-a",
        "socket_id=1.1+&channel_name=private-a",
        "socket_id=123&channel_name=private-a",
    ] {
        assert!(matches!(ChannelForm::parse(form), Err(InvalidForm::SocketId(_))), "{form}");
    }
    for name in ["private-a%3Ab", "private-a%00", "private+a", ""] {
        let form = format!("socket_id=1.1&channel_name={name}");
        assert!(
            matches!(ChannelForm::parse(&form), Err(InvalidForm::ChannelName { index: 0, .. })),
            "{form}"
        );
    }
    let several = ChannelForm::parse("socket_id=1.1&channel_name[0]=a&channel_name[1]=b").unwrap();
    assert_eq!(several.one(), Err(InvalidForm::Repeated { field: "channel_name" }));
    let one = ChannelForm::parse("socket_id=1.1&channel_name[0]=a").unwrap();
    assert_eq!(one.one(), Ok((socket_id(), channel("a"))));
    assert_eq!(ChannelForm::parse(b"socket_id=1.1\xff"), Err(InvalidForm::Encoding));
    assert!(matches!(UserForm::parse("socket_id=123"), Err(InvalidForm::SocketId(_))));
}

#[test]
fn only_the_name_of_a_callback_becomes_script() {
    for name in ["cb", "Pusher.auth_callbacks['1']", "a.b[\"c\"][0].$_", "_"] {
        assert!(Callback::parse(name).is_ok(), "{name}");
    }
    for name in [
        "",
        "1a",
        "a.",
        ".a",
        "a..b",
        "a b",
        "a(",
        "alert(1)//",
        "a;b",
        "a['b",
        "a[']']",
        "a['\\']",
        "a[]",
        "a['']",
        "a\n",
        "a\u{2028}",
        "é",
        "a/**/",
        "a=b",
        "a['b']c",
        "a[\"b']",
    ] {
        assert!(Callback::parse(name).is_err(), "{name:?}");
    }
    assert!(Callback::parse("a".repeat(100)).is_ok() && Callback::parse("a".repeat(101)).is_err());

    let app = app();
    let member = Member::new("\u{2028}\u{2029}</script>");
    let auth = app.authorize_channel(&socket_id(), &channel("presence-a"), member).unwrap();
    let script = auth.to_jsonp(&"cb".parse().unwrap());
    let json = script.strip_prefix("/**/cb(").unwrap().strip_suffix(");").unwrap();
    assert!(!script.contains(['\u{2028}', '\u{2029}']));
    let (read, said): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(json).unwrap(), serde_json::from_str(&auth.to_json()).unwrap());
    assert_eq!(read, said);
}

#[test]
fn nothing_shows_a_secret() {
    let [key, _] = keys();
    let app = app().master_keys(key.clone()).webhook_token(Token::new("k", "hidden").unwrap());
    let auth = app.authorize_channel(&socket_id(), &channel("private-encrypted-a"), None).unwrap();
    let user = app.authenticate_user(&socket_id(), User::new("7".parse().unwrap())).unwrap();
    let token = Token::new("k", "hidden").unwrap();
    let shown =
        format!("{app:?} {auth:?} {user:?} {key:?} {:?} {token:?}", MasterKeys::from(key.clone()));
    let raw = format!("{:?}", [206, 42, 230, 242]); // the key's first bytes
    for secret in [
        "tofu",
        "hidden",
        MASTER_KEYS[0],
        &auth.auth(),
        &user.auth(),
        auth.shared_secret().unwrap(),
        raw.trim_matches(['[', ']']),
    ] {
        assert!(!shown.contains(secret), "{secret}");
    }
    assert!(matches!(
        app.authorize_channel(&socket_id(), &channel("a"), None),
        Err(AuthError::PublicChannel { .. })
    ));
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>(), bytes in any::<Vec<u8>>()) {
        let _ = (ChannelForm::parse(&text), ChannelForm::parse(&bytes), UserForm::parse(&bytes));
        let _ = (Callback::parse(&*text), ChannelData::json(&*text), UserData::json(&*text));
        let _ = (MasterKey::from_base64(&text), MasterKey::from_bytes(&bytes));
        let keys = MasterKeys::from(keys()[0].clone());
        let _ = keys.open(&channel("private-encrypted-a"), &text);
        let _ = Envelope::new(KEY, &text, &bytes).and_then(|envelope| app().webhook(&envelope));
    }
}

/// What a log shows of errors and of what holds payloads: what was wrong, and nothing of the payload.
#[test]
fn everything_says_what_it_is() {
    let keys = MasterKeys::from(keys()[0].clone());
    let name = channel("private-encrypted-a");
    let open = |data: &str| words(&keys.open(&name, data).unwrap_err());
    let (nonce, short) = ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AAAA");
    let not_encrypted = keys.seal(&channel("private-a"), "", Nonce::from_bytes([0; 24]));
    let webhook = |body: &str| {
        use hmac::{KeyInit as _, Mac as _};
        let hmac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"tofu").unwrap();
        let signature = hex::encode(hmac.chain_update(body).finalize().into_bytes());
        words(
            &app().webhook(&Envelope::new(KEY, &signature, body.as_bytes()).unwrap()).unwrap_err(),
        )
    };
    for (said, expected) in [
        (
            open("{}"),
            "the data is not encrypted: it is no JSON with nonce and ciphertext: missing field",
        ),
        (
            open(r#"{"nonce":"*","ciphertext":""}"#),
            "the nonce of the encrypted data is not standard base64",
        ),
        (
            open(&format!(r#"{{"nonce":"{short}","ciphertext":""}}"#)),
            "the nonce of the encrypted data has 3 bytes; it has exactly 24",
        ),
        (
            open(&format!(r#"{{"nonce":"{nonce}","ciphertext":"AA="}}"#)),
            "the ciphertext of the encrypted data is not standard base64",
        ),
        (
            open(&format!(r#"{{"nonce":"{nonce}","ciphertext":"{short}"}}"#)),
            "the ciphertext has not even the 16 bytes of its tag",
        ),
        (
            open(&format!(r#"{{"nonce":"{nonce}","ciphertext":"{nonce}"}}"#)),
            "no master key opens the data: another key or another channel made it",
        ),
        (
            words(&not_encrypted.unwrap_err()),
            "the channel private-a is not encrypted; the name of one that is begins with private-encrypted-",
        ),
        (
            words(&MasterKey::from_base64("*").unwrap_err()),
            "the master key is not standard base64 with its padding",
        ),
        (
            words(&MasterKey::from_base64("AAAA").unwrap_err()),
            "the master key has 3 bytes; it has exactly 32 when decoded",
        ),
        (
            words(&Callback::parse("a".repeat(101)).unwrap_err()),
            "the callback has 101 bytes; at most 100 are allowed",
        ),
        (
            words(&Callback::parse("a b").unwrap_err()),
            "the callback is not a name at position 1; it reads like",
        ),
        (
            words(&ChannelForm::parse("%").unwrap_err()),
            "the form is not UTF-8 with percent-encoding",
        ),
        (words(&ChannelForm::parse("").unwrap_err()), "the form has no socket_id"),
        (
            words(&UserForm::parse("socket_id=1.1&socket_id=1.1").unwrap_err()),
            "the form has the field socket_id twice",
        ),
        (words(&UserForm::parse("socket_id=1").unwrap_err()), "a socket_id ends too early"),
        (
            words(&ChannelForm::parse("socket_id=1.1&channel_name=a b").unwrap_err()),
            "a channel name holds ' ' at position 1",
        ),
        (
            words(&Envelope::new("", "", b"").unwrap_err()),
            "the webhook has not exactly one x-pusher-key header field with a text",
        ),
        (
            words(&Envelope::new("a", " ", b"").unwrap_err()),
            "the webhook has not exactly one x-pusher-signature header field with a text",
        ),
        (
            webhook("[]"),
            "the body of the webhook is not that of a webhook: invalid type: sequence, expected an object",
        ),
        (
            webhook(r#"{"time_ms":1,"events":[{"name":"a","subscription_count":[]}, 1]}"#),
            "the body of the webhook is not that of a webhook: ",
        ),
        (format!("{:?}", Data::text("secret")), "Data(6 bytes)"),
        (
            format!("{:?}", keys.seal(&name, "", Nonce::from_bytes([0; 24])).unwrap()),
            "Data(sealed, 84 bytes)",
        ),
        (format!("{:?}", Raw::get("/secret?")), "Raw(GET \"/secret?\")"),
        (format!("{:?}", Raw::post("/a", "secret")), "Raw(POST \"/a\")"),
        (format!("{:?}", Member::new("secret")), "Member(..)"),
        (format!("{:?}", User::new("secret".parse().unwrap())), "User(..)"),
        (format!("{:?}", ChannelData::json("1").unwrap()), "ChannelData(1 bytes)"),
        (format!("{:?}", UserData::json(r#"{"id":"7"}"#).unwrap()), "UserData(10 bytes)"),
        (format!("{:?}", Envelope::new("k", "s", b"secret").unwrap()), "Envelope(6 bytes)"),
        (format!("{:?}", ClientData::Text("secret".to_owned())), "Text(6 bytes)"),
        (format!("{:?}", ChannelAuths::new()), "ChannelAuths(..)"),
        (
            format!("{:?}", app()),
            "App { app_id: \"3\", key: \"123456789\", base: https://api-mt1.pusher.com, limits: ",
        ),
        (format!("{:?}", Expects::<Trigger>::new()), "Expects"),
    ] {
        assert!(said.starts_with(expected), "{said}\nis not\n{expected}");
    }
}
