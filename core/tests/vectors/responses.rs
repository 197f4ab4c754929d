//! The group `responses`: what a server's answer means.

use std::collections::BTreeMap;

use pusher_core::{
    ApiErrorKind, Cache, ChannelAttributes, Endpoint, Expects, GetChannel, GetChannels, GetUsers,
    Json, Raw, ResponseError, SendToUser, TerminateUser, Trigger, TriggerBatch, TriggerResponse,
    http::Response,
};
use pusher_vectors::{
    Outcome,
    responses::{self, Answer, Attributes, Call, Expected, Input, Kind},
};
use serde_json::Value;

fn attributes(told: &ChannelAttributes) -> Attributes {
    Attributes { user_count: told.user_count, subscription_count: told.subscription_count }
}

fn named(told: &BTreeMap<String, ChannelAttributes>) -> BTreeMap<String, Attributes> {
    told.iter().map(|(name, told)| (name.clone(), attributes(told))).collect()
}

fn full<T, C: IntoIterator<Item = T> + Clone>(collection: C) -> Option<C> {
    collection.clone().into_iter().next().is_some().then_some(collection)
}

fn trigger(told: TriggerResponse) -> Answer {
    Answer {
        channels: full(named(&told.channels)),
        event_ids: full(told.event_ids),
        ..Answer::default()
    }
}

fn read(input: &Input) -> Result<Answer, ResponseError> {
    let mut response = Response::builder().status(input.status);
    for (name, value) in input.headers.iter().flatten() {
        response = response.header(name, value);
    }
    let response = response.body(input.body.to_string()).expect("a response");
    fn parse<E: Endpoint>(response: &Response<String>) -> Result<E::Response, ResponseError> {
        Expects::<E>::new().parse(response)
    }
    let nothing = Answer::default();
    Ok(match input.call {
        Call::Trigger => trigger(parse::<Trigger>(&response)?),
        // Whatever comes back, there is nothing to tell of a user.
        Call::SendToUser => parse::<SendToUser>(&response).map(|_| nothing)?,
        Call::TriggerBatch => {
            let told = parse::<TriggerBatch>(&response)?.batch;
            let batch = full(told.iter().map(attributes).collect::<Vec<_>>());
            Answer { batch, ..nothing }
        }
        Call::GetChannels => {
            let channels = named(&parse::<GetChannels>(&response)?.channels);
            Answer { channels: Some(channels), ..nothing }
        }
        Call::GetChannel => {
            let told = parse::<GetChannel>(&response)?;
            let cache = told.cache.map(|cache| match cache {
                Cache::Empty => None,
                Cache::Event { data, ttl, .. } => Some(responses::Cache { data, ttl }),
                other => panic!("{other:?} is new"),
            });
            Answer {
                occupied: Some(told.occupied),
                user_count: told.user_count,
                subscription_count: told.subscription_count,
                cache,
                ..nothing
            }
        }
        Call::GetUsers => {
            let users = parse::<GetUsers>(&response)?.users.into_iter().map(|user| user.id);
            Answer { users: Some(users.collect()), ..nothing }
        }
        Call::TerminateUser => parse::<TerminateUser>(&response).map(|()| nothing)?,
        Call::Get | Call::Post => {
            let json = parse::<Raw<Json<Value>>>(&response)?;
            Answer { json: Some(json), ..nothing }
        }
    })
}

fn error(error: &ResponseError) -> responses::Error {
    let status = error.status().as_u16();
    let (kind, message) = match error {
        ResponseError::Malformed(_) => (Kind::Malformed, None),
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
        other => panic!("{other:?} is new"),
    };
    let retry_after = error.retry_after().map(|wait| wait.as_secs());
    responses::Error { kind, status, message, retry_after }
}

pub(crate) fn every_response() {
    for case in pusher_vectors::responses().cases {
        let actual = match read(&case.input) {
            Ok(answer) => Expected::Answer(Box::new(answer)),
            Err(reason) => Expected::Error(error(&reason)),
        };
        let expected = case.expect.expect("each answer means something");
        // Ours, where published implementations differ.
        let ours = match case.policy.as_deref() {
            Some("byte-order-mark-skipped") => Some(Kind::Malformed),
            _ => None,
        };
        match (&actual, ours) {
            (Expected::Error(error), Some(kind)) => assert_eq!(error.kind, kind, "{}", case.id),
            _ => assert_eq!(actual, expected, "{}: {}", case.id, case.comment),
        }
        assert!(case.result != Outcome::Invalid, "{}", case.id);
    }
}
