//! Where published implementations differ: what an implementation does that does not follow a policy. This file
//! knows the policies of the vectors by name; one that it does not know may be left by refusing.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::crypto;
use crate::vectors::Case;

/// The layers in which it may refuse instead: any if there are none, `None` if it may not.
pub(super) fn refusals(case: &Case) -> Option<&'static [&'static str]> {
    Some(match case.policy.as_deref()? {
        "base64-line-breaks" | "base64-trailing-bits" | "base64-unpadded" => &["sealed-data"],
        "body-unchecked" => &["body"],
        "channel-names-to-200" | "user-channel-as-channel" => &["channel-name"],
        "content-type-ignored" => &["content-type"],
        "empty-cluster-is-default" => &["cluster"],
        "empty-data-is-none" | "presence-data-unchecked" => &["channel-data"],
        "equal-headers-once" => &["key-header", "signature-header"],
        "equal-keys-kept" => &["equal-keys"],
        "public-channels-signed" => &["public-channel"],
        "upper-case-signature" => &["signature"],
        "user-ids-of-any-length" | "user-ids-of-any-text" => &["user-id"],
        "byte-order-mark-skipped"
        | "comma-escaped"
        | "default-port-kept"
        | "keys-as-given"
        | "md5-of-empty-body"
        | "obsolete-dates-unread"
        | "single-channel-member"
        | "text-encoded-again"
        | "undocumented-members-dropped"
        | "users-may-be-missing" => return None,
        _ => &[],
    })
}

/// Whether an answer that agrees with the policy's also shows that it follows it.
pub(super) fn shows(policy: &str, told: &Map<String, Value>) -> bool {
    let query = told.get("query").and_then(Value::as_str);
    // To decode to the same is to agree.
    policy != "comma-escaped" || query.is_some_and(|query| query.to_uppercase().contains("%2C"))
}

/// The answer by the rule, where there is one.
pub(super) fn by_the_rule(case: &Case) -> Option<Map<String, Value>> {
    let mut expect = case.expect.clone();
    match case.policy.as_deref()? {
        "comma-escaped" => {}
        "keys-as-given" => {
            let given = case.input.get("string_to_sign")?;
            let text = |name| given.get(name)?.as_str();
            let pairs = pairs(given.get("query")?);
            let text = crypto::string_to_sign(text("method")?, text("path")?, &pairs);
            expect.insert("string_to_sign".to_owned(), json!(text));
        }
        "md5-of-empty-body" => without_md5(case, &mut expect)?,
        "default-port-kept" => {
            expect.insert("port".to_owned(), Value::Null);
        }
        "single-channel-member" => in_body(&mut expect, |body| {
            let members = body.as_object_mut()?;
            let channel = members.remove("channel")?;
            members.insert("channels".to_owned(), json!([channel]));
            Some(())
        })?,
        "text-encoded-again" => decoded_once(&mut expect)?,
        "undocumented-members-dropped" => {
            let body: Value = serde_json::from_str(case.input.get("body")?.as_str()?).ok()?;
            expect.insert("events".to_owned(), body.get("events")?.clone());
        }
        "byte-order-mark-skipped" | "users-may-be-missing" => {
            let error = json!({ "kind": "malformed", "status": case.input.get("status")? });
            expect = Map::from_iter([("error".to_owned(), error)]);
        }
        "obsolete-dates-unread" => {
            let date = |name| httpdate::parse_http_date(header(&case.input, name)?).ok();
            let (until, now): (SystemTime, SystemTime) = (date("retry-after")?, date("date")?);
            let wait = until.duration_since(now).unwrap_or_default().as_secs();
            let error = expect.get_mut("error")?.as_object_mut()?;
            error.insert("retry_after".to_owned(), json!(wait));
        }
        _ => return None,
    }
    Some(expect)
}

fn without_md5(case: &Case, expect: &mut Map<String, Value>) -> Option<()> {
    let given = case.input.get("request")?;
    let text = |name| given.get(name)?.as_str();
    let query = expect.get("query")?.as_str()?;
    let mut pairs = crypto::decode_query(query)?;
    pairs.retain(|(key, _)| key != "body_md5" && key != "auth_signature");
    let string_to_sign = crypto::string_to_sign(text("method")?, text("path")?, &pairs);
    let signature = crypto::sign(text("secret")?, &string_to_sign);
    let kept = query
        .split('&')
        .filter(|pair| !pair.starts_with("body_md5=") && !pair.starts_with("auth_signature="));
    let query = kept.chain([&*format!("auth_signature={signature}")]).collect::<Vec<_>>().join("&");
    expect.remove("body_md5");
    expect.insert("string_to_sign".to_owned(), json!(string_to_sign));
    expect.insert("auth_signature".to_owned(), json!(signature));
    expect.insert("query".to_owned(), json!(query));
    Some(())
}

/// The texts without the JSON string around them.
fn decoded_once(expect: &mut Map<String, Value>) -> Option<()> {
    fn decode(text: &mut Value) -> Option<()> {
        if let Ok(decoded @ Value::String(_)) = serde_json::from_str(text.as_str()?) {
            *text = decoded;
        }
        Some(())
    }
    in_body(expect, |body| {
        let batch = body.get_mut("batch").and_then(Value::as_array_mut);
        match batch {
            Some(events) => events.iter_mut().try_for_each(|event| decode(event.get_mut("data")?)),
            None => decode(body.get_mut("data")?),
        }
    })?;
    let sealed = expect.get_mut("sealed").and_then(Value::as_array_mut);
    let mut texts = sealed.into_iter().flatten().filter_map(|entry| entry.get_mut("plaintext"));
    texts.try_for_each(decode)
}

fn in_body(
    expect: &mut Map<String, Value>,
    change: impl FnOnce(&mut Value) -> Option<()>,
) -> Option<()> {
    let body = expect.get_mut("body")?;
    let mut value: Value = serde_json::from_str(body.as_str()?).ok()?;
    change(&mut value)?;
    *body = json!(value.to_string());
    Some(())
}

/// A list of pairs.
pub(super) fn pairs(list: &Value) -> Vec<(String, String)> {
    let pair = |pair: &Value| {
        let part = |place: usize| Some(pair.get(place)?.as_str()?.to_owned());
        Some((part(0)?, part(1)?))
    };
    list.as_array().map(|list| list.iter().filter_map(pair).collect()).unwrap_or_default()
}

fn header<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    let pairs = input.get("headers")?.as_array()?.iter();
    let named = |pair: &&Value| {
        let other = pair.get(0).and_then(Value::as_str);
        other.is_some_and(|other| other.eq_ignore_ascii_case(name))
    };
    pairs.clone().find(named)?.get(1)?.as_str()
}
