//! The groups `channel-auth` and `user-auth`: what a browser is told, and what is never signed.

use pusher_core::{
    App, AuthError, ChannelAuths, ChannelData, ChannelForm, ChannelName, Credentials, InvalidForm,
    InvalidUserData, MasterKey, Member, SocketId, User, UserData, UserForm, UserId,
};
use pusher_vectors::{Case, Outcome, Text, channel_auth, user_auth};
use serde_json::Value;

fn app(key: &str, secret: &str) -> App {
    App::new(Credentials { app_id: "3", key, secret }).expect("an app")
}

fn auth_layer(error: &AuthError) -> &'static str {
    match error {
        AuthError::PublicChannel { .. } => "public-channel",
        AuthError::NotPresenceChannel { .. } => "channel-kind",
        AuthError::MissingUserId => "channel-data",
        AuthError::LimitExceeded(_) => "limits",
        AuthError::MissingMasterKey => "encryption",
        _ => "another layer",
    }
}

fn form_layer(error: &InvalidForm) -> &'static str {
    match error {
        InvalidForm::SocketId(_) => "socket-id",
        InvalidForm::ChannelName { .. } => "channel-name",
        _ => "form",
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The answers without `string_to_sign`, which the crate never puts together, and the reply.
fn channels(
    input: &channel_auth::Input,
) -> Result<(Vec<channel_auth::Channel>, String), &'static str> {
    let mut app = app(&input.app.key, &input.app.secret);
    let (socket_id, names) = match &input.form {
        Some(form) => {
            let form = ChannelForm::parse(form).map_err(|error| form_layer(&error))?;
            (form.socket_id, form.channels)
        }
        None => {
            let text = |text: &Option<Text>| text.as_ref().expect("given").to_string();
            let socket_id = SocketId::parse(text(&input.socket_id)).map_err(|_| "socket-id")?;
            let name = ChannelName::parse(text(&input.channel_name)).map_err(|_| "channel-name")?;
            (socket_id, vec![name])
        }
    };
    let data = match (&input.channel_data, &input.member) {
        (Some(text), None) => {
            Some(ChannelData::json(text.to_string()).map_err(|_| "channel-data")?)
        }
        (None, Some(member)) => {
            let id = match &member.user_id {
                channel_auth::UserId::Text(text) => Some(Member::new(text.to_string())),
                channel_auth::UserId::Number(number) => number.as_u64().map(Member::new),
            };
            Some(match (id, &member.user_info) {
                (Some(member), None) => member.into(),
                (Some(member), Some(info)) => member.info(info).expect("JSON").into(),
                // A number that a member cannot have goes as JSON of one's own.
                (None, _) => {
                    let text = serde_json::to_string(member).expect("JSON");
                    ChannelData::json(text).expect("JSON")
                }
            })
        }
        (None, None) => None,
        _ => panic!("two kinds of data"),
    };
    if let Some(key) = &input.app.master_key {
        let encrypted = names.iter().any(|name| name.as_str().starts_with("private-encrypted-"));
        match MasterKey::from_base64(key) {
            Ok(key) => app = app.master_keys(key),
            Err(_) if encrypted => return Err("encryption"),
            Err(_) => {}
        }
    }

    let mut replies = ChannelAuths::new();
    let mut single = String::new();
    let mut answers = Vec::new();
    for name in &names {
        let auth = app.authorize_channel(&socket_id, name, data.clone());
        let auth = auth.map_err(|error| match (auth_layer(&error), &input.member) {
            // A public channel has neither a need for authorisation nor members.
            ("public-channel", Some(_)) => "channel-kind",
            (layer, _) => layer,
        })?;
        answers.push(channel_auth::Channel {
            channel_name: name.as_str().to_owned(),
            string_to_sign: Text::Plain(String::new()),
            auth: auth.auth(),
            channel_data: auth.channel_data().map(|text| Text::Plain(text.to_owned())),
            shared_secret: auth.shared_secret().map(str::to_owned),
        });
        assert_eq!(
            serde_json::to_value(&auth).expect("JSON"),
            json(&auth.to_json()),
            "the reply as a value and as text"
        );
        replies.allow(name, &auth);
        single = auth.to_json();
    }
    let several = input.form.as_ref().is_some_and(|form| {
        form.contains("channel_name[") || form.to_ascii_lowercase().contains("channel_name%5b")
    });
    Ok((answers, if several { replies.to_json() } else { single }))
}

/// Ours, where published implementations differ.
fn refused_by_policy<I, E>(case: &Case<I, E>, layer: &str) -> bool {
    matches!(
        (case.policy.as_deref(), layer),
        (Some("public-channels-signed"), "public-channel")
            | (Some("presence-data-unchecked" | "empty-data-is-none"), "channel-data")
            | (Some("user-ids-of-any-text" | "user-ids-of-any-length"), "user-id")
    )
}

pub(crate) fn every_channel_auth() {
    for case in pusher_vectors::channel_auth().cases {
        let (answers, reply) = match (channels(&case.input), case.result) {
            (Ok(answer), Outcome::Valid | Outcome::Acceptable) => answer,
            (Err(layer), Outcome::Invalid) => {
                assert_eq!(case.refusal.as_deref(), Some(layer), "{}", case.id);
                continue;
            }
            (Err(layer), Outcome::Acceptable) if refused_by_policy(&case, layer) => continue,
            (actual, result) => panic!("{} is {result:?}, and got {actual:?}", case.id),
        };
        let expected = case.expect.expect("a case that is not refused");
        assert_eq!(json(&reply), json(&expected.reply.to_string()), "{}", case.id);
        let expected = expected.channels.unwrap_or_else(|| {
            vec![channel_auth::Channel {
                channel_name: answers.first().expect("one").channel_name.clone(),
                string_to_sign: expected.string_to_sign.expect("one channel"),
                auth: expected.auth.expect("one channel"),
                channel_data: expected.channel_data,
                shared_secret: expected.shared_secret,
            }]
        });
        for (actual, expected) in answers.iter().zip(&expected) {
            assert_eq!(actual.channel_name, expected.channel_name, "{}", case.id);
            assert_eq!(actual.auth, expected.auth, "{}", case.id);
            assert_eq!(actual.shared_secret, expected.shared_secret, "{}", case.id);
            let text = |data: &Option<Text>| data.as_ref().map(Text::to_string);
            assert_eq!(text(&actual.channel_data), text(&expected.channel_data), "{}", case.id);
        }
        assert_eq!(answers.len(), expected.len(), "{}", case.id);
    }
}

/// `auth`, `user_data`, reply.
fn user(input: &user_auth::Input) -> Result<[String; 3], &'static str> {
    let app = app(&input.app.key, &input.app.secret);
    let socket_id = match &input.form {
        Some(form) => UserForm::parse(form).map_err(|error| form_layer(&error))?.socket_id,
        None => {
            let text = input.socket_id.as_ref().expect("given").to_string();
            SocketId::parse(text).map_err(|_| "socket-id")?
        }
    };
    let id = |text: String| UserId::parse(text).map_err(|_| "user-id");
    let data = match (&input.user_data, &input.user) {
        (Some(text), None) => UserData::json(text.to_string()).map_err(|error| match error {
            InvalidUserData::UserId(_) => "user-id",
            _ => "user-data",
        })?,
        (None, Some(given)) => {
            let mut user = User::new(id(given.id.to_string())?);
            if let Some(info) = &given.user_info {
                user = user.info(info).expect("JSON");
            }
            if let Some(watchlist) = &given.watchlist {
                let ids = watchlist.ids().into_iter().map(id).collect::<Result<Vec<_>, _>>()?;
                user = user.watchlist(ids);
            }
            user.into()
        }
        _ => panic!("one user"),
    };
    let auth = app.authenticate_user(&socket_id, data).map_err(|error| auth_layer(&error))?;
    assert_eq!(serde_json::to_value(&auth).expect("JSON"), json(&auth.to_json()));
    Ok([auth.auth(), auth.user_data().to_owned(), auth.to_json()])
}

pub(crate) fn every_user_auth() {
    for case in pusher_vectors::user_auth().cases {
        match (user(&case.input), case.result) {
            (Ok([auth, user_data, reply]), Outcome::Valid | Outcome::Acceptable) => {
                let expected = case.expect.expect("a case that is not refused");
                assert_eq!(auth, expected.auth, "{}", case.id);
                assert_eq!(user_data, expected.user_data.to_string(), "{}", case.id);
                assert_eq!(json(&reply), json(&expected.reply.to_string()), "{}", case.id);
            }
            (Err(layer), Outcome::Invalid) => {
                assert_eq!(case.refusal.as_deref(), Some(layer), "{}", case.id);
            }
            (Err(layer), Outcome::Acceptable) if refused_by_policy(&case, layer) => {}
            (actual, result) => panic!("{} is {result:?}, and got {actual:?}", case.id),
        }
    }
}
