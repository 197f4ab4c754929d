//! The groups `channel-auth` and `user-auth`. `string_to_sign` is not told: the library puts it together nowhere.

use pusher_core::{
    App, ChannelAuth, ChannelAuths, ChannelData, ChannelForm, ChannelName, Credentials,
    InvalidUserData, MasterKey, Member, SocketId, User, UserData, UserForm, UserId,
};
use pusher_vectors::{Text, channel_auth, user_auth};
use serde_json::{Map, Value, json};

use super::{No, Said, layers, refused};

fn app(key: &str, secret: &str) -> Result<App, No> {
    App::new(Credentials { app_id: "3", key, secret }).map_err(refused("app"))
}

fn socket_id(text: &Option<Text>) -> Result<SocketId, No> {
    let text = text.as_ref().ok_or_else(|| No::Unread("no socket_id".to_owned()))?;
    SocketId::parse(text.to_string()).map_err(refused("socket-id"))
}

pub(super) fn channel(input: &channel_auth::Input) -> Said {
    let mut app = app(&input.app.key, &input.app.secret)?;
    let (socket_id, names) = match (&input.form, &input.channel_name) {
        (Some(form), _) => {
            let form = ChannelForm::parse(form).map_err(|error| layers::form(&error))?;
            (form.socket_id, form.channels)
        }
        (None, Some(name)) => {
            let socket_id = socket_id(&input.socket_id)?;
            let name = ChannelName::parse(name.to_string()).map_err(refused("channel-name"))?;
            (socket_id, vec![name])
        }
        (None, None) => return Err(No::Unread("neither form nor channel_name".to_owned())),
    };
    let data = channel_data(input)?;
    if let Some(key) = &input.app.master_key {
        let encrypted = names.iter().any(|name| name.as_str().starts_with("private-encrypted-"));
        match MasterKey::from_base64(key) {
            Ok(key) => app = app.master_keys(key),
            Err(error) if encrypted => return Err(refused("encryption")(error)),
            Err(_) => {}
        }
    }

    let mut replies = ChannelAuths::new();
    let mut answers = Vec::new();
    for name in &names {
        let auth = app.authorize_channel(&socket_id, name, data.clone());
        let auth = auth.map_err(|error| match (layers::auth(&error), &input.member) {
            // A public channel has neither a need for authorisation nor members.
            (No::Refused("public-channel", message), Some(_)) => {
                No::Refused("channel-kind", message)
            }
            (refusal, _) => refusal,
        })?;
        replies.allow(name, &auth);
        answers.push((name, auth));
    }
    match (&*answers, several(input)) {
        ([(_, auth)], false) => {
            let mut told = stages(auth);
            told.insert("reply".to_owned(), json!(auth.to_json()));
            Ok(Value::Object(told))
        }
        (answers, _) => {
            let channels = answers.iter().map(|(name, auth)| {
                let mut told = stages(auth);
                told.insert("channel_name".to_owned(), json!(name.as_str()));
                Value::Object(told)
            });
            Ok(json!({ "channels": channels.collect::<Vec<_>>(), "reply": replies.to_json() }))
        }
    }
}

/// Whether the form names its channels with an index: then the browser wants an object for each.
fn several(input: &channel_auth::Input) -> bool {
    let form = input.form.as_deref().unwrap_or_default().to_ascii_lowercase();
    form.contains("channel_name[") || form.contains("channel_name%5b")
}

fn stages(auth: &ChannelAuth<'_>) -> Map<String, Value> {
    let mut told = Map::from_iter([("auth".to_owned(), json!(auth.auth()))]);
    let others = [("channel_data", auth.channel_data()), ("shared_secret", auth.shared_secret())];
    told.extend(
        others.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text?)))),
    );
    told
}

fn channel_data(input: &channel_auth::Input) -> Result<Option<ChannelData<'_>>, No> {
    let text = match (&input.channel_data, &input.member) {
        (None, None) => return Ok(None),
        (Some(text), _) => text.to_string(),
        (None, Some(given)) => {
            let member = match &given.user_id {
                channel_auth::UserId::Text(text) => Some(Member::new(text.to_string())),
                channel_auth::UserId::Number(number) => number.as_u64().map(Member::new),
            };
            match (member, &given.user_info) {
                (Some(member), None) => return Ok(Some(member.into())),
                (Some(member), Some(info)) => {
                    let member = member.info(info).map_err(|error| layers::build(&error))?;
                    return Ok(Some(member.into()));
                }
                // A number that a member cannot have goes as JSON of one's own.
                (None, _) => json!(given).to_string(),
            }
        }
    };
    ChannelData::json(text).map(Some).map_err(refused("channel-data"))
}

pub(super) fn user(input: &user_auth::Input) -> Said {
    let app = app(&input.app.key, &input.app.secret)?;
    let socket_id = match &input.form {
        Some(form) => UserForm::parse(form).map_err(|error| layers::form(&error))?.socket_id,
        None => socket_id(&input.socket_id)?,
    };
    let auth = app.authenticate_user(&socket_id, user_data(input)?);
    let auth = auth.map_err(|error| layers::auth(&error))?;
    Ok(json!({ "auth": auth.auth(), "user_data": auth.user_data(), "reply": auth.to_json() }))
}

fn user_data(input: &user_auth::Input) -> Result<UserData<'_>, No> {
    let id = |text: String| UserId::parse(text).map_err(refused("user-id"));
    match (&input.user_data, &input.user) {
        (Some(text), _) => UserData::json(text.to_string()).map_err(|error| match error {
            InvalidUserData::UserId(_) => refused("user-id")(error),
            _ => refused("user-data")(error),
        }),
        (None, Some(given)) => {
            let mut user = User::new(id(given.id.to_string())?);
            if let Some(info) = &given.user_info {
                user = user.info(info).map_err(|error| layers::build(&error))?;
            }
            if let Some(watchlist) = &given.watchlist {
                let ids = watchlist.ids().into_iter().map(id).collect::<Result<Vec<_>, _>>()?;
                user = user.watchlist(ids);
            }
            Ok(user.into())
        }
        (None, None) => Err(No::Unread("neither user_data nor user".to_owned())),
    }
}
