//! `conform harness`: this project's own library, reached as any program reaches it. This file knows the lines;
//! what each group asks of the library, the files beside it know. It never sees an expectation.

mod auth;
mod calls;
mod encryption;
mod layers;
mod names;
mod requests;
mod responses;
mod signing;
mod urls;
mod webhooks;

use std::{
    fmt::Display,
    io::{self, BufRead as _, Write as _},
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// What the library said: the stages that it shows, or why there are none.
type Said = Result<Value, No>;

enum No {
    /// The library refused, in this layer and in these words.
    Refused(&'static str, String),
    /// The library has no door to this.
    Skipped(&'static str),
    /// The input is none that this program knows.
    Unread(String),
}

fn refused<E: Display>(layer: &'static str) -> impl Fn(E) -> No {
    move |error| No::Refused(layer, error.to_string())
}

#[derive(Deserialize)]
#[serde(tag = "command", rename_all = "lowercase", deny_unknown_fields)]
enum Message {
    Start { version: u64 },
    Run { id: String, group: String, kind: String, input: Value, base_url: Option<String> },
    Stop,
}

/// Answers line by line, until it is told to stop or nobody asks any more.
pub(crate) fn serve() -> Result<(), String> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let message = serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))?;
        let answer = match message {
            Message::Start { version: 1 } => json!({
                "started": { "name": "pusher-core", "version": env!("CARGO_PKG_VERSION") },
            }),
            Message::Start { version } => {
                return Err(format!("version {version} of the protocol is unknown"));
            }
            Message::Stop => return Ok(()),
            Message::Run { id, group, kind, input, base_url } => {
                match said(&group, &kind, input, base_url.as_deref()) {
                    Ok(stages) => json!({ "id": id, "ok": stages }),
                    Err(No::Refused(layer, message)) => {
                        json!({ "id": id, "refused": { "layer": layer, "message": message } })
                    }
                    Err(No::Skipped(why)) => json!({ "id": id, "skipped": why }),
                    Err(No::Unread(problem)) => return Err(format!("{id}: {problem}")),
                }
            }
        };
        writeln!(out, "{answer}").and_then(|()| out.flush()).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn said(group: &str, kind: &str, input: Value, base_url: Option<&str>) -> Said {
    let base_url = || base_url.ok_or_else(|| No::Unread("no base_url".to_owned()));
    match group {
        "signing" => signing::said(&read(input)?),
        "names" => names::said(&read(input)?),
        "urls" => urls::said(&read(input)?),
        "encryption" => encryption::said(&read(input)?),
        "webhooks" => webhooks::said(&read(input)?),
        "channel-auth" => auth::channel(&read(input)?),
        "user-auth" => auth::user(&read(input)?),
        "requests" => requests::said(&read(input)?, base_url()?),
        "responses" => responses::said(&read(input)?, base_url()?),
        _ => Err(No::Unread(format!("unknown group {group} with kind {kind}"))),
    }
}

fn read<T: DeserializeOwned>(input: Value) -> Result<T, No> {
    serde_json::from_value(input).map_err(|error| No::Unread(error.to_string()))
}
