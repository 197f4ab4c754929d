//! The group `responses`: a call is made, and what comes of the server's answer is told.

use pusher_client::{
    CallError,
    pusher_core::{ApiErrorKind, App, Credentials, ResponseError},
};
use pusher_vectors::{
    Text,
    requests::{self, Call, Channels},
    responses::{self, Error, Expected, Input, Kind},
};
use serde_json::{Value, json};

use super::{
    No, Said,
    calls::{self, Failure},
    layers, refused,
};

pub(super) fn said(input: &Input, base_url: &str) -> Said {
    let credentials = Credentials { app_id: "3", key: "key", secret: "secret" };
    let client = calls::client(App::new(credentials).map_err(refused("app"))?, base_url)?;
    let told = match calls::call(&client, &any(input)) {
        Ok(answer) => Expected::Answer(Box::new(answer)),
        Err(Failure::Call(CallError::Response { error, .. })) => Expected::Error(error_of(&error)),
        Err(Failure::Call(CallError::Build(error))) => return Err(layers::build(&error)),
        Err(Failure::Call(error)) => {
            return Ok(json!({ "error": { "message": error.to_string() } }));
        }
        Err(Failure::Attribute) => return Err(No::Unread("no such attribute".to_owned())),
    };
    Ok(json!(told))
}

/// Any call of this name. A batch has as many events as the server tells of.
fn any(input: &Input) -> Call {
    let text = |text: &str| Text::Plain(text.to_owned());
    let (name, data) = (text("event"), text("{}"));
    match input.call {
        responses::Call::Trigger => Call::Trigger(requests::Trigger {
            channels: Channels::List(vec![text("channel")]),
            name,
            data,
            socket_id: None,
            info: None,
        }),
        responses::Call::TriggerBatch => {
            let body: Option<Value> = serde_json::from_str(&input.body.to_string()).ok();
            let told = body.as_ref().and_then(|body| body.get("batch")?.as_array());
            let channel = text("channel");
            let event = requests::Event { channel, name, data, socket_id: None, info: None };
            Call::TriggerBatch { events: vec![event; told.map_or(1, Vec::len).max(1)] }
        }
        responses::Call::GetChannels => Call::GetChannels { prefix: None, info: None },
        responses::Call::GetChannel => Call::GetChannel { channel: text("channel"), info: None },
        responses::Call::GetUsers => Call::GetUsers { channel: text("presence-channel") },
        responses::Call::SendToUser => Call::SendToUser { user_id: text("user"), name, data },
        responses::Call::TerminateUser => Call::TerminateUser { user_id: text("user") },
        responses::Call::Get => Call::Get { path: "/channels".to_owned(), query: Vec::new() },
        responses::Call::Post => {
            Call::Post { path: "/events".to_owned(), query: Vec::new(), body: data }
        }
    }
}

fn error_of(error: &ResponseError) -> Error {
    let (kind, message) = match error {
        ResponseError::Api(error) => {
            let kind = match error.kind() {
                ApiErrorKind::BadRequest => Kind::BadRequest,
                ApiErrorKind::Unauthorized => Kind::Unauthorized,
                ApiErrorKind::Forbidden => Kind::Forbidden,
                ApiErrorKind::NotFound => Kind::NotFound,
                ApiErrorKind::ProxyAuthentication => Kind::ProxyAuthentication,
                ApiErrorKind::TooLarge => Kind::TooLarge,
                ApiErrorKind::RateLimited => Kind::RateLimited,
                ApiErrorKind::Server => Kind::Server,
                _ => Kind::Other,
            };
            (kind, Some(error.message.clone()))
        }
        _ => (Kind::Malformed, None),
    };
    let retry_after = error.retry_after().map(|wait| wait.as_secs());
    Error { kind, status: error.status().as_u16(), message, retry_after }
}
