//! The report in JUnit's format, which CI services show. This file knows how the outcomes are written there.

use std::{fs::File, path::Path};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::groups;
use crate::run::{Run, Status, Tried};

/// Writes the report: a suite for each group.
pub(crate) fn write(run: &Run<'_>, file: &Path) -> Result<(), String> {
    let mut report = Report::new(format!("{} {}", run.name, run.version));
    for (name, cases) in groups(run) {
        let mut suite = TestSuite::new(name);
        suite.add_test_cases(cases.into_iter().map(case));
        report.add_test_suite(suite);
    }
    let about = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let out = File::create(file).map_err(|error| about(&error))?;
    report.serialize(out).map_err(|error| about(&error))
}

fn case(tried: &Tried<'_>) -> TestCase {
    let status = match &tried.status {
        Status::Passed => TestCaseStatus::success(),
        Status::Failed(text) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(text.lines().next().unwrap_or_default()).set_description(text);
            status
        }
        Status::Known { reason, .. } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("known to fail: {reason}"));
            status
        }
        Status::Skipped(why) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(why);
            status
        }
    };
    let name = tried.case.id.rsplit('/').next().unwrap_or(&tried.case.id);
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("conform.{}", tried.case.group));
    case
}
