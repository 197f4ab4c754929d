//! The group `requests`: the HTTP request that a call becomes.

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use pusher_core::{
    App, Attribute, BuildError, ChannelName, ChannelNames, ChannelPrefix, Credentials, Data,
    Endpoint, EventName, GetChannel, GetChannels, GetUsers, InvalidChannelNames, MasterKey,
    MasterKeys, Nonce, Raw, SendToUser, SocketId, TerminateUser, Timestamp, Trigger, TriggerBatch,
    UserId, http,
};
use pusher_vectors::{Case, requests};
use serde_json::{Value, json};

type Request = http::Request<Bytes>;

/// A call that was refused, and the layer that did.
fn layer(error: &BuildError) -> &'static str {
    match error {
        BuildError::ChannelNames(InvalidChannelNames::Name { .. })
        | BuildError::ChannelName(_)
        | BuildError::ChannelPrefix(_) => "channel-name",
        BuildError::ChannelNames(_) => "channel-names",
        BuildError::EventName(_) => "event-name",
        BuildError::SocketId(_) => "socket-id",
        BuildError::UserId(_) => "user-id",
        BuildError::Batch(_) => "batch",
        BuildError::LimitExceeded(_) => "limits",
        BuildError::EncryptedFanout
        | BuildError::PlaintextOnEncryptedChannel
        | BuildError::MissingMasterKey => "encryption",
        BuildError::Attribute { .. } => "info",
        BuildError::NotPresenceChannel { .. } => "channel-kind",
        BuildError::ReservedKey { .. } => "reserved-key",
        BuildError::Path { .. } | BuildError::Unaddressable { .. } => "unaddressable",
        BuildError::BatchEvent { reason, .. } => layer(reason),
        _ => "another layer",
    }
}

/// The attributes, or the layer that knows no others.
fn attributes(info: &Option<Vec<String>>) -> Result<Vec<Attribute>, &'static str> {
    let known = [Attribute::UserCount, Attribute::SubscriptionCount, Attribute::Cache];
    let attribute = |name: &String| known.into_iter().find(|known| known.as_str() == name);
    info.iter().flatten().map(|name| attribute(name).ok_or("info")).collect()
}

fn event(
    app: &App,
    channels: ChannelNames,
    [name, data]: [&pusher_vectors::Text; 2],
    socket_id: &Option<String>,
    info: &Option<Vec<String>>,
    nonce: u8,
) -> Result<Trigger, &'static str> {
    let built = || -> Result<Trigger, BuildError> {
        let name = EventName::parse(name.to_string())?;
        let mut event = Trigger::to(channels, name, Data::text(data.to_string()));
        if let Some(socket_id) = socket_id {
            event = event.exclude(SocketId::parse(socket_id.as_str())?);
        }
        app.seal_trigger(event, || Nonce::from_bytes([nonce; 24]))
    };
    Ok(built().map_err(|error| layer(&error))?.info(attributes(info)?))
}

fn prepare(app: &App, call: &requests::Call, now: Timestamp) -> Result<Request, &'static str> {
    fn prepared<E: Endpoint>(app: &App, call: &E, now: Timestamp) -> Result<Request, &'static str> {
        app.prepare(call, now).map(|prepared| prepared.request).map_err(|error| layer(&error))
    }
    let channel = |name: &pusher_vectors::Text| {
        ChannelName::parse(name.to_string()).map_err(|_| "channel-name")
    };
    let user = |id: &pusher_vectors::Text| UserId::parse(id.to_string()).map_err(|_| "user-id");
    match call {
        requests::Call::Trigger(given) => {
            let channels = ChannelNames::parse(given.channels.names())
                .map_err(|error| layer(&error.into()))?;
            let content = [&given.name, &given.data];
            let event = event(app, channels, content, &given.socket_id, &given.info, 1)?;
            prepared(app, &event, now)
        }
        requests::Call::TriggerBatch { events } => {
            let event = |(number, given): (usize, &requests::Event)| {
                let content = [&given.name, &given.data];
                let channels = channel(&given.channel)?.into();
                event(app, channels, content, &given.socket_id, &given.info, number as u8)
            };
            let events = events.iter().enumerate().map(event).collect::<Result<_, _>>()?;
            prepared(app, &TriggerBatch::new(events).map_err(|_| "batch")?, now)
        }
        requests::Call::GetChannels { prefix, info } => {
            let mut call = GetChannels::new().info(attributes(info)?);
            if let Some(prefix) = prefix {
                let prefix = ChannelPrefix::parse(prefix.as_str()).map_err(|_| "channel-name")?;
                call = call.prefix(prefix);
            }
            prepared(app, &call, now)
        }
        requests::Call::GetChannel { channel: name, info } => {
            let (channel, info) = (channel(name)?, attributes(info)?);
            prepared(app, &GetChannel::new(channel).info(info), now)
        }
        requests::Call::GetUsers { channel: name } => {
            prepared(app, &GetUsers::new(channel(name)?), now)
        }
        requests::Call::SendToUser { user_id, name, data } => {
            let name = EventName::parse(name.to_string()).map_err(|_| "event-name");
            let data = Data::text(data.to_string());
            prepared(app, &SendToUser::new(user(user_id)?, name?, data), now)
        }
        requests::Call::TerminateUser { user_id } => {
            prepared(app, &TerminateUser::new(user(user_id)?), now)
        }
        requests::Call::Get { path, query } => {
            let call = Raw::get(path.as_str());
            let call = query.iter().fold(call, |call, (key, value)| call.query(key, value));
            prepared(app, &call, now)
        }
        requests::Call::Post { path, query, body } => {
            let call = Raw::post(path.as_str(), body.to_string());
            let call = query.iter().fold(call, |call, (key, value)| call.query(key, value));
            prepared(app, &call, now)
        }
    }
}

fn json(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap()
}

pub(crate) fn every_request() {
    for case in pusher_vectors::requests().cases {
        let requests::Input { app, auth_timestamp, call } = &case.input;
        let (app_id, key, secret) = (&*app.app_id, &*app.key, &*app.secret);
        let Ok(mut pusher) = App::new(Credentials { app_id, key, secret }) else {
            assert_eq!(case.refusal.as_deref(), Some("app"), "{}", case.id);
            continue;
        };
        let keys = app
            .master_key
            .as_ref()
            .map(|key| MasterKeys::from(MasterKey::from_base64(key).expect("a master key")));
        if let Some(keys) = &keys {
            pusher = pusher.master_keys(keys.clone());
        }
        let prepared = prepare(&pusher, call, Timestamp::from_unix(*auth_timestamp));

        match (prepared, case.policy.as_deref()) {
            // Permitted, but not our way: we send `channels` always, and text as it is.
            (Ok(ours), Some("single-channel-member" | "text-encoded-again")) => {
                let theirs = case.expect.unwrap().body.unwrap();
                let theirs = json(theirs.to_string().as_bytes());
                assert_ne!(json(ours.body()), theirs, "{}", case.id);
            }
            // A user is reached by a call of its own.
            (Err(layer), Some("user-channel-as-channel")) => assert_eq!(layer, "channel-name"),
            (Err(layer), _) => assert_eq!(case.refusal.as_deref(), Some(layer), "{}", case.id),
            (Ok(request), _) => matches(&case, &request, keys.as_ref()),
        }
    }
}

/// JSON-equal body, same method, path and parameters, and the MD5 of the bytes that are sent.
fn matches(
    case: &Case<requests::Input, requests::Request>,
    actual: &Request,
    keys: Option<&MasterKeys>,
) {
    let expected = case.expect.as_ref().unwrap_or_else(|| panic!("{} must be refused", case.id));
    assert_eq!(actual.method(), expected.method.as_str(), "{}", case.id);
    assert_eq!(actual.uri().path(), expected.path, "{}", case.id);

    let query = actual.uri().query().unwrap();
    let (own, mut ours) = (["auth_key", "auth_timestamp", "auth_version"], Vec::new());
    let mut theirs = Vec::new();
    for pair in query.split('&') {
        let decoded = |text| percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let (key, value) = pair.split_once('=').unwrap();
        let signed = key == "body_md5" || key == "auth_signature" || own.contains(&key);
        if signed { &mut ours } else { &mut theirs }.push((decoded(key), decoded(value)));
    }
    theirs.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert_eq!(theirs, expected.query.clone().unwrap_or_default(), "{}", case.id);
    let has_body = !actual.body().is_empty();
    assert_eq!(ours.len(), 4 + usize::from(has_body), "{}: {query}", case.id);

    let Some(body) = &expected.body else {
        assert!(!has_body, "{}", case.id);
        return;
    };
    assert_eq!(actual.headers()["content-type"], "application/json", "{}", case.id);
    let mut sent = json(actual.body());
    for sealed in expected.sealed.iter().flatten() {
        let data = sent.pointer_mut(&sealed.pointer).expect("sealed data");
        let channel = sealed.channel_name.to_string().parse().expect("a name");
        let opened = keys.expect("a key").open(&channel, data.as_str().expect("text"));
        assert_eq!(opened, Ok(sealed.plaintext.to_string()), "{}", case.id);
        *data = json!("");
    }
    assert_eq!(sent, json(body.to_string().as_bytes()), "{}", case.id);
    // The server of the kit shares no code with the core: it recomputes digests from the bytes.
    if Some(actual.body()) == expected.quoted_body.as_ref().map(|body| body.clone().into()).as_ref()
    {
        let digest = expected.quoted_body_md5.as_deref().unwrap();
        assert!(query.contains(digest), "{}: body_md5", case.id);
    }
}
