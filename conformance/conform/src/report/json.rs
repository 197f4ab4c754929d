//! The report for programs, as JSON. This file knows its members, which stay as they are.

use std::{fs, path::Path};

use serde_json::{Map, Value, json};

use super::{Counts, groups};
use crate::{
    judge::Choice,
    run::{Run, Status, Tried},
};

/// Writes the report.
pub(crate) fn write(run: &Run<'_>, file: &Path) -> Result<(), String> {
    let counts = |counts: Counts| {
        json!({
            "passed": counts.passed, "failed": counts.failed,
            "known": counts.known, "skipped": counts.skipped,
        })
    };
    let by_group = groups(run)
        .into_iter()
        .map(|(name, cases)| (name.to_owned(), counts(Counts::of(cases.into_iter()))));
    let report = json!({
        "schema": 1,
        "implementation": { "name": run.name, "version": run.version },
        "fine": run.is_fine(),
        "total": counts(Counts::of(run.tried.iter())),
        "groups": by_group.collect::<Map<_, _>>(),
        "notes": run.notes,
        "cases": run.tried.iter().map(case).collect::<Vec<_>>(),
    });
    fs::write(file, format!("{report:#}\n")).map_err(|error| format!("{}: {error}", file.display()))
}

fn case(tried: &Tried<'_>) -> Value {
    let (outcome, text, reason) = match &tried.status {
        Status::Passed => ("passed", None, None),
        Status::Failed(text) => ("failed", Some(text), None),
        Status::Known { text, reason } => ("known", Some(text), Some(reason)),
        Status::Skipped(text) => ("skipped", Some(text), None),
    };
    let case = tried.case;
    let mut written = Map::new();
    let mut add = |name: &str, value: Option<Value>| {
        written.extend(value.map(|value| (name.to_owned(), value)));
    };
    add("id", Some(json!(case.id)));
    add("group", Some(json!(case.group)));
    add("kind", Some(json!(case.kind)));
    add("outcome", Some(json!(outcome)));
    add("text", text.map(|text| json!(text)));
    add("reason", reason.map(|reason| json!(reason)));
    let follows = tried.choice.map(|choice| json!(choice == Choice::Follows));
    add("policy", case.policy.as_ref().map(|policy| json!(policy)));
    add("follows_policy", follows);
    add("comment", Some(json!(case.comment)));
    add("spec", Some(json!(case.spec)));
    Value::Object(written)
}
