//! The group `urls`: where the API lives.

use pusher_core::{App, Base, Cluster, Credentials, Data, InvalidUrl, Timestamp, Trigger};
use pusher_vectors::{Case, Outcome, urls};

pub(crate) fn every_url() {
    for case in pusher_vectors::urls().cases {
        match &case.input {
            urls::Input::Url(url) => address(&case, App::from_url(url)),
            urls::Input::Cluster(cluster) => {
                let cluster = cluster.as_deref().map_or(Ok(Cluster::default()), str::parse);
                let Ok(cluster) = cluster else {
                    let refused = matches!(case.result, Outcome::Invalid | Outcome::Acceptable);
                    assert!(refused, "{} is valid", case.id);
                    continue;
                };
                place(&case, &Base::of_cluster(&cluster));
            }
        }
    }
}

fn address(case: &Case<urls::Input, urls::Address>, app: Result<App, InvalidUrl>) {
    let app = match (app, case.result) {
        (Ok(app), Outcome::Valid | Outcome::Acceptable) => app,
        (Err(_), Outcome::Invalid) => return,
        (Ok(app), Outcome::Invalid) => panic!("{} must be refused: {app:?}", case.id),
        (Err(error), _) => panic!("{}: {error}", case.id),
    };
    let expected = case.expect.as_ref().unwrap();
    assert_eq!(Some(app.app_id()), expected.app_id.as_deref(), "{}", case.id);
    assert_eq!(Some(app.key()), expected.key.as_deref(), "{}", case.id);
    place(case, app.base());

    // The secret shows only in what it signs: an app made of the expected values signs the same.
    let (app_id, key) = (app.app_id(), app.key());
    let secret = expected.secret.as_deref().unwrap();
    let same = App::new(Credentials { app_id, key, secret }).unwrap();
    let event = Trigger::new("a".parse().unwrap(), "b".parse().unwrap(), Data::text("c"));
    let [actual, same] = [app, same].map(|app| {
        let request = app.prepare(&event, Timestamp::from_unix(1)).unwrap().request;
        request.uri().query().unwrap().to_owned()
    });
    assert_eq!(actual, same, "{}: the secret", case.id);
}

fn place(case: &Case<urls::Input, urls::Address>, base: &Base) {
    let expected = case.expect.as_ref().unwrap_or_else(|| panic!("{} must be refused", case.id));
    let port = expected.port.map(|port| format!(":{port}")).unwrap_or_default();
    let prefix = expected.prefix.as_deref().unwrap_or_default();
    let text = format!("{}://{}{port}{prefix}", expected.scheme, expected.host);
    assert_eq!(base.to_string(), text, "{}", case.id);
}
