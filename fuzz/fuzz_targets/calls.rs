//! Calls from a queue: what is read is written again the same, and becomes a request that every parser of
//! URLs reads as it is, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pusher_core::{App, Call, Credentials, Raw, Timestamp};

fuzz_target!(|input: (&str, &str, &str, &str)| {
    let (json, path, key, value) = input;
    let app = App::new(Credentials { app_id: "3", key: "key", secret: "secret" }).unwrap();
    let now = Timestamp::from_unix(1_353_088_179);
    if let Ok(call) = Call::from_json(json) {
        let written = call.to_json();
        assert_eq!(Call::from_json(&written).unwrap(), call);
        if let Ok(prepared) = app.prepare(&call, now) {
            let body: serde_json::Value = serde_json::from_slice(prepared.request.body()).unwrap();
            assert!(body.is_object());
        }
    }
    let call = Raw::get(path).query(key, value);
    if let Ok(prepared) = app.prepare(&call, now) {
        let sent = prepared.request.uri().to_string();
        let parsed = url::Url::parse(&sent).unwrap();
        assert_eq!(parsed.host_str(), Some("api-mt1.pusher.com"), "{sent}");
        assert_eq!(parsed.as_str(), sent, "a URL that a client rewrites has a broken signature");
        assert_eq!(parsed.path(), format!("/apps/3{path}"));
        let pairs: Vec<_> = parsed.query_pairs().collect();
        assert!(pairs.contains(&(key.into(), value.into())), "{pairs:?}");
        let text = app.string_to_sign(&call, now).unwrap();
        assert!(text.starts_with(&format!("GET\n/apps/3{path}\n")));
    }
});
