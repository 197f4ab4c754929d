//! The calls of the groups `requests` and `responses`, made with a client over HTTP. This file knows how a call
//! is made and what its answer is; it does not know which group asked.

use std::collections::BTreeMap;

use pusher_client::{
    BatchError, CallError, Retry, Transport,
    blocking::Client,
    pusher_core::{
        App, Attribute, Base, BuildError, Cache, ChannelAttributes, ChannelName, ChannelNames,
        ChannelPrefix, Data, EventName, GetChannel, GetChannels, Raw, SocketId, Trigger,
        TriggerBatch,
    },
};
use pusher_ureq::Ureq;
use pusher_vectors::{
    Text,
    requests::{Call, Event},
    responses,
};
use serde_json::Value;

use super::No;

/// A client that sends there, and each call once.
pub(super) fn client(app: App, base_url: &str) -> Result<Client, No> {
    let unread = |error: &dyn std::fmt::Display| No::Unread(error.to_string());
    let authority = base_url.strip_prefix("http://").unwrap_or(base_url);
    let base = Base::http(authority).map_err(|error| unread(&error))?;
    let executor = Ureq::with(Transport::default().no_proxy()).map_err(|error| unread(&error))?;
    Ok(Client::new(app.at(base), executor).retry(Retry::never()))
}

/// Why a call came to nothing.
pub(super) enum Failure {
    Call(CallError),
    /// An attribute that the library has no name for.
    Attribute,
}

impl<E: Into<BuildError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Call(CallError::Build(error.into()))
    }
}

fn failed(error: CallError) -> Failure {
    Failure::Call(error)
}

/// Makes the call, and tells what the server told.
pub(super) fn call(client: &Client, call: &Call) -> Result<responses::Answer, Failure> {
    let nothing = responses::Answer::default();
    Ok(match call {
        Call::Trigger(given) => {
            let channels = ChannelNames::parse(given.channels.names())?;
            let content = [&given.name, &given.data];
            let event = event(channels, content, &given.socket_id, &given.info)?;
            let told = client.publish(event).map_err(failed)?;
            responses::Answer {
                channels: full(named(&told.channels)),
                event_ids: full(told.event_ids),
                ..nothing
            }
        }
        Call::TriggerBatch { events } => {
            let told = batch(client, events)?;
            let batch = told.iter().map(attributes).collect::<Vec<_>>();
            responses::Answer { batch: full(batch), ..nothing }
        }
        Call::GetChannels { prefix, info } => {
            let mut call = GetChannels::new().info(info_of(info)?);
            if let Some(prefix) = prefix {
                call = call.prefix(ChannelPrefix::parse(prefix.as_str())?);
            }
            let told = client.call(&call).map_err(failed)?;
            responses::Answer { channels: Some(named(&told.channels)), ..nothing }
        }
        Call::GetChannel { channel, info } => {
            let channel = ChannelName::parse(channel.to_string())?;
            let told =
                client.call(&GetChannel::new(channel).info(info_of(info)?)).map_err(failed)?;
            let cache = told.cache.map(|cache| match cache {
                Cache::Event { data, ttl, .. } => Some(responses::Cache { data, ttl }),
                _ => None,
            });
            responses::Answer {
                occupied: Some(told.occupied),
                user_count: told.user_count,
                subscription_count: told.subscription_count,
                cache,
                ..nothing
            }
        }
        Call::GetUsers { channel } => {
            let told = client.channel(channel.to_string()).users().map_err(failed)?;
            let users = told.users.into_iter().map(|user| user.id).collect();
            responses::Answer { users: Some(users), ..nothing }
        }
        Call::SendToUser { user_id, name, data } => {
            let data = Data::text(data.to_string());
            client.user(user_id.to_string()).send(name.to_string(), data).map_err(failed)?;
            nothing
        }
        Call::TerminateUser { user_id } => {
            client.user(user_id.to_string()).terminate_connections().map_err(failed)?;
            nothing
        }
        Call::Get { path, query } => raw(client, Raw::get(path.as_str()), query)?,
        Call::Post { path, query, body } => {
            raw(client, Raw::post(path.as_str(), body.to_string()), query)?
        }
    })
}

fn raw(
    client: &Client,
    call: Raw,
    query: &[(String, String)],
) -> Result<responses::Answer, Failure> {
    let call = query.iter().fold(call, |call, (key, value)| call.query(key, value));
    let json = client.call(&call.json::<Value>()).map_err(failed)?;
    Ok(responses::Answer { json: Some(json), ..responses::Answer::default() })
}

fn event(
    channels: ChannelNames,
    [name, data]: [&Text; 2],
    socket_id: &Option<String>,
    info: &Option<Vec<String>>,
) -> Result<Trigger, Failure> {
    let name = EventName::parse(name.to_string())?;
    let mut event = Trigger::to(channels, name, Data::text(data.to_string()));
    if let Some(socket_id) = socket_id {
        event = event.exclude(SocketId::parse(socket_id.as_str())?);
    }
    Ok(event.info(info_of(info)?))
}

fn batch(client: &Client, events: &[Event]) -> Result<Vec<ChannelAttributes>, Failure> {
    let event = |given: &Event| {
        let channel = ChannelName::parse(given.channel.to_string())?;
        event(channel.into(), [&given.name, &given.data], &given.socket_id, &given.info)
    };
    let events = events.iter().map(event).collect::<Result<Vec<_>, _>>()?;
    let told = if matches!(events.len(), 1..=10) {
        client.trigger_batch(events).map_err(|error: BatchError| failed(error.reason))
    } else {
        // The client sends any number, ten in a request; here it is one request.
        client.call(&TriggerBatch::new(events)?).map_err(failed)
    };
    Ok(told?.batch)
}

fn info_of(info: &Option<Vec<String>>) -> Result<Vec<Attribute>, Failure> {
    let known = [Attribute::UserCount, Attribute::SubscriptionCount, Attribute::Cache];
    let attribute = |name: &String| known.into_iter().find(|known| known.as_str() == name);
    info.iter().flatten().map(|name| attribute(name).ok_or(Failure::Attribute)).collect()
}

fn attributes(told: &ChannelAttributes) -> responses::Attributes {
    responses::Attributes {
        user_count: told.user_count,
        subscription_count: told.subscription_count,
    }
}

fn named(told: &BTreeMap<String, ChannelAttributes>) -> BTreeMap<String, responses::Attributes> {
    told.iter().map(|(name, told)| (name.clone(), attributes(told))).collect()
}

/// The library does not tell an empty collection from none.
fn full<T, C: IntoIterator<Item = T> + Clone>(collection: C) -> Option<C> {
    collection.clone().into_iter().next().is_some().then_some(collection)
}
