//! The report for people. This file knows how it looks, in colours if it is a terminal.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};

use super::{Counts, groups};
use crate::run::{NOT_TRIED, Run, Status, Tried};

const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const NOTE: Style = AnsiColor::Yellow.on_default();
const FAINT: Style = Style::new().dimmed();

/// Prints the summary by group, then each failure.
pub(crate) fn print(run: &Run<'_>) {
    let mut out = anstream::stdout().lock();
    // Whoever closes the pipe has read enough.
    let _ = out.write_all(report(run).as_bytes());
}

fn report(run: &Run<'_>) -> String {
    let mut text = format!("{} {}\n\n", run.name, run.version);
    let head = ["passed", "failed", "known", "skipped"];
    let row = |name: &str, numbers: [String; 4]| {
        let [passed, failed, known, skipped] = numbers;
        format!("{name:<14}{passed:>8}{failed:>8}{known:>8}{skipped:>9}\n")
    };
    text += &row("", head.map(str::to_owned));
    let numbers = |counts: Counts| {
        [counts.passed, counts.failed, counts.known, counts.skipped].map(|n| n.to_string())
    };
    for (name, cases) in groups(run) {
        text += &row(name, numbers(Counts::of(cases.into_iter())));
    }
    let counts = Counts::of(run.tried.iter());
    text += &row("all", numbers(counts));

    let mut not_tried = Vec::new();
    for tried in &run.tried {
        match &tried.status {
            Status::Failed(what) if what.starts_with(NOT_TRIED) => not_tried.push(what),
            Status::Failed(what) => text += &failure(tried, what),
            _ => {}
        }
    }
    if let Some(why) = not_tried.first() {
        text += &format!("\n{BAD}FAIL{BAD:#} {} more, {why}\n", not_tried.len());
    }
    for note in &run.notes {
        text += &format!("\n{NOTE}note{NOTE:#} {note}\n");
    }
    text += "\n";
    text += &if run.is_fine() {
        format!("{GOOD}all as it should be{GOOD:#}\n")
    } else if run.all_skipped() {
        format!("{BAD}nothing was tried: all is skipped{BAD:#}\n")
    } else {
        format!("{BAD}{} failed{BAD:#}\n", counts.failed)
    };
    text
}

fn failure(tried: &Tried<'_>, what: &str) -> String {
    let case = tried.case;
    let mut text = format!("\n{BAD}FAIL{BAD:#} {}\n", case.id);
    for line in what.lines() {
        text += &format!("  {line}\n");
    }
    text += &format!("  {FAINT}case{FAINT:#}  {}\n", case.comment);
    text += &format!("  {FAINT}rule{FAINT:#}  {}\n", case.spec);
    for why in &case.flags {
        text += &format!("  {FAINT}why{FAINT:#}   {why}\n");
    }
    text
}
