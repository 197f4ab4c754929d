//! The relation `bytes`: every stage that was told is equal, with the exceptions that the README names. This
//! file knows stages; it does not know which of them a call of an implementation could have told.

use serde_json::{Map, Value};

use super::{crypto, difference, json::same, own_text, shown};
use crate::vectors::Case;

/// What differs between the stages that are expected and those that were told.
pub(super) fn differences(
    case: &Case,
    expect: &Map<String, Value>,
    told: &Map<String, Value>,
) -> Vec<String> {
    let expect = own_text::with(case, expect, told);
    let mut compared = 0;
    let mut differences = Vec::new();
    for (stage, came) in told {
        match expect.get(stage) {
            None if came.is_null() => {}
            None => differences.push(difference(stage, "nothing", &shown(came))),
            Some(expected) => {
                compared += 1;
                if !agree(case, stage, expected, came) {
                    differences.push(difference(stage, &shown(expected), &shown(came)));
                }
            }
        }
    }
    // Of a master key that is hidden, nothing shows but that it was taken.
    if compared == 0 && differences.is_empty() && case.kind != "master_key" {
        let stages: Vec<_> = expect.keys().map(String::as_str).collect();
        differences.push(format!("it told nothing; there would be {}", stages.join(", ")));
    }
    differences
}

fn agree(case: &Case, stage: &str, expected: &Value, came: &Value) -> bool {
    match (stage, expected, came) {
        ("query", Value::String(expected), Value::String(came)) => {
            let decoded = |query| {
                let mut pairs = crypto::decode_query(query)?;
                // Equal keys keep their order, which is signed.
                pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
                Some(pairs)
            };
            decoded(expected).is_some() && decoded(expected) == decoded(came)
        }
        ("reply", expected, came) => match (as_json(expected), as_json(came)) {
            (Some(expected), Some(came)) => same(&expected, &came),
            _ => false,
        },
        ("channels", Value::Array(expected), Value::Array(came)) => {
            let pair = |(expected, came): (&Value, &Value)| match (expected, came) {
                (Value::Object(expected), Value::Object(came)) => {
                    let equal =
                        |(stage, came): (&String, &Value)| expected.get(stage) == Some(came);
                    came.contains_key("channel_name") && came.iter().all(equal)
                }
                _ => false,
            };
            expected.len() == came.len() && expected.iter().zip(came).all(pair)
        }
        ("data", Value::String(expected), Value::String(came)) if case.kind == "seal" => {
            expected == came || sealed_alike(case, expected, came)
        }
        _ => expected == came,
    }
}

/// A reply may be told as the text that is sent, or as the object that a framework writes.
fn as_json(reply: &Value) -> Option<Value> {
    match reply {
        Value::String(text) => serde_json::from_str(text).ok(),
        object => Some(object.clone()),
    }
}

/// One that draws the nonce itself seals other bytes, which open to the same and are as long.
fn sealed_alike(case: &Case, expected: &str, came: &str) -> bool {
    let secret = case.expect.get("shared_secret").and_then(Value::as_str).unwrap_or_default();
    let opened = crypto::open_with(secret, came);
    opened.is_some()
        && opened == crypto::open_with(secret, expected)
        && expected.len() == came.len()
}
