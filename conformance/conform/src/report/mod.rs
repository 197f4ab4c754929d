//! What came of a run, for people and for programs. Each form has a file; this one counts.

pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod text;

use crate::run::{Run, Status, Tried};

/// How many cases ended in which way.
#[derive(Clone, Copy, Default)]
struct Counts {
    passed: usize,
    failed: usize,
    known: usize,
    skipped: usize,
}

impl Counts {
    fn of<'a, 'b: 'a>(tried: impl Iterator<Item = &'a Tried<'b>>) -> Self {
        let mut counts = Self::default();
        for tried in tried {
            *match tried.status {
                Status::Passed => &mut counts.passed,
                Status::Failed(_) => &mut counts.failed,
                Status::Known { .. } => &mut counts.known,
                Status::Skipped(_) => &mut counts.skipped,
            } += 1;
        }
        counts
    }
}

/// The groups in the order of the run, each with its cases.
fn groups<'r, 'a>(run: &'r Run<'a>) -> Vec<(&'a str, Vec<&'r Tried<'a>>)> {
    let mut groups: Vec<(&str, Vec<_>)> = Vec::new();
    for tried in &run.tried {
        match groups.iter_mut().find(|(name, _)| *name == tried.case.group) {
            Some((_, cases)) => cases.push(tried),
            None => groups.push((&tried.case.group, vec![tried])),
        }
    }
    groups
}
