//! The relation `json`: what was told is equal as JSON. This file knows which members an implementation may
//! leave out; it does not know what they mean.

use serde_json::{Map, Value, json};

use super::{difference, shown};
use crate::vectors::Case;

/// What differs between what is expected and what was told.
pub(super) fn differences(
    case: &Case,
    expect: &Map<String, Value>,
    told: &Map<String, Value>,
) -> Vec<String> {
    match &*case.group {
        "responses" => response(expect, told),
        // To be allowed is the answer already; kind and cache come on top.
        "names" => members("", expect, told, true),
        "webhooks" => members("", expect, &with_objects(expect, told), false),
        _ => members("", expect, told, false),
    }
}

fn members(
    place: &str,
    expect: &Map<String, Value>,
    told: &Map<String, Value>,
    may_be_bare: bool,
) -> Vec<String> {
    let mut compared = 0;
    let mut differences = Vec::new();
    for (name, came) in told {
        let place = format!("{place}{name}");
        match expect.get(name) {
            // A cache that is null is an empty one; one that was not told is absent.
            None if came.is_null() && name != "cache" => {}
            None => differences.push(difference(&place, "nothing", &shown(came))),
            Some(expected) => {
                compared += 1;
                let came = without_nulls(expected, came);
                if !same(expected, &came) {
                    differences.push(difference(&place, &shown(expected), &shown(&came)));
                }
            }
        }
    }
    if compared == 0 && differences.is_empty() && !may_be_bare && !expect.is_empty() {
        let names: Vec<_> = expect.keys().map(String::as_str).collect();
        differences.push(format!("{place}it told nothing; there would be {}", names.join(", ")));
    }
    differences
}

/// The events, where the `data` that is expected as an object is one: some libraries have it as text always.
fn with_objects(expect: &Map<String, Value>, told: &Map<String, Value>) -> Map<String, Value> {
    let mut told = told.clone();
    let expected = expect.get("events").and_then(Value::as_array).into_iter().flatten();
    let came = told.get_mut("events").and_then(Value::as_array_mut).into_iter().flatten();
    for (expected, came) in expected.zip(came) {
        let object = expected.get("data").is_some_and(Value::is_object);
        let (true, Some(data)) = (object, came.get_mut("data")) else { continue };
        if let Some(Ok(value)) = data.as_str().map(serde_json::from_str) {
            *data = value;
        }
    }
    told
}

fn response(expect: &Map<String, Value>, told: &Map<String, Value>) -> Vec<String> {
    let came = || shown(&Value::Object(told.clone()));
    let part = |from: &Map<String, Value>, name| from.get(name).and_then(Value::as_object).cloned();
    if let Some(expected) = part(expect, "answer") {
        return match (part(told, "answer"), told.contains_key("error")) {
            (Some(told), false) => members("answer.", &expected, &told, false),
            _ => vec![difference("response", "an answer", &came())],
        };
    }
    let (Some(expected), Some(mut told), false) =
        (part(expect, "error"), part(told, "error"), told.contains_key("answer"))
    else {
        return vec![difference("response", "an error", &came())];
    };
    let malformed = expected.get("kind").is_some_and(|kind| kind == "malformed");
    if malformed {
        // A decoder has words of its own.
        told.remove("message");
    } else if let Some(Value::String(message)) = told.get_mut("message") {
        *message = one_line(message);
    }
    members("error.", &expected, &told, malformed)
}

/// The message as it may stand in a log.
fn one_line(message: &str) -> String {
    let mut line = String::new();
    let mut digits = String::new();
    let flush = |digits: &mut String, line: &mut String| {
        line.push_str(if digits.len() >= 64 { "[redacted]" } else { digits });
        digits.clear();
    };
    for character in message.trim().chars() {
        if character.is_ascii_hexdigit() {
            digits.push(character);
            continue;
        }
        flush(&mut digits, &mut line);
        line.push(if character.is_control() { ' ' } else { character });
    }
    flush(&mut digits, &mut line);
    line
}

/// Equal as JSON; 1.0 is 1.
pub(super) fn same(expected: &Value, came: &Value) -> bool {
    match (expected, came) {
        (Value::Object(expected), Value::Object(came)) => {
            let equal = |(name, expected): (&String, &Value)| {
                came.get(name).is_some_and(|came| same(expected, came))
            };
            expected.len() == came.len() && expected.iter().all(equal)
        }
        (Value::Array(expected), Value::Array(came)) => {
            let equal = |(expected, came)| same(expected, came);
            expected.len() == came.len() && expected.iter().zip(came).all(equal)
        }
        (Value::Number(expected), Value::Number(came)) => {
            let whole = |number: &serde_json::Number| number.is_i64() || number.is_u64();
            let equal = || json!(expected.as_f64()) == json!(came.as_f64());
            expected == came || (!(whole(expected) && whole(came)) && equal())
        }
        _ => expected == came,
    }
}

/// What was told, without members that are null where none is expected: so many libraries write what is absent.
fn without_nulls(expected: &Value, came: &Value) -> Value {
    match (expected, came) {
        (Value::Object(expected), Value::Object(came)) => {
            let told =
                came.iter().filter(|(name, came)| !came.is_null() || expected.contains_key(*name));
            let kept = |(name, came): (&String, &Value)| {
                let expected = expected.get(name).unwrap_or(&Value::Null);
                (name.clone(), without_nulls(expected, came))
            };
            told.map(kept).collect()
        }
        (Value::Array(expected), Value::Array(came)) if expected.len() == came.len() => expected
            .iter()
            .zip(came)
            .map(|(expected, came)| without_nulls(expected, came))
            .collect(),
        _ => came.clone(),
    }
}
