//! `PUSHER_URL`: what is accepted means the same to the WHATWG parser, and no error shows the secret.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pusher_core::{App, Base, Cluster, Data, Timestamp, Trigger};

fuzz_target!(|text: &str| {
    if let Ok(app) = App::from_url(text) {
        // The request goes where the URL says, whatever parser reads it.
        let event = Trigger::new("a".parse().unwrap(), "b".parse().unwrap(), Data::text("c"));
        let request = app.prepare(&event, Timestamp::from_unix(1)).unwrap().request;
        let sent = request.uri().to_string();
        let Ok(parsed) = url::Url::parse(&sent) else { return };
        let given = url::Url::parse(text);
        if let Ok(given) = given {
            assert_eq!(parsed.host_str(), given.host_str(), "{text:?}");
            assert_eq!(parsed.port_or_known_default(), given.port_or_known_default(), "{text:?}");
            assert_eq!(parsed.scheme(), given.scheme(), "{text:?}");
        }
        assert_eq!(parsed.path(), request.uri().path(), "a rewritten path is a broken signature");
        assert_eq!(parsed.query(), request.uri().query());
        assert!(parsed.username().is_empty() && parsed.password().is_none());
    }
    if let Ok(base) = Base::https(text) {
        assert_eq!(base.to_string(), format!("https://{text}"));
    }
    if let Ok(cluster) = text.parse::<Cluster>() {
        let base = Base::of_cluster(&cluster);
        assert!(base.host().starts_with("api-") && base.host().ends_with(".pusher.com"));
        assert!(base.port().is_none());
    }
});
