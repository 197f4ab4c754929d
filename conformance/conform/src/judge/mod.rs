//! Whether an answer passes. This file knows valid, invalid and acceptable; how an answer agrees with an
//! expectation, the files beside it know.

mod bytes;
mod crypto;
mod json;
mod own_text;
mod policies;
mod verifies;

use std::collections::BTreeMap;

use pusher_vectors::{Outcome, Relation};
use serde_json::{Map, Value};

use crate::{
    observe::Seen,
    run::{Reply, Tried},
    vectors::Case,
};

/// What a case comes to.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// It passes; an acceptable one in one of two ways.
    Passed(Option<Choice>),
    /// It fails, and this is what differs.
    Failed(String),
    /// It was not tried, and this is why.
    Skipped(String),
}

/// What an implementation does where others do otherwise.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Choice {
    /// As the policy says.
    Follows,
    /// As the rule says.
    Leaves,
}

/// Judges an answer, and the requests that came meanwhile.
pub(crate) fn judge(case: &Case, reply: &Reply, seen: &[Seen]) -> Verdict {
    let judged = match reply {
        Reply::Skipped(why) => return Verdict::Skipped(why.clone()),
        Reply::Refused { layer, message } => {
            refused(case, layer.as_deref(), message.as_deref(), seen)
        }
        Reply::Ok(told) => answered(case, told, seen),
    };
    match judged {
        Ok(choice) => Verdict::Passed(choice),
        Err(text) => Verdict::Failed(text),
    }
}

fn refused(
    case: &Case,
    layer: Option<&str>,
    message: Option<&str>,
    seen: &[Seen],
) -> Result<Option<Choice>, String> {
    let said = match (layer, message) {
        (Some(layer), Some(message)) => format!(" in the layer {layer}: {message}"),
        (Some(layer), None) => format!(" in the layer {layer}"),
        (None, Some(message)) => format!(": {message}"),
        (None, None) => String::new(),
    };
    if let ("requests", Some(request)) = (&*case.group, seen.first()) {
        let sent = sent(request);
        return Err(format!("it refused{said}, but only after it had sent {sent}"));
    }
    let fits = |right: &[&str]| layer.is_none_or(|layer| right.contains(&layer));
    match (case.result, case.refusal.as_deref(), policies::refusals(case)) {
        (Outcome::Invalid, Some(right), _) if fits(&[right]) => Ok(None),
        (Outcome::Invalid, right, _) => {
            let right = right.unwrap_or("of its own");
            Err(format!("it had to refuse in the layer {right}, and refused{said}"))
        }
        (Outcome::Acceptable, _, Some(right)) if right.is_empty() || fits(right) => {
            Ok(Some(Choice::Leaves))
        }
        (Outcome::Acceptable, _, Some(right)) => {
            let right = right.join(" or ");
            Err(format!("it may refuse in the layer {right}, and refused{said}"))
        }
        _ => Err(format!("it had to answer, and refused{said}")),
    }
}

fn answered(
    case: &Case,
    told: &Map<String, Value>,
    seen: &[Seen],
) -> Result<Option<Choice>, String> {
    if case.result == Outcome::Invalid {
        let layer = case.refusal.as_deref().unwrap_or("of its own");
        let done = match seen.first() {
            Some(request) => format!("sent {}", sent(request)),
            None => format!("answered {}", shown(&Value::Object(told.clone()))),
        };
        return Err(format!("it had to refuse in the layer {layer}, and {done}"));
    }
    let agree = |expect: &Map<String, Value>| agree(case, expect, told, seen);
    let policy = match &case.policy {
        Some(policy) if case.result == Outcome::Acceptable => policy,
        _ => return agree(&case.expect).map(|()| None),
    };
    let followed = agree(&case.expect);
    if followed.is_ok() && policies::shows(policy, told) {
        return Ok(Some(Choice::Follows));
    }
    match policies::by_the_rule(case).map(|expect| agree(&expect)) {
        Some(Ok(())) => Ok(Some(Choice::Leaves)),
        _ => followed.map(|()| Some(Choice::Follows)),
    }
}

fn agree(
    case: &Case,
    expect: &Map<String, Value>,
    told: &Map<String, Value>,
    seen: &[Seen],
) -> Result<(), String> {
    let differences = match case.relation {
        Relation::Bytes => bytes::differences(case, expect, told),
        Relation::Json => json::differences(case, expect, told),
        Relation::Verifies => verifies::differences(case, expect, seen),
    };
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
}

/// A policy that is followed in one case and left in another.
pub(crate) fn mixed_policies(tried: &[Tried<'_>]) -> Vec<String> {
    let mut choices = BTreeMap::<_, BTreeMap<_, Vec<_>>>::new();
    for Tried { case, choice, .. } in tried {
        if let (Some(policy), Some(choice)) = (&case.policy, choice) {
            choices.entry(policy).or_default().entry(*choice).or_default().push(&*case.id);
        }
    }
    let mixed = |(policy, ways): (&String, BTreeMap<Choice, Vec<&str>>)| {
        let (follows, leaves) = (ways.get(&Choice::Follows)?, ways.get(&Choice::Leaves)?);
        Some(format!(
            "The policy {policy} is followed in {} and left in {}; one way or the other is right, both are not.",
            follows.join(", "),
            leaves.join(", ")
        ))
    };
    choices.into_iter().filter_map(mixed).collect()
}

/// What differs at one place.
fn difference(place: &str, expected: &str, came: &str) -> String {
    format!("{place}: expected {expected}\n{:>width$} {came}", "came", width = place.len() + 10)
}

/// A value as a report shows it.
fn shown(value: &Value) -> String {
    shorten(&value.to_string())
}

fn shorten(text: &str) -> String {
    const PART: usize = 160;
    let length = text.chars().count();
    if length <= 2 * PART + 20 {
        return text.to_owned();
    }
    let start: String = text.chars().take(PART).collect();
    let end: String = text.chars().skip(length - PART).collect();
    format!("{start}…({length} characters)…{end}")
}

fn sent(request: &Seen) -> String {
    let path = request.target.split('?').next().unwrap_or_default();
    let body = String::from_utf8_lossy(&request.body);
    shorten(format!("{} {path} {body}", request.method).trim_end())
}
