//! The list of cases that are known to fail. This file reads it; it does not know whether they do.

use std::{collections::BTreeMap, fs, path::Path};

use crate::vectors::Case;

/// The reasons, by id.
pub(crate) type Known = BTreeMap<String, String>;

/// Reads lines of an id and a reason. Every id has to be one of the cases.
pub(crate) fn read(file: &Path, cases: &[Case]) -> Result<Known, String> {
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
    let mut known = Known::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (id, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(format!("{name}, line {number}: {id} has no reason"));
        }
        if !cases.iter().any(|case| case.id == id) {
            return Err(format!("{name}, line {number}: there is no case {id}"));
        }
        if known.insert(id.to_owned(), reason.to_owned()).is_some() {
            return Err(format!("{name}, line {number}: {id} is there twice"));
        }
    }
    Ok(known)
}
