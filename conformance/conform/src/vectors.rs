//! The cases, as the runner needs them: all groups alike, and long texts written out. This file knows the
//! frame of the vector files; it does not know what a case is about.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use pusher_vectors::{Entry, Group, Outcome, Relation, Text};
use serde_json::{Map, Value};

/// One case, with all that a report says of it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) group: String,
    pub(crate) relation: Relation,
    /// The one member that tells the kind of input.
    pub(crate) kind: String,
    pub(crate) comment: String,
    pub(crate) spec: String,
    /// Why it matters: what is said of each flag.
    pub(crate) flags: Vec<String>,
    pub(crate) input: Value,
    pub(crate) expect: Map<String, Value>,
    pub(crate) result: Outcome,
    pub(crate) policy: Option<String>,
    pub(crate) refusal: Option<String>,
}

/// The cases of these files and folders, or those that are built in.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    if paths.is_empty() {
        use pusher_vectors as built_in;
        for text in [
            built_in::SIGNING,
            built_in::REQUESTS,
            built_in::RESPONSES,
            built_in::URLS,
            built_in::ENCRYPTION,
            built_in::WEBHOOKS,
            built_in::NAMES,
            built_in::CHANNEL_AUTH,
            built_in::USER_AUTH,
        ] {
            cases.extend(parse(text)?);
        }
    }
    for path in paths {
        for file in files(path)? {
            let about = |problem: String| format!("{}: {problem}", file.display());
            let text = fs::read_to_string(&file).map_err(|error| about(error.to_string()))?;
            cases.extend(parse(&text).map_err(about)?);
        }
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = cases.iter().find(|case| !seen.insert(&case.id)) {
        return Err(format!("{} is there twice", twice.id));
    }
    if cases.is_empty() { Err("there are no cases".to_owned()) } else { Ok(cases) }
}

/// The cases of these groups and with these ids; all of them if none is named.
pub(crate) fn select<'a>(cases: &'a [Case], only: &[String]) -> Result<Vec<&'a Case>, String> {
    let named = |case: &Case, name: &String| case.id == *name || case.group == *name;
    if let Some(unknown) = only.iter().find(|name| !cases.iter().any(|case| named(case, name))) {
        return Err(format!("--only {unknown}: there is no such group and no such case"));
    }
    let wanted = |case: &&Case| only.is_empty() || only.iter().any(|name| named(case, name));
    Ok(cases.iter().filter(wanted).collect())
}

fn files(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let about = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(about)? {
        let file = entry.map_err(about)?.path();
        if file.is_file() && file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(format!("{}: there is no file of vectors (*.json) here", path.display()));
    }
    Ok(files)
}

fn parse(text: &str) -> Result<Vec<Case>, String> {
    let group: Group<Value, Map<String, Value>> = serde_json::from_str(text)
        .map_err(|error| format!("this is no file of vectors: {error}"))?;
    if group.schema != 1 {
        return Err(format!("schema {} is unknown; this program reads 1", group.schema));
    }
    let Group { group: name, relation, flags, cases, .. } = group;
    let cases = cases.into_iter().map(|case| {
        let input = written_out("", case.input);
        let kind = kind(&name, &input).ok_or_else(|| format!("{}: no kind", case.id))?;
        // The expectations of the others are a server's own words, in which nothing is short for anything.
        let expands = !matches!(&*name, "responses" | "webhooks");
        let expand = |(key, value): (String, Value)| {
            let value = if expands { written_out(&key, value) } else { value };
            (key, value)
        };
        Ok(Case {
            group: name.clone(),
            relation,
            kind,
            comment: case.comment,
            spec: case.spec,
            flags: about(&case.flags, &flags),
            input,
            expect: case.expect.unwrap_or_default().into_iter().map(expand).collect(),
            result: case.result,
            policy: case.policy,
            refusal: case.refusal,
            id: case.id,
        })
    });
    cases.collect()
}

fn about(names: &[String], flags: &BTreeMap<String, Entry>) -> Vec<String> {
    let entries = names.iter().filter_map(|name| flags.get(name));
    entries.map(|entry| entry.about.clone()).collect()
}

fn kind(group: &str, input: &Value) -> Option<String> {
    let only = |value: &Value| Some(value.as_object()?.keys().next()?.clone());
    Some(match group {
        "requests" => only(input.get("call")?)?,
        "responses" => input.get("call")?.as_str()?.to_owned(),
        "channel-auth" | "user-auth" if input.get("form").is_some() => "form".to_owned(),
        "channel-auth" | "user-auth" => "names".to_owned(),
        "webhooks" => "webhook".to_owned(),
        _ => only(input)?,
    })
}

/// The value of this member, its long texts written out.
fn written_out(member: &str, value: Value) -> Value {
    let within = |value| match value {
        Value::Object(members) => {
            let members = members.into_iter();
            members
                .map(|(name, value)| {
                    let value = written_out(&name, value);
                    (name, value)
                })
                .collect()
        }
        Value::Array(items) => items.into_iter().map(|item| written_out("", item)).collect(),
        other => other,
    };
    match member {
        // Whatever JSON an app has.
        "user_info" => value,
        "channels" | "watchlist" => match value {
            Value::Array(items) => {
                items.into_iter().map(|item| written_out("name", item)).collect()
            }
            value => numbered(&value).unwrap_or_else(|| within(value)),
        },
        "headers" => within_headers(value),
        "name" | "data" | "body" | "plaintext" | "socket_id" | "channel" | "channel_name"
        | "event_name" | "user_id" | "channel_data" | "user_data" | "id" | "string_to_sign"
        | "reply" => match serde_json::from_value::<Text>(value.clone()) {
            Ok(text) => Value::String(text.to_string()),
            Err(_) => within(value),
        },
        _ => within(value),
    }
}

fn within_headers(headers: Value) -> Value {
    let pair = |pair| match pair {
        Value::Array(pair) => pair.into_iter().map(|part| written_out("data", part)).collect(),
        other => other,
    };
    match headers {
        Value::Array(headers) => headers.into_iter().map(pair).collect(),
        other => other,
    }
}

fn numbered(value: &Value) -> Option<Value> {
    let (start, times) = (value.get("numbered")?.as_str()?, value.get("times")?.as_u64()?);
    Some((1..=times).map(|number| Value::String(format!("{start}{number}"))).collect())
}
