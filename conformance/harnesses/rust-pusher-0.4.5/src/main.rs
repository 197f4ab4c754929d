//! Answers the runner's lines with what the crate `pusher` 0.4.5 does. This file knows the crate's public
//! interface; it does not know what is expected of it.
//!
//! An error of the crate is told as `refused`. What it has no door for is `skipped`. A panic is told as
//! `panicked`, which no case expects: it fails the case. (The process would end otherwise; the runner starts it
//! anew, but gives up after five ends in a row, and there are more than that.)

#[path = "../../rust-common/clock.rs"]
mod clock;
#[path = "../../rust-common/sink.rs"]
mod sink;

use std::{
    collections::HashMap,
    io::{self, BufRead as _, Write as _},
    panic::{self, AssertUnwindSafe},
};

use hyper::client::HttpConnector;
use pusher::{Member, Pusher, PusherBuilder};
use serde_json::{Map, Value, json, value::RawValue};

const SOCKET_ID: &str = "1.1";

enum Failure {
    Skipped(&'static str),
    Refused(String),
}
use Failure::{Refused, Skipped};

type Told = Result<Value, Failure>;
type Client = Pusher<HttpConnector>;

fn client(app: &Value, base_url: &str) -> Result<Client, Failure> {
    let part = |name: &str, default: &str| text(app, name).unwrap_or(default).to_owned();
    let builder =
        PusherBuilder::new(&part("app_id", "3"), &part("key", "key"), &part("secret", "secret"));
    Ok(builder.host(base_url.trim_start_matches("http://")).finalize())
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn need<'a>(value: &'a Value, name: &str) -> &'a str {
    text(value, name).unwrap_or_else(|| panic!("the case has no {name}"))
}

fn refused<T>(result: Result<T, impl ToString>) -> Result<T, Failure> {
    result.map_err(|error| Refused(error.to_string()))
}

fn pairs(query: &Value) -> Vec<(String, String)> {
    let pair = |pair: &Value| {
        let part = |place: usize| pair[place].as_str().unwrap_or_default().to_owned();
        (part(0), part(1))
    };
    query.as_array().map(|list| list.iter().map(pair).collect()).unwrap_or_default()
}

fn info(given: &Value) -> Option<String> {
    let names = given.get("info")?.as_array()?;
    Some(names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","))
}

/// Makes a call. The answer is in the words of the vectors.
fn call(client: &Client, kind: &str, given: &Value) -> Told {
    let run = runtime();
    let mut options = Vec::new();
    options.extend(
        text(given, "prefix").map(|prefix| ("filter_by_prefix".to_owned(), prefix.to_owned())),
    );
    options.extend(info(given).map(|info| ("info".to_owned(), info)));
    match kind {
        "trigger" => trigger(client, given),
        "get_channels" => channels(refused(if options.is_empty() {
            run.block_on(client.channels())
        } else {
            run.block_on(client.channels_with_options(options))
        })?),
        "get_channel" => {
            let name = need(given, "channel");
            channel(&refused(if options.is_empty() {
                run.block_on(client.channel(name))
            } else {
                run.block_on(client.channel_with_options(name, options))
            })?)
        }
        "get_users" => {
            let list = refused(run.block_on(client.channel_users(need(given, "channel"))))?;
            let ids: Vec<_> = list.users.into_iter().map(|user| user.id).collect();
            Ok(json!({ "users": ids }))
        }
        // These two take any parameters.
        "get" => get(client, need(given, "path"), pairs(&given["query"])),
        _ => Err(Skipped("has no such call")),
    }
}

fn get(client: &Client, path: &str, query: Vec<(String, String)>) -> Told {
    let run = runtime();
    let parts: Vec<_> = path.split('/').collect();
    match *parts {
        ["", "channels"] => channels(refused(run.block_on(client.channels_with_options(query)))?),
        ["", "channels", name] => {
            channel(&refused(run.block_on(client.channel_with_options(name, query)))?)
        }
        ["", "channels", name, "users"] if query.is_empty() => {
            refused(run.block_on(client.channel_users(name)))?;
            Ok(json!({}))
        }
        _ => Err(Skipped("has no generic call, only calls for channels")),
    }
}

fn trigger(client: &Client, given: &Value) -> Told {
    if given.get("info").is_some() {
        return Err(Skipped("its trigger has no info"));
    }
    let names: Vec<_> =
        given["channels"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    let (event, data, socket_id) =
        (need(given, "name"), need(given, "data"), text(given, "socket_id"));
    let run = runtime();
    // The crate makes JSON of whatever it is given. Of JSON that is marked as such it makes itself.
    let triggered = match (RawValue::from_string(data.to_owned()), socket_id) {
        (Ok(data), Some(id)) => {
            run.block_on(client.trigger_multi_exclusive(&names, event, data, id))
        }
        (Ok(data), None) => run.block_on(client.trigger_multi(&names, event, data)),
        (Err(_), Some(id)) => run.block_on(client.trigger_multi_exclusive(&names, event, data, id)),
        (Err(_), None) => run.block_on(client.trigger_multi(&names, event, data)),
    };
    let mut told = Map::new();
    told.extend(refused(triggered)?.event_ids.map(|ids| ("event_ids".to_owned(), json!(ids))));
    Ok(Value::Object(told))
}

fn counts(channel: &pusher::Channel) -> Map<String, Value> {
    let mut told = Map::new();
    told.extend(channel.user_count.map(|count| ("user_count".to_owned(), json!(count))));
    told.extend(
        channel.subscription_count.map(|count| ("subscription_count".to_owned(), json!(count))),
    );
    told
}

fn channel(channel: &pusher::Channel) -> Told {
    let mut told = counts(channel);
    told.extend(channel.occupied.map(|occupied| ("occupied".to_owned(), json!(occupied))));
    Ok(Value::Object(told))
}

fn channels(list: pusher::ChannelList) -> Told {
    let told: Map<_, _> = list
        .channels
        .iter()
        .map(|(name, channel)| (name.clone(), json!(counts(channel))))
        .collect();
    Ok(json!({ "channels": told }))
}

fn requests(kind: &str, input: &Value, base_url: &str) -> Told {
    if input["app"].get("master_key").is_some() {
        return Err(Skipped("has no encryption"));
    }
    call(&client(&input["app"], base_url)?, kind, &input["call"][kind]).map(|_| json!({}))
}

fn responses(kind: &str, base_url: &str) -> Told {
    let sample = match kind {
        "trigger" => json!({ "channels": ["a"], "name": "b", "data": "c" }),
        "get_channel" => json!({ "channel": "a" }),
        "get_users" => json!({ "channel": "presence-a" }),
        "get_channels" => json!({}),
        "get" => return Err(Skipped("has no generic call, only calls for channels")),
        _ => return Err(Skipped("has no such call")),
    };
    match call(&client(&json!({}), base_url)?, kind, &sample) {
        Ok(answer) => Ok(json!({ "answer": answer })),
        // "Error: 404 Not Found. The body"
        Err(Refused(error)) => {
            let status: u16 =
                error.get(7..10).and_then(|digits| digits.parse().ok()).expect("a status");
            let message = error.split_once(". ").map(|(_, message)| message).unwrap_or_default();
            Ok(json!({ "error": { "status": status, "message": message } }))
        }
        Err(skipped) => Err(skipped),
    }
}

fn signing(kind: &str, input: &Value) -> Told {
    let given = match (kind, input[kind].get("body").and_then(Value::as_str)) {
        ("request", None | Some("")) if text(&input[kind], "method") == Some("GET") => &input[kind],
        ("request", _) => return Err(Skipped("makes the bodies that it signs itself")),
        _ => return Err(Skipped("has no door to this stage alone")),
    };
    let Some((app_id, path)) =
        need(given, "path").strip_prefix("/apps/").and_then(|path| path.split_once('/'))
    else {
        return Err(Skipped("signs its own paths only"));
    };
    let app = json!({ "app_id": app_id, "key": given["auth_key"], "secret": given["secret"] });
    let sink = sink::Sink::new();
    // The crate has no clock to set.
    clock::set(given["auth_timestamp"].as_i64());
    let made = panic::catch_unwind(AssertUnwindSafe(|| {
        get(&client(&app, sink.base_url())?, &format!("/{path}"), pairs(&given["query"]))
    }));
    clock::set(None);
    made.unwrap_or_else(|panic| panic::resume_unwind(panic))?;
    let target = sink.target();
    let query = target.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let signature = query.rsplit_once("auth_signature=").map(|(_, signature)| signature);
    Ok(json!({ "query": query, "auth_signature": signature }))
}

fn names(kind: &str, input: &Value) -> Told {
    let sink = sink::Sink::new();
    let client = client(&json!({}), sink.base_url())?;
    let name = need(input, kind);
    match kind {
        "channel_name" => {
            refused(client.authenticate_private_channel(name, SOCKET_ID))?;
        }
        "event_name" => {
            call(&client, "trigger", &json!({ "channels": ["a"], "name": name, "data": "c" }))?;
        }
        "socket_id" => {
            refused(client.authenticate_private_channel("private-channel", name))?;
        }
        _ => return Err(Skipped("does not know users")),
    }
    Ok(json!({}))
}

fn urls(kind: &str, input: &Value) -> Told {
    if kind == "cluster" {
        return Err(Skipped("does not know clusters"));
    }
    let client = PusherBuilder::from_url(need(input, "url")).finalize();
    // The crate has no ports of its own, and its requests go below the host.
    let (host, port) = match client.host.rsplit_once(':') {
        Some((host, port))
            if !host.is_empty() && port.parse::<u16>().is_ok() && !client.host.ends_with(']') =>
        {
            (host.to_owned(), json!(port.parse::<u16>().ok()))
        }
        _ => (client.host.clone(), Value::Null),
    };
    Ok(json!({
        "scheme": if client.secure { "https" } else { "http" }, "host": host, "port": port,
        "app_id": client.app_id, "key": client.key, "secret": client.secret, "prefix": "",
    }))
}

fn webhooks(input: &Value) -> Told {
    let tokens = input["tokens"].as_array().expect("a list");
    let [token] = &**tokens else { return Err(Skipped("has one token")) };
    if input.get("clock").is_some() {
        return Err(Skipped("does not look at the age"));
    }
    let Some(body) = text(input, "body") else { return Err(Skipped("takes the body as a text")) };
    let headers = pairs(&input["headers"]);
    let all =
        |wanted: &str| headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted)).count();
    if all("x-pusher-key") > 1 || all("x-pusher-signature") > 1 {
        return Err(Skipped(
            "takes the values of both headers; which of several, is the caller's choice",
        ));
    }
    let header = |wanted: &str| {
        headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim())
    };
    let (Some(key), Some(signature)) = (header("x-pusher-key"), header("x-pusher-signature"))
    else {
        return Err(Skipped("takes both headers"));
    };
    let client = client(token, "localhost")?;
    let webhook = refused(client.webhook(key, signature, body))?;
    Ok(json!({ "key": key, "time_ms": webhook.time_ms, "events": webhook.events }))
}

fn channel_auth(kind: &str, input: &Value) -> Told {
    if kind == "form" {
        return Err(Skipped("does not read forms"));
    }
    if input.get("channel_data").is_some() {
        return Err(Skipped("makes the data itself, of a member"));
    }
    let (channel, socket_id) = (need(input, "channel_name"), need(input, "socket_id"));
    if channel.starts_with("private-encrypted-") && input["app"].get("master_key").is_some() {
        return Err(Skipped("has no encryption"));
    }
    let client = client(&input["app"], "localhost")?;
    let reply = match input.get("member") {
        None => refused(client.authenticate_private_channel(channel, socket_id))?,
        Some(member) => {
            let Some(user_id) = text(member, "user_id") else {
                return Err(Skipped("takes a text as the id of a member"));
            };
            let user_info = match member.get("user_info") {
                None => None,
                Some(Value::Object(info)) if info.values().all(Value::is_string) => Some(
                    info.iter()
                        .filter_map(|(name, value)| Some((&**name, value.as_str()?)))
                        .collect::<HashMap<_, _>>(),
                ),
                Some(_) => return Err(Skipped("takes texts only about a member")),
            };
            refused(client.authenticate_presence_channel(
                channel,
                socket_id,
                &Member { user_id, user_info },
            ))?
        }
    };
    let mut told: Value = serde_json::from_str(&reply).expect("a reply in JSON");
    told["reply"] = json!(reply);
    Ok(told)
}

fn answer(message: &Value) -> Value {
    let (kind, input) = (need(message, "kind"), &message["input"]);
    let base_url = text(message, "base_url").unwrap_or_default();
    let told = panic::catch_unwind(AssertUnwindSafe(|| match need(message, "group") {
        "signing" => signing(kind, input),
        "requests" => requests(kind, input, base_url),
        "responses" => responses(kind, base_url),
        "names" => names(kind, input),
        "urls" => urls(kind, input),
        "webhooks" => webhooks(input),
        "channel-auth" => channel_auth(kind, input),
        "user-auth" => Err(Skipped("does not know users")),
        "encryption" => Err(Skipped("has no encryption")),
        _ => Err(Skipped("unknown group")),
    }));
    let id = &message["id"];
    match told {
        Ok(Ok(told)) => json!({ "id": id, "ok": told }),
        Ok(Err(Skipped(why))) => json!({ "id": id, "skipped": why }),
        Ok(Err(Refused(message))) => json!({ "id": id, "refused": { "message": message } }),
        Err(panic) => {
            let words = panic.downcast_ref::<String>().cloned();
            let words =
                words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
            json!({ "id": id, "ok": { "panicked": words.unwrap_or_default() } })
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn main() {
    for line in io::stdin().lock().lines() {
        let message: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        let said = match need(&message, "command") {
            "stop" => return,
            "start" => json!({ "started": { "name": "pusher (Rust)", "version": "0.4.5" } }),
            _ => answer(&message),
        };
        let mut out = io::stdout().lock();
        writeln!(out, "{said}").and_then(|()| out.flush()).expect("stdout");
    }
}
