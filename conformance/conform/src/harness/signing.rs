//! The group `signing`. The library signs requests of apps, which live below `/apps`, and no text of another's
//! making: what it has no door to is skipped.

use pusher_core::{App, BuildError, Credentials, DecodeError, Draft, Endpoint, Limits, Timestamp};
use pusher_vectors::signing::{Input, Request};
use serde_json::{Map, Value, json};

use super::{No, Said, layers, refused};

/// Any request, as an endpoint from outside the library.
struct Given<'a> {
    method: &'a str,
    segments: Vec<&'a str>,
    query: &'a [(String, String)],
    body: String,
}

impl Endpoint for Given<'_> {
    type Response = ();
    const NAME: &'static str = "given";

    fn draft<'a>(&'a self, _: &Limits) -> Result<Draft<'a>, BuildError> {
        let draft = match self.method {
            "GET" => Draft::get(self.segments.as_slice()),
            _ => Draft::post(self.segments.as_slice(), self.body.clone()),
        };
        Ok(self.query.iter().fold(draft, |draft, (key, value)| draft.query(key, value)))
    }

    fn decode(_: &[u8]) -> Result<(), DecodeError> {
        Ok(())
    }
}

pub(super) fn said(input: &Input) -> Said {
    match input {
        Input::Request(request) => stages(request),
        Input::BodyMd5(body) if body.is_empty() => {
            Err(No::Skipped("a body that is empty has no MD5 here"))
        }
        Input::BodyMd5(body) => {
            let all = stages(&Request {
                secret: "secret".to_owned(),
                method: "POST".to_owned(),
                path: "/apps/1/events".to_owned(),
                query: Vec::new(),
                auth_key: "key".to_owned(),
                auth_timestamp: 1,
                body: Some(body.clone()),
            })?;
            Ok(json!({ "body_md5": all.get("body_md5") }))
        }
        Input::StringToSign { .. } => {
            Err(No::Skipped("it makes the parameters auth_* itself, and has them always"))
        }
        Input::AuthSignature { .. } => Err(No::Skipped("it signs no text of another's making")),
    }
}

fn stages(request: &Request) -> Said {
    let Some(path) = request.path.strip_prefix("/apps/") else {
        return Err(No::Skipped("it sends nothing outside of /apps"));
    };
    let mut segments = path.split('/');
    let app_id = segments.next().unwrap_or_default();
    let (key, secret) = (&*request.auth_key, &*request.secret);
    let app = App::new(Credentials { app_id, key, secret }).map_err(refused("app"))?;
    let given = Given {
        method: &request.method,
        segments: segments.collect(),
        query: &request.query,
        body: request.body.clone().unwrap_or_default(),
    };
    let now = Timestamp::from_unix(request.auth_timestamp);
    let prepared = app.prepare(&given, now).map_err(|error| layers::build(&error))?;
    let string_to_sign = app.string_to_sign(&given, now).map_err(|error| layers::build(&error))?;
    let query = prepared.request.uri().query().unwrap_or_default();

    let mut told = Map::new();
    for pair in query.split('&') {
        if let Some((name @ ("body_md5" | "auth_signature"), value)) = pair.split_once('=') {
            told.insert(name.to_owned(), json!(value));
        }
    }
    told.insert("string_to_sign".to_owned(), json!(string_to_sign));
    told.insert("query".to_owned(), json!(query));
    Ok(Value::Object(told))
}
