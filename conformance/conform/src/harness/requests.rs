//! The group `requests`: the call is made, and whoever listens sees the request.

use pusher_client::{
    CallError,
    pusher_core::{App, Credentials},
};
use pusher_vectors::requests::Input;
use serde_json::json;

use super::{
    No, Said,
    calls::{self, Failure},
    encryption, layers, refused,
};

pub(super) fn said(input: &Input, base_url: &str) -> Said {
    let given = &input.app;
    let (app_id, key, secret) = (&*given.app_id, &*given.key, &*given.secret);
    let mut app = App::new(Credentials { app_id, key, secret }).map_err(refused("app"))?;
    if let Some(keys) = encryption::keys(given.master_key.as_slice())? {
        app = app.master_keys(keys);
    }
    let client = calls::client(app, base_url)?;
    match calls::call(&client, &input.call) {
        // What the server answered is none of this group's business.
        Ok(_) | Err(Failure::Call(CallError::Response { .. })) => Ok(json!({})),
        Err(Failure::Attribute) => Err(No::Refused("info", "no such attribute".to_owned())),
        Err(Failure::Call(CallError::Build(error))) => Err(layers::build(&error)),
        Err(Failure::Call(error)) => Err(No::Unread(error.to_string())),
    }
}
