//! A JSON text that an implementation makes itself (of a `member`, of a `user`): it may have other white space,
//! escapes or order, and then what is signed and answered follows from its own text. This file derives that
//! expectation; it compares nothing but the text itself.

use serde_json::{Map, Value, json};

use super::{crypto::sign, json::same};
use crate::vectors::Case;

/// The expectation, for the text that was told.
pub(super) fn with(
    case: &Case,
    expect: &Map<String, Value>,
    told: &Map<String, Value>,
) -> Map<String, Value> {
    let stage = match &*case.group {
        "channel-auth" if case.input.get("member").is_some() => "channel_data",
        "user-auth" if case.input.get("user").is_some() => "user_data",
        _ => return expect.clone(),
    };
    let credential = |name| case.input.pointer(name).and_then(Value::as_str).unwrap_or_default();
    let app = [credential("/app/key"), credential("/app/secret")];
    let mut expect = expect.clone();
    let Some(mut reply) = read(expect.get("reply")) else { return expect };
    let told_reply = read(told.get("reply"));

    if let Some(Value::Array(channels)) = expect.get_mut("channels") {
        for (place, channel) in channels.iter_mut().enumerate() {
            let Some(channel) = channel.as_object_mut() else { continue };
            let name = channel.get("channel_name").and_then(Value::as_str).unwrap_or_default();
            let name = name.to_owned();
            let in_reply = told_reply.as_ref().and_then(|reply| reply.get(&name)?.get("data"));
            let in_stages = told.get("channels").and_then(|channels| channels.get(place));
            let text = text(stage, in_stages, in_reply);
            let part = reply.get_mut(&name).and_then(|reply| reply.get_mut("data"));
            rebase(channel, part, stage, text, app);
        }
    } else {
        let told = Value::Object(told.clone());
        let text = text(stage, Some(&told), told_reply.as_ref());
        rebase(&mut expect, Some(&mut reply), stage, text, app);
    }
    expect.insert("reply".to_owned(), Value::String(reply.to_string()));
    expect
}

fn read(reply: Option<&Value>) -> Option<Value> {
    match reply? {
        Value::String(text) => serde_json::from_str(text).ok(),
        object => Some(object.clone()),
    }
}

/// The text that was told: as a stage, or else within the reply.
fn text(stage: &str, stages: Option<&Value>, reply: Option<&Value>) -> Option<String> {
    let text = |value: Option<&Value>| Some(value?.get(stage)?.as_str()?.to_owned());
    text(stages).or_else(|| text(reply))
}

fn rebase(
    stages: &mut Map<String, Value>,
    reply: Option<&mut Value>,
    stage: &str,
    text: Option<String>,
    [key, secret]: [&str; 2],
) -> Option<()> {
    let text = text?;
    let expected = stages.get(stage)?.as_str()?.to_owned();
    let value = |text: &str| serde_json::from_str::<Value>(text).ok();
    if !same(&value(&text)?, &value(&expected)?) {
        return None;
    }
    let before = stages.get("string_to_sign")?.as_str()?.strip_suffix(&expected)?;
    let string_to_sign = format!("{before}{text}");
    let auth = format!("{key}:{}", sign(secret, &string_to_sign));
    if let Some(reply) = reply.and_then(Value::as_object_mut) {
        reply.insert("auth".to_owned(), json!(auth));
        reply.insert(stage.to_owned(), json!(text));
    }
    stages.insert("string_to_sign".to_owned(), json!(string_to_sign));
    stages.insert("auth".to_owned(), json!(auth));
    stages.insert(stage.to_owned(), json!(text));
    Some(())
}
