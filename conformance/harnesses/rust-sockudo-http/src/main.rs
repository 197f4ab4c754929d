//! Answers the runner's lines with what the crate `sockudo-http` 2.2.0 does. This file knows the crate's public
//! interface; it does not know what is expected of it.
//!
//! An error of the crate is told as `refused`. What it has no door for is `skipped`. A panic ends the process.
//!
//! One setting is not the crate's own: its idempotency keys, which are on unless they are turned off, are for
//! another server, and would be one more member in each body.

#[path = "../../rust-common/clock.rs"]
mod clock;
#[path = "../../rust-common/sink.rs"]
mod sink;

use std::{
    collections::BTreeMap,
    io::{self, BufRead as _, Write as _},
};

use serde_json::{Map, Value, json};
use sockudo_http::{
    BatchEvent, Config, ConfigBuilder, Sockudo, SockudoError, Token, TriggerParams,
    events::EventData, util,
};

const SOCKET_ID: &str = "1.1";

enum Failure {
    Skipped(&'static str),
    Refused(SockudoError),
}
use Failure::{Refused, Skipped};

impl From<SockudoError> for Failure {
    fn from(error: SockudoError) -> Self {
        Refused(error)
    }
}

type Told = Result<Value, Failure>;

fn config(app: &Value, base_url: &str) -> Result<ConfigBuilder, Failure> {
    let part = |name: &str, default: &str| text(app, name).unwrap_or(default).to_owned();
    let (host, port) =
        base_url.trim_start_matches("http://").rsplit_once(':').expect("host and port");
    let builder = Config::builder()
        .app_id(part("app_id", "3"))
        .key(part("key", "key"))
        .secret(part("secret", "secret"))
        .use_tls(false)
        .host(host)
        .port(port.parse().expect("a port"))
        .auto_idempotency_key(false);
    Ok(match text(app, "master_key") {
        Some(key) => builder.encryption_master_key_base64(key)?,
        None => builder,
    })
}

fn client(app: &Value, base_url: &str) -> Result<Sockudo, Failure> {
    Ok(Sockudo::new(config(app, base_url)?.build()?)?)
}

/// A client that calls nobody.
fn local(app: &Value) -> Result<Sockudo, Failure> {
    client(app, "http://localhost:1")
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn need<'a>(value: &'a Value, name: &str) -> &'a str {
    text(value, name).unwrap_or_else(|| panic!("the case has no {name}"))
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn info(given: &Value) -> Option<String> {
    given.get("info")?;
    Some(list(given, "info").iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","))
}

/// The crate's value whose JSON is this very text, if there is one.
fn value_of(text: &str) -> Result<sonic_rs::Value, Failure> {
    let value: Option<sonic_rs::Value> = sonic_rs::from_str(text).ok();
    let same =
        |value: &sonic_rs::Value| sonic_rs::to_string(value).is_ok_and(|again| again == text);
    value
        .filter(same)
        .ok_or(Skipped("takes a value and writes its JSON itself; no value gives this text"))
}

fn parameters(query: &[Value]) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let part = |pair: &Value, place: usize| pair[place].as_str().unwrap_or_default().to_owned();
    let map: BTreeMap<_, _> = query.iter().map(|pair| (part(pair, 0), part(pair, 1))).collect();
    if map.len() != query.len() {
        return Err(Skipped("takes a map of parameters, in which no key comes twice"));
    }
    Ok((!map.is_empty()).then_some(map))
}

/// Makes a call. The answer is status and body: the crate hands on the response of its HTTP client.
fn call(client: &Sockudo, kind: &str, given: &Value) -> Result<(u16, String), Failure> {
    let run =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let response = match kind {
        "trigger" => {
            let names: Vec<_> = list(given, "channels")
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            let more = TriggerParams {
                socket_id: text(given, "socket_id").map(str::to_owned),
                info: info(given),
                ..TriggerParams::default()
            };
            let data = EventData::from_string(need(given, "data"));
            run.block_on(client.trigger_on_channels(&names, need(given, "name"), data, Some(more)))
        }
        "trigger_batch" => {
            let event = |given: &Value| {
                let mut event = BatchEvent::new(
                    need(given, "name"),
                    need(given, "channel"),
                    need(given, "data"),
                );
                event.socket_id = text(given, "socket_id").map(str::to_owned);
                event.info = info(given);
                event
            };
            run.block_on(client.trigger_batch(list(given, "events").iter().map(event).collect()))
        }
        "send_to_user" => run.block_on(client.send_to_user(
            need(given, "user_id"),
            need(given, "name"),
            need(given, "data"),
        )),
        "terminate_user" => run.block_on(client.terminate_user_connections(need(given, "user_id"))),
        "get" => {
            let query = parameters(list(given, "query"))?;
            run.block_on(client.get(need(given, "path"), query.as_ref()))
        }
        "post" => {
            if !list(given, "query").is_empty() {
                return Err(Skipped("its post has no parameters"));
            }
            let body = match need(given, "body") {
                "" => return Err(Skipped("its post has a body always")),
                body => value_of(body)?,
            };
            run.block_on(client.post(need(given, "path"), &body))
        }
        _ => return Err(Skipped("has no such call; its generic get is tried as `get`")),
    }?;
    let status = response.status().as_u16();
    Ok((status, run.block_on(response.text()).unwrap_or_default()))
}

fn requests(kind: &str, input: &Value, base_url: &str) -> Told {
    call(&client(&input["app"], base_url)?, kind, &input["call"][kind]).map(|_| json!({}))
}

/// What is documented of a channel; what is no object where one is promised is told as it is.
fn counts(told: &Value) -> Value {
    let Value::Object(told) = told else { return told.clone() };
    let known = |(name, _): &(&String, &Value)| {
        matches!(name.as_str(), "user_count" | "subscription_count")
    };
    told.iter().filter(known).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn responses(kind: &str, base_url: &str) -> Told {
    let sample = match kind {
        "trigger" => json!({ "channels": ["a"], "name": "b", "data": "c" }),
        "trigger_batch" => json!({ "events": [{ "channel": "a", "name": "b", "data": "c" }] }),
        "send_to_user" => json!({ "user_id": "1", "name": "b", "data": "c" }),
        "terminate_user" => json!({ "user_id": "1" }),
        "get" => json!({ "path": "/channels", "query": [] }),
        _ => json!({ "path": "/events", "query": [], "body": "{}" }),
    };
    let (status, body) = match call(&client(&json!({}), base_url)?, kind, &sample) {
        Ok(answer) => answer,
        Err(Refused(SockudoError::Request(error))) => {
            let mut told = Map::new();
            told.extend(error.status.map(|status| ("status".to_owned(), json!(status))));
            told.extend(error.body.map(|body| ("message".to_owned(), json!(body))));
            return Ok(json!({ "error": told }));
        }
        Err(Refused(SockudoError::Http(_))) => return Ok(json!({ "error": {} })),
        Err(other) => return Err(other),
    };
    if matches!(kind, "send_to_user" | "terminate_user") {
        return Ok(json!({ "answer": {} }));
    }
    // A caller reads the response as JSON.
    let Ok(body) = serde_json::from_str::<Value>(&body) else {
        return Ok(json!({ "error": { "status": status } }));
    };
    if matches!(kind, "get" | "post") {
        return Ok(json!({ "answer": { "json": body } }));
    }
    let mut answer = Map::new();
    for name in ["channels", "event_ids", "batch"] {
        let Some(told) = body.get(name) else { continue };
        let told = match (name, told) {
            ("channels", Value::Object(channels)) => {
                channels.iter().map(|(name, told)| (name.clone(), counts(told))).collect()
            }
            ("batch", Value::Array(events)) => events.iter().map(counts).collect(),
            _ => told.clone(),
        };
        answer.insert(name.to_owned(), told);
    }
    Ok(json!({ "answer": answer }))
}

fn signing(kind: &str, input: &Value) -> Told {
    let given = &input[kind];
    match kind {
        "auth_signature" => {
            let token = Token::new("key", need(given, "secret"));
            Ok(json!({ "auth_signature": token.sign(need(given, "string_to_sign")) }))
        }
        "body_md5" => Ok(json!({ "body_md5": util::get_md5(need(input, kind)) })),
        "request" => {
            let client = local(&json!({ "key": given["auth_key"], "secret": given["secret"] }))?;
            let query = parameters(list(given, "query"))?;
            let body = text(given, "body").filter(|body| !body.is_empty());
            // The crate has no clock to set.
            clock::set(given["auth_timestamp"].as_i64());
            let query = client.create_signed_query_string(
                need(given, "method"),
                need(given, "path"),
                body,
                query.as_ref(),
            );
            clock::set(None);
            let mut told = json!({ "query": query });
            for name in ["body_md5", "auth_signature"] {
                let value =
                    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
                if let Some(value) = value {
                    told[name] = json!(value);
                }
            }
            Ok(told)
        }
        _ => Err(Skipped("does not show the string that it signs")),
    }
}

fn names(kind: &str, input: &Value) -> Told {
    let name = need(input, kind);
    let master_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    match kind {
        "channel_name" => {
            let channel = sockudo_http::Channel::from_string(name)?;
            local(&json!({ "master_key": master_key }))?
                .authorize_channel(SOCKET_ID, &channel, None)?;
            return Ok(json!({ "kind": format!("{:?}", channel.channel_type()).to_lowercase() }));
        }
        "event_name" => {
            let sink = sink::Sink::new();
            let given = json!({ "channels": ["a"], "name": name, "data": "c" });
            call(&client(&json!({}), sink.base_url())?, "trigger", &given)?;
        }
        "socket_id" => {
            local(&json!({}))?.authorize_channel_with_name(name, "private-channel", None)?;
        }
        _ => {
            let user = sonic_rs::to_value(&BTreeMap::from([("id", name)])).expect("a value");
            local(&json!({}))?.authenticate_user(SOCKET_ID, &user)?;
        }
    }
    Ok(json!({}))
}

fn urls(kind: &str, input: &Value) -> Told {
    if kind == "cluster" {
        return Err(Skipped("knows the clusters of another service only"));
    }
    let client = Sockudo::from_url(need(input, "url"), None)?;
    let config = client.config();
    // The secret is not shown.
    Ok(json!({
        "scheme": config.scheme(), "host": config.host(), "port": config.port(),
        "app_id": config.app_id(), "key": config.token().key, "prefix": "",
    }))
}

fn shared_secret(client: &Sockudo, channel: &str) -> Result<String, Failure> {
    let reply = client.authorize_channel_with_name(SOCKET_ID, channel, None)?;
    let none =
        || SockudoError::Encryption { message: "answered without a shared_secret".to_owned() };
    Ok(reply.shared_secret.ok_or_else(none)?)
}

fn encryption(kind: &str, input: &Value) -> Told {
    let given = &input[kind];
    match kind {
        "master_key" => {
            let client = local(&json!({ "master_key": given }))?;
            Ok(
                json!({ "master_key_hex": client.config().encryption_master_key().map(hex::encode) }),
            )
        }
        "shared_secret" => {
            let client = local(&json!({ "master_key": given["master_key"] }))?;
            Ok(json!({ "shared_secret": shared_secret(&client, need(given, "channel_name"))? }))
        }
        "seal" => {
            let nonce = need(given, "nonce");
            if nonce.len() != 32
                || !nonce.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
            {
                return Err(Skipped("draws the nonce itself"));
            }
            let (channel, app) =
                (need(given, "channel_name"), json!({ "master_key": given["master_key"] }));
            let shared_secret = shared_secret(&local(&app)?, channel)?;
            let sink = sink::Sink::new();
            let event =
                json!({ "channels": [channel], "name": "event", "data": given["plaintext"] });
            call(&client(&app, sink.base_url())?, "trigger", &event)?;
            let body: Value = serde_json::from_str(&sink.body()).expect("a body in JSON");
            Ok(json!({ "shared_secret": shared_secret, "data": body["data"] }))
        }
        "derive" => {
            Err(Skipped("derives secrets for its own master key only, see `shared_secret`"))
        }
        _ => Err(Skipped("does not open what is sealed")),
    }
}

fn webhooks(input: &Value) -> Told {
    let Some((first, more)) = list(input, "tokens").split_first() else {
        return Err(Skipped("has one token at least"));
    };
    if input.get("clock").is_some() {
        return Err(Skipped("does not look at the age"));
    }
    let Some(body) = text(input, "body") else { return Err(Skipped("takes the body as a text")) };
    let part =
        |pair: &Value, place: usize| pair[place].as_str().unwrap_or_default().trim().to_owned();
    let pairs = list(input, "headers");
    let headers: BTreeMap<_, _> =
        pairs.iter().map(|pair| (part(pair, 0).to_lowercase(), part(pair, 1))).collect();
    if headers.len() != pairs.len() {
        return Err(Skipped("takes a map of headers, in which no name comes twice"));
    }
    let more: Vec<_> =
        more.iter().map(|token| Token::new(need(token, "key"), need(token, "secret"))).collect();
    let webhook = local(first)?.webhook(&headers, body);
    if !webhook.is_valid(Some(&more)) {
        let message = "is_valid says false".to_owned();
        return Err(Refused(SockudoError::Validation { message }));
    }
    let events = sonic_rs::to_string(webhook.get_raw_json_events()?).expect("JSON");
    let events: Value = serde_json::from_str(&events).expect("JSON");
    Ok(json!({ "key": webhook.key(), "time_ms": webhook.get_data()?.time_ms, "events": events }))
}

fn channel_auth(kind: &str, input: &Value) -> Told {
    if kind == "form" {
        return Err(Skipped("does not read forms"));
    }
    let data = match (text(input, "channel_data"), input.get("member")) {
        (Some(text), _) => Some(value_of(text)?),
        (_, Some(member)) => Some(sonic_rs::from_str(&member.to_string()).expect("a value")),
        _ => None,
    };
    let client = local(&input["app"])?;
    let reply = client.authorize_channel_with_name(
        need(input, "socket_id"),
        need(input, "channel_name"),
        data.as_ref(),
    )?;
    told(&sonic_rs::to_string(&reply).expect("JSON"))
}

fn user_auth(kind: &str, input: &Value) -> Told {
    if kind == "form" {
        return Err(Skipped("does not read forms"));
    }
    let data = match text(input, "user_data") {
        Some(text) => value_of(text)?,
        None => sonic_rs::from_str(&input["user"].to_string()).expect("a value"),
    };
    let reply = local(&input["app"])?.authenticate_user(need(input, "socket_id"), &data)?;
    told(&sonic_rs::to_string(&reply).expect("JSON"))
}

fn told(reply: &str) -> Told {
    let mut told: Value = serde_json::from_str(reply).expect("JSON");
    told["reply"] = json!(reply);
    Ok(told)
}

fn answer(message: &Value) -> Value {
    let (kind, input) = (need(message, "kind"), &message["input"]);
    let base_url = text(message, "base_url").unwrap_or_default();
    let told = match need(message, "group") {
        "signing" => signing(kind, input),
        "requests" => requests(kind, input, base_url),
        "responses" => responses(kind, base_url),
        "names" => names(kind, input),
        "urls" => urls(kind, input),
        "webhooks" => webhooks(input),
        "channel-auth" => channel_auth(kind, input),
        "user-auth" => user_auth(kind, input),
        "encryption" => encryption(kind, input),
        _ => Err(Skipped("unknown group")),
    };
    let id = &message["id"];
    match told {
        Ok(told) => json!({ "id": id, "ok": told }),
        Err(Skipped(why)) => json!({ "id": id, "skipped": why }),
        Err(Refused(error)) => json!({ "id": id, "refused": { "message": error.to_string() } }),
    }
}

fn main() {
    for line in io::stdin().lock().lines() {
        let message: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        let said = match need(&message, "command") {
            "stop" => return,
            "start" => json!({ "started": { "name": "sockudo-http (Rust)", "version": "2.2.0" } }),
            _ => answer(&message),
        };
        let mut out = io::stdout().lock();
        writeln!(out, "{said}").and_then(|()| out.flush()).expect("stdout");
    }
}
