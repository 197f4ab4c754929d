//! The server's side of an app, on orders: reads commands as JSON, one per line, does each with a client on
//! the executor and face that the command line names, and answers each with a line of JSON. It decides nothing:
//! who may subscribe, and who somebody is, the commands say.

use std::{
    env::VarError,
    error::Error,
    fmt::Write as _,
    io::{BufRead as _, Write as _},
    process::ExitCode,
};

use pusher_client::{
    App, Attribute, BatchError, Cache, CallError, ChannelAttributes, ChannelForm, ChannelKind,
    ChannelPrefix, Client, Envelope, GetChannels, MasterKey, Member, Trigger, TriggerResponse,
    User, UserForm, UserId, WebhookEvent, app_from_env, blocking,
    http::{HeaderMap, HeaderName},
};
use serde::Deserialize;
use serde_json::{Value, json};

const USAGE: &str = "\
usage: operate hyper | operate isahc [--blocking] | operate ureq

PUSHER_URL names the app; PUSHER_MASTER_KEY, if it is set, holds the master key in base64. A cargo feature of
its name adds each executor. Commands look like {\"channel_users\":{\"channel\":\"presence-room\"}}, and the
answers like {\"ok\":[\"ann\"]} or {\"error\":\"…\",\"status\":401}.";

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Command {
    Trigger { channels: Vec<String>, event: String, data: Value },
    Publish(Trigger),
    TriggerBatch(Vec<Trigger>),
    Channels { prefix: String },
    GetChannels { prefix: ChannelPrefix, info: Vec<Attribute> },
    ChannelTrigger { channel: String, event: String, data: Value },
    ChannelInfo { channel: String, info: Vec<Attribute> },
    ChannelUsers { channel: String },
    UserSend { user: String, event: String, data: Value },
    UserTerminateConnections { user: String },
    Get { path: String, query: Vec<(String, String)> },
    Post { path: String, body: Value },
    Authorize { form: String, user_id: String, user_info: Value },
    Authenticate { form: String, user_id: UserId, user_info: Value, watchlist: Vec<UserId> },
    Webhook { headers: Vec<(String, String)>, body: String },
}

/// What becomes of a command.
type Answer = Result<Value, Box<dyn Error>>;

/// A client on some executor and face.
type Operator = Box<dyn Fn(Command) -> Answer>;

/// Both clients have the same words, so that what is done with them is written once. They differ in what stands
/// before `fn` and after each call.
macro_rules! operate {
    ($name:ident with $Client:ty; $($async:ident)?, $($await:tt)*) => {
        #[allow(dead_code, reason = "not every combination of features has one")]
        $($async)? fn $name(pusher: &$Client, command: Command) -> Answer {
            use Command::*;
            Ok(match command {
                Trigger { channels, event, data } => {
                    accepted(pusher.trigger(channels, event, &data)$($await)*?)
                }
                Publish(event) => accepted(pusher.publish(event)$($await)*?),
                TriggerBatch(events) => {
                    let answer = pusher.trigger_batch(events)$($await)*?;
                    answer.batch.iter().map(attributes).collect()
                }
                Channels { prefix } => {
                    let answer = pusher.channels(prefix)$($await)*?;
                    answer.channels.into_keys().collect()
                }
                GetChannels { prefix, info } => {
                    let call = self::GetChannels::new().prefix(prefix).info(info);
                    by_name(&pusher.call(&call)$($await)*?.channels)
                }
                ChannelTrigger { channel, event, data } => {
                    accepted(pusher.channel(channel).trigger(event, &data)$($await)*?)
                }
                ChannelInfo { channel, info } => {
                    let answer = pusher.channel(channel).info(info)$($await)*?;
                    json!({
                        "occupied": answer.occupied,
                        "user_count": answer.user_count,
                        "subscription_count": answer.subscription_count,
                        "cache": answer.cache.and_then(cached),
                    })
                }
                ChannelUsers { channel } => {
                    let answer = pusher.channel(channel).users()$($await)*?;
                    answer.users.into_iter().map(|user| user.id).collect()
                }
                UserSend { user, event, data } => {
                    accepted(pusher.user(user).send(event, &data)$($await)*?)
                }
                UserTerminateConnections { user } => {
                    pusher.user(user).terminate_connections()$($await)*?;
                    Value::Null
                }
                Get { path, query } => {
                    let query: Vec<_> =
                        query.iter().map(|(key, value)| (&**key, &**value)).collect();
                    pusher.get(path, &query)$($await)*?
                }
                Post { path, body } => pusher.post(path, &body)$($await)*?,
                // These three ask no server.
                Authorize { form, user_id, user_info } => {
                    let ChannelForm { socket_id, channels, .. } = ChannelForm::parse(form)?;
                    let [channel] = &*channels else { return Err("one channel at a time".into()) };
                    let presence = channel.kind() == ChannelKind::Presence;
                    let member = Member::new(user_id).info(&user_info)?;
                    let data = presence.then(|| member.into());
                    pusher.authorize_channel(socket_id, channel, data)?.to_json().into()
                }
                Authenticate { form, user_id, user_info, watchlist } => {
                    let UserForm { socket_id, .. } = UserForm::parse(form)?;
                    let user = User::new(user_id).info(&user_info)?.watchlist(watchlist);
                    pusher.authenticate_user(socket_id, user)?.to_json().into()
                }
                Webhook { headers, body } => {
                    let headers = fields(&headers)?;
                    let envelope = Envelope::from_headers(&headers, body.as_bytes())?;
                    let webhook = pusher.webhook(&envelope)?;
                    let events: Value = webhook.events.iter().map(told).collect();
                    json!({ "key": webhook.key, "events": events })
                }
            })
        }
    };
}
operate!(operate with Client; async, .await);
operate!(operate_blocking with blocking::Client; ,);

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("operate: {}", sentence(&*error));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let operate = operator()?;
    let mut answers = std::io::stdout().lock();
    for command in std::io::stdin().lock().lines() {
        let answer = serde_json::from_str(&command?).map_err(Into::into).and_then(&operate);
        let line = answer.map_or_else(|error| refused(&*error), |value| json!({ "ok": value }));
        writeln!(answers, "{line}")?;
        answers.flush()?;
    }
    Ok(())
}

/// The one that the command line names.
fn operator() -> Result<Operator, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(|argument| &**argument).collect();
    match &*arguments {
        #[cfg(feature = "hyper")]
        ["hyper"] => {
            let runtime = tokio::runtime::Runtime::new()?;
            let pusher = Client::new(app()?, pusher_hyper::Hyper::new()?);
            Ok(Box::new(move |command| runtime.block_on(operate(&pusher, command))))
        }
        #[cfg(feature = "isahc")]
        ["isahc"] => {
            let pusher = Client::new(app()?, pusher_isahc::Isahc::new()?);
            Ok(Box::new(move |command| futures_lite::future::block_on(operate(&pusher, command))))
        }
        #[cfg(feature = "isahc")]
        ["isahc", "--blocking"] => {
            let pusher = blocking::Client::new(app()?, pusher_isahc::Isahc::new()?);
            Ok(Box::new(move |command| operate_blocking(&pusher, command)))
        }
        #[cfg(feature = "ureq")]
        ["ureq"] => {
            let pusher = blocking::Client::new(app()?, pusher_ureq::Ureq::new()?);
            Ok(Box::new(move |command| operate_blocking(&pusher, command)))
        }
        _ => Err(USAGE.into()),
    }
}

#[allow(dead_code, reason = "a build without executors has no use for it")]
fn app() -> Result<App, Box<dyn Error>> {
    let app = app_from_env()?;
    Ok(match std::env::var("PUSHER_MASTER_KEY") {
        Ok(key) => app.master_keys(MasterKey::from_base64(&key)?),
        Err(VarError::NotPresent) => app,
        Err(error) => return Err(error.into()),
    })
}

fn accepted(answer: TriggerResponse) -> Value {
    by_name(&answer.channels)
}

fn by_name<'a>(channels: impl IntoIterator<Item = (&'a String, &'a ChannelAttributes)>) -> Value {
    channels.into_iter().map(|(name, channel)| (name.clone(), attributes(channel))).collect()
}

fn attributes(channel: &ChannelAttributes) -> Value {
    json!({ "user_count": channel.user_count, "subscription_count": channel.subscription_count })
}

fn cached(cache: Cache) -> Option<String> {
    match cache {
        Cache::Event { data, .. } => Some(data),
        _ => None,
    }
}

fn fields(headers: &[(String, String)]) -> Result<HeaderMap, Box<dyn Error>> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name.parse::<HeaderName>()?, value.parse()?);
    }
    Ok(map)
}

fn told(event: &WebhookEvent) -> Value {
    match event {
        WebhookEvent::ChannelOccupied { channel, .. } => json!({ "channel_occupied": channel }),
        WebhookEvent::ChannelVacated { channel, .. } => json!({ "channel_vacated": channel }),
        WebhookEvent::MemberAdded { channel, user_id, .. } => {
            json!({ "member_added": channel, "user_id": user_id })
        }
        WebhookEvent::MemberRemoved { channel, user_id, .. } => {
            json!({ "member_removed": channel, "user_id": user_id })
        }
        WebhookEvent::ClientEvent { channel, event, data, socket_id, .. } => json!({
            "client_event": channel,
            "event": event,
            "data": data.as_str(),
            "socket_id": socket_id,
        }),
        WebhookEvent::CacheMiss { channel, .. } => json!({ "cache_miss": channel }),
        WebhookEvent::SubscriptionCount { channel, subscription_count, .. } => {
            json!({ "subscription_count": channel, "count": subscription_count })
        }
        WebhookEvent::Unknown { name, members, .. } => {
            json!({ "unknown": name, "members": members })
        }
        _ => json!({ "unknown": null }),
    }
}

fn refused(error: &(dyn Error + 'static)) -> Value {
    let batch = error.downcast_ref::<BatchError>().map(|error| &error.reason);
    let call = batch.or_else(|| error.downcast_ref::<CallError>());
    match call.and_then(CallError::status) {
        Some(status) => json!({ "error": sentence(error), "status": status.as_u16() }),
        None => json!({ "error": sentence(error) }),
    }
}

/// The error and its sources on one line.
fn sentence(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut error = error.source();
    while let Some(source) = error {
        let _ = write!(words, ": {source}");
        error = source.source();
    }
    words
}
