//! The relation `verifies`: the request that arrived means what was called, and its own digests are right. This
//! file recomputes them over the bytes that came; it trusts nothing that the implementation tells.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::{
    crypto::{self, shared_secret},
    difference,
    json::same,
    policies::pairs,
    shown,
};
use crate::{observe::Seen, vectors::Case};

/// A server takes no older and no younger request.
const GRACE: u64 = 600;

/// What differs between the request that is expected and the one that came.
pub(super) fn differences(case: &Case, expect: &Map<String, Value>, seen: &[Seen]) -> Vec<String> {
    let [request] = seen else {
        return vec![match seen {
            [] => "its call returned, and no request had arrived".to_owned(),
            _ => format!("one request is expected, and {} arrived", seen.len()),
        }];
    };
    let mut differences = Vec::new();
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    for (place, came) in [("method", &*request.method), ("path", path)] {
        let expected = expect.get(place).and_then(Value::as_str).unwrap_or_default();
        if came != expected {
            differences.push(difference(place, expected, came));
        }
    }
    differences.extend(query_differences(case, expect, (path, query), request));
    differences.extend(body_differences(case, expect, request));
    differences
}

fn query_differences(
    case: &Case,
    expect: &Map<String, Value>,
    (path, query): (&str, &str),
    request: &Seen,
) -> Vec<String> {
    let credential = |name| case.input.pointer(name).and_then(Value::as_str).unwrap_or_default();
    let Some(query) = crypto::decode_query(query) else {
        return vec![format!("query: its percent-encoding is broken: {query}")];
    };
    let own = |key: &str| key.starts_with("auth_") || key == "body_md5";
    let (signed, mut theirs): (Vec<_>, Vec<_>) =
        query.iter().cloned().partition(|(key, _)| own(key));

    let mut differences = Vec::new();
    theirs.sort_by(|(a, _), (b, _)| a.cmp(b));
    let expected = expect.get("query").map(pairs).unwrap_or_default();
    if theirs != expected {
        let (expected, came) = (json!(expected), json!(theirs));
        differences.push(difference("query", &shown(&expected), &shown(&came)));
    }

    let mut wanted = vec![
        ("auth_key", Some(credential("/app/key").to_owned())),
        ("auth_timestamp", None),
        ("auth_version", Some("1.0".to_owned())),
    ];
    if !request.body.is_empty() {
        wanted.push(("body_md5", Some(crypto::md5(&request.body))));
    }
    let mut to_sign = query.clone();
    to_sign.retain(|(key, _)| key != "auth_signature");
    let string_to_sign = crypto::string_to_sign(&request.method, path, &to_sign);
    let signature = crypto::sign(credential("/app/secret"), &string_to_sign);
    wanted.push(("auth_signature", Some(signature)));
    for (name, right) in &wanted {
        let came: Vec<_> =
            signed.iter().filter(|(key, _)| key == name).map(|(_, value)| value).collect();
        match (&*came, right) {
            ([came], Some(right)) if *came == right => {}
            ([came], None) if is_now(came) => {}
            ([came], None) => differences.push(difference(name, "the time, in seconds", came)),
            ([], _) => differences.push(format!("query: {name} is missing")),
            ([came], Some(right)) if *name == "auth_signature" => differences.push(format!(
                "{}\nfor the string to sign {string_to_sign:?}",
                difference(name, right, came)
            )),
            ([came], Some(right)) => differences.push(difference(name, right, came)),
            _ => differences.push(format!("query: {name} is there {} times", came.len())),
        }
    }
    for (key, _) in &signed {
        if !wanted.iter().any(|(name, _)| name == key) {
            differences.push(match &**key {
                "body_md5" => "query: body_md5 is there, but no body".to_owned(),
                key => format!("query: {key} is none of the protocol's"),
            });
        }
    }
    differences
}

fn is_now(timestamp: &str) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    timestamp.bytes().all(|byte| byte.is_ascii_digit())
        && timestamp.parse().is_ok_and(|given| now.abs_diff(given) < GRACE)
}

fn body_differences(case: &Case, expect: &Map<String, Value>, request: &Seen) -> Vec<String> {
    let text = String::from_utf8_lossy(&request.body);
    let Some(expected) = expect.get("body").and_then(Value::as_str) else {
        return match &*text {
            "" => Vec::new(),
            text => vec![difference("body", "none", &super::shorten(text))],
        };
    };
    if text.is_empty() && case.kind == "terminate_user" {
        return Vec::new();
    }
    let mut differences = Vec::new();
    let kind = request.header("content-type").unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        differences.push(difference("content-type", "application/json", kind));
    }
    let (Ok(expected), Ok(mut came)) =
        (serde_json::from_str::<Value>(expected), serde_json::from_slice::<Value>(&request.body))
    else {
        differences.push(difference("body", expected, &super::shorten(&text)));
        return differences;
    };
    let sealed = expect.get("sealed").and_then(Value::as_array);
    for entry in sealed.into_iter().flatten() {
        differences.extend(open_in(&mut came, entry, case));
    }
    if !same(&expected, &came) {
        differences.push(difference("body", &shown(&expected), &shown(&came)));
    }
    differences
}

/// Opens one sealed place of a body, in which `""` then stands.
fn open_in(body: &mut Value, entry: &Value, case: &Case) -> Option<String> {
    let member = |name| entry.get(name).and_then(Value::as_str).unwrap_or_default();
    let (pointer, plaintext) = (member("pointer"), member("plaintext"));
    let key = case.input.pointer("/app/master_key").and_then(Value::as_str).unwrap_or_default();
    let Some(place) = body.pointer_mut(pointer) else {
        return Some(format!("body: there is nothing at {pointer}"));
    };
    let came = place.take();
    *place = json!("");
    let secret = shared_secret(member("channel_name"), key);
    let opened = secret.and_then(|secret| crypto::open(&secret, came.as_str()?));
    match opened {
        Some(opened) if opened == plaintext => None,
        Some(opened) => {
            Some(difference(&format!("opened {pointer}"), &json!(plaintext).to_string(), &opened))
        }
        None => Some(format!(
            "body: what is at {pointer} does not open with the secret of its channel: {}",
            shown(&came)
        )),
    }
}
