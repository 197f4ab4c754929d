//! The group `signing`, as far as it is about an app's own requests; the stages below are tested beside
//! the code.

use pusher_core::{App, BuildError, Credentials, DecodeError, Draft, Endpoint, Limits, Timestamp};
use pusher_vectors::{Outcome, signing};

/// Any request, as an endpoint from outside the crate.
struct Given<'a> {
    request: &'a signing::Request,
    segments: Vec<&'a str>,
}

impl Endpoint for Given<'_> {
    type Response = ();
    const NAME: &'static str = "given";

    fn draft<'a>(&'a self, _: &Limits) -> Result<Draft<'a>, BuildError> {
        let body = self.request.body.clone().unwrap_or_default();
        let draft = match self.request.method.as_str() {
            "GET" => Draft::get(self.segments.as_slice()),
            _ => Draft::post(self.segments.as_slice(), body),
        };
        let query = self.request.query.iter();
        Ok(query.fold(draft, |draft, (key, value)| draft.query(key, value)))
    }

    fn decode(_: &[u8]) -> Result<(), DecodeError> {
        Ok(())
    }
}

pub(crate) fn every_signing_case() {
    let mut seen = 0;
    for case in pusher_vectors::signing().cases {
        let signing::Input::Request(request) = &case.input else { continue };
        let Some(rest) = request.path.strip_prefix("/apps/") else { continue };
        seen += 1;

        let mut segments = rest.split('/');
        let app_id = segments.next().unwrap();
        let given = Given { request, segments: segments.collect() };
        let secret = &request.secret;
        let app = App::new(Credentials { app_id, key: &request.auth_key, secret }).unwrap();
        let now = Timestamp::from_unix(request.auth_timestamp);
        let prepared = app.prepare(&given, now);

        match (case.result, case.policy.as_deref(), case.refusal.as_deref()) {
            (Outcome::Invalid, _, Some("reserved-key")) => {
                assert!(matches!(prepared, Err(BuildError::ReservedKey { .. })), "{}", case.id);
            }
            (Outcome::Acceptable, Some("equal-keys-kept"), _) => {
                assert!(matches!(prepared, Err(BuildError::RepeatedKey { .. })), "{}", case.id);
            }
            (Outcome::Acceptable, Some("comma-escaped"), _) => {
                let expected = case.expect.unwrap().query.unwrap().replace("%2C", ",");
                let request = prepared.unwrap().request;
                assert_eq!(request.uri().query(), Some(&*expected), "{}", case.id);
            }
            (Outcome::Valid, _, _) => {
                let stages = case.expect.unwrap();
                let sent = prepared.unwrap().request;
                assert_eq!(sent.uri().path(), request.path, "{}", case.id);
                assert_eq!(sent.uri().query(), stages.query.as_deref(), "{}", case.id);
                assert_eq!(sent.body(), request.body.as_deref().unwrap_or_default(), "{}", case.id);
                let text = app.string_to_sign(&given, now).unwrap();
                assert_eq!(Some(text), stages.string_to_sign, "{}", case.id);
            }
            other => panic!("{} has a verdict that this test does not know: {other:?}", case.id),
        }
    }
    assert!(seen >= 40, "only {seen} cases were addressed to an app");
}
