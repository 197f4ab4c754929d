//! The laws as tests: `executor_suite!`, what is known to fail, and the report. This file judges
//! verdicts; what a law demands is elsewhere.

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    path::Path,
    process::Command,
};

use serde_json::{Value, json};

use super::{Broken, Kept, LAWS, Law, Storm, Subject, Verdict, soak};

/// Makes a test of each law, in a module `asynchronous` or `blocking`.
///
/// Both kinds take the executor's name and how to build it from a
/// [`Transport`](pusher_client::Transport); an async one also takes what drives its calls, from
/// several threads at once: `pollster::block_on` if any will do, otherwise its runtime's. An adapter
/// that is both has two invocations.
///
/// ```
/// # mod laws {
/// # type Mine = pusher_client::BlockingFn<fn(pusher_client::Request) -> Result<pusher_client::Response, std::io::Error>>;
/// # fn with(_: pusher_client::Transport) -> std::io::Result<Mine> { Err(std::io::ErrorKind::Other.into()) }
/// pusher_conformance::executor_suite! {
///     executor: "mine",
///     blocking: |transport| with(transport),
///     known_failures: [
///         (coding, "it decodes what it did not ask for", "is not advertised"),
///     ],
/// }
/// # }
/// ```
///
/// and, async, `async: |transport| Mine::with(transport), block_on: pollster::block_on,` in place of
/// `blocking`.
///
/// A known failure is a law, the reason, and a part of what the law says when it is broken. It is
/// still looked at, and must fail so: if it is kept, or broken otherwise, the test fails. Some laws
/// admit none:
///
/// ```compile_fail
/// pusher_conformance::executor_suite! {
///     executor: "mine",
///     blocking: |transport| with(transport),
///     known_failures: [(one_request, "it sends twice", "saw it 2 times")],
/// }
/// ```
///
/// The tests need the usual harness: the laws `proxy` and `discreet` run the test program again, to
/// be alone in a process.
#[macro_export]
macro_rules! executor_suite {
    (
        executor: $name:expr,
        async: $build:expr,
        block_on: $block_on:expr,
        known_failures: [$($known:tt),* $(,)?] $(,)?
    ) => {
        mod asynchronous {
            #[allow(unused_imports)]
            use super::*;

            $crate::__laws! {
                $crate::laws::Subject::asynchronous($name, $build, $block_on), [$($known),*]
            }
        }
    };
    (
        executor: $name:expr,
        blocking: $build:expr,
        known_failures: [$($known:tt),* $(,)?] $(,)?
    ) => {
        mod blocking {
            #[allow(unused_imports)]
            use super::*;

            $crate::__laws! { $crate::laws::Subject::blocking($name, $build), [$($known),*] }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __laws {
    ($subject:expr, [$(($law:ident, $reason:expr, $fragment:expr $(,)?)),*]) => {
        fn subject() -> $crate::laws::Subject {
            $subject
        }

        const KNOWN: &[$crate::laws::suite::Known] =
            &[$($crate::laws::suite::Known::new(stringify!($law), $reason, $fragment)),*];

        $crate::__laws! {
            @tests exact_target exact_body every_status no_redirect one_request own_response
            right_peer whole_body final_response faithful_fields opaque_bytes coding bounded no_hang
            cancel tls proxy discreet
        }
    };
    (@tests $($law:ident)*) => {
        $(
            #[test]
            fn $law() {
                $crate::laws::suite::hold(
                    &subject(),
                    stringify!($law),
                    KNOWN,
                    concat!(module_path!(), "::", stringify!($law)),
                );
            }
        )*

        #[test]
        fn soak() {
            $crate::laws::suite::weather(&subject(), concat!(module_path!(), "::soak"));
        }

        #[test]
        fn all_laws_are_here() {
            $crate::laws::suite::complete(&[$(stringify!($law)),*]);
        }
    };
}

/// A law that an executor is known to break.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    law: &'static str,
    reason: &'static str,
    fragment: &'static str,
}

impl Known {
    /// The law, the reason, and a part of what the law says when it is broken.
    ///
    /// # Panics
    ///
    /// If there is no such law, or it admits no known failure; in a constant, which is what
    /// [`executor_suite!`](crate::executor_suite) makes of it, the compiler says so.
    #[expect(clippy::panic, reason = "it happens while a test is compiled")]
    pub const fn new(law: &'static str, reason: &'static str, fragment: &'static str) -> Self {
        if fragment.is_empty() || reason.is_empty() {
            panic!("a known failure needs a reason and a part of the law's message");
        }
        let mut left: &[Law] = &LAWS;
        while let [first, rest @ ..] = left {
            if is_one_of(law.as_bytes(), &[first.id.as_bytes()]) {
                if first.may_fail {
                    return Self { law, reason, fragment };
                }
                panic!("this law admits no known failure: configure the executor otherwise");
            }
            left = rest;
        }
        panic!("there is no such law")
    }
}

pub(super) const fn is_one_of(text: &[u8], mut others: &[&[u8]]) -> bool {
    while let [other, rest @ ..] = others {
        let (mut left, mut right) = (text, *other);
        while let ([a, text @ ..], [b, other @ ..]) = (left, right) {
            if *a != *b {
                break;
            }
            (left, right) = (text, other);
        }
        if left.is_empty() && right.is_empty() {
            return true;
        }
        others = rest;
    }
    false
}

/// Fails the test unless the law is kept, or broken as it is known to be.
///
/// # Panics
///
/// That is how a test fails.
#[expect(clippy::panic, reason = "that is how a test fails")]
pub fn hold(subject: &Subject, law: &str, known: &[Known], test: &str) {
    let Some(law) = LAWS.iter().find(|listed| listed.id == law) else {
        panic!("there is no law {law}")
    };
    let verdict = match (law.id, is_alone(test)) {
        ("proxy" | "discreet", false) => elsewhere(test),
        (_, alone) => {
            let verdict = (law.check)(subject);
            if alone {
                return hand_over(&verdict);
            }
            verdict
        }
    };
    if let Err(sentence) = judge(subject, law, known, &verdict) {
        panic!("{sentence}");
    }
}

/// What a verdict means, given what is known.
fn judge(subject: &Subject, law: &Law, known: &[Known], verdict: &Verdict) -> Result<(), String> {
    let known = known.iter().find(|known| known.law == law.id);
    let who = format!("{} ({})", subject.name(), kind(subject));
    let (outcome, reason, judged) = match (verdict, known) {
        (Ok(kept), None) if kept.not_applicable => ("not applicable", "", Ok(())),
        (Ok(_), None) => ("kept", "", Ok(())),
        (Ok(_), Some(known)) => (
            "kept after all",
            known.reason,
            Err(format!(
                "{who} keeps the law `{}`, which is on its list of known failures: take it off",
                law.id
            )),
        ),
        (Err(broken), Some(known)) if broken.to_string().contains(known.fragment) => {
            ("known failure", known.reason, Ok(()))
        }
        (Err(broken), Some(known)) => (
            "broken",
            known.reason,
            Err(format!(
                "{who} breaks the law `{}` otherwise than it is known to ({:?}): {broken}",
                law.id, known.fragment
            )),
        ),
        (Err(broken), None) => {
            ("broken", "", Err(format!("{who} breaks the law `{}`: {broken}", law.id)))
        }
    };
    let details = match verdict {
        Ok(kept) => kept.notes.clone(),
        Err(broken) => vec![broken.to_string()],
    };
    report(&json!({
        "executor": subject.name(), "kind": kind(subject), "law": law.id,
        "outcome": outcome, "reason": reason, "details": details,
    }))
    .map_err(|error| format!("PUSHER_LAWS_REPORT cannot be written: {error}"))?;
    judged
}

fn kind(subject: &Subject) -> &'static str {
    if subject.is_blocking() { "blocking" } else { "async" }
}

fn report(line: &Value) -> io::Result<()> {
    let Some(folder) = std::env::var_os("PUSHER_LAWS_REPORT") else { return Ok(()) };
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let name = line.get("executor").and_then(Value::as_str).unwrap_or("executor");
    let file = folder.join(format!("{}.jsonl", name.replace(['/', '\\'], "-")));
    // In one piece, since other tests write, too.
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)?
        .write_all(format!("{line}\n").as_bytes())
}

/// Fails the test unless the executor weathers a storm, with and without dropped calls.
///
/// # Panics
///
/// That is how a test fails.
#[expect(clippy::panic, reason = "that is how a test fails")]
pub fn weather(subject: &Subject, test: &str) {
    let verdict = if is_alone(test) {
        return hand_over(&storms(subject));
    } else {
        elsewhere(test)
    };
    let (outcome, details) = match &verdict {
        Ok(kept) => ("kept", kept.notes.clone()),
        Err(broken) => ("broken", vec![broken.to_string()]),
    };
    let line = json!({
        "executor": subject.name(), "kind": kind(subject), "law": "soak",
        "outcome": outcome, "reason": "", "details": details,
    });
    if let Err(error) = report(&line) {
        panic!("PUSHER_LAWS_REPORT cannot be written: {error}");
    }
    if let Err(broken) = verdict {
        panic!("{} ({}) does not weather a storm: {broken}", subject.name(), kind(subject));
    }
}

fn storms(subject: &Subject) -> Verdict {
    let calls = std::env::var("PUSHER_LAWS_CALLS").ok().and_then(|text| text.parse().ok());
    let storm =
        Storm { calls: calls.unwrap_or(400), in_flight: 64, drops: false, seed: 20_261_124 };
    let mut notes = vec![soak(subject, storm)?.to_string()];
    if !subject.is_blocking() {
        notes.push(soak(subject, Storm { drops: true, ..storm })?.to_string());
    }
    Ok(Kept { notes, ..Kept::default() })
}

/// Fails the test unless these are the laws, in order.
///
/// # Panics
///
/// That is how a test fails.
pub fn complete(laws: &[&str]) {
    assert!(LAWS.iter().map(|law| law.id).eq(laws.iter().copied()), "the suite lacks a law");
}

const ALONE: &str = "PUSHER_LAWS_ALONE";
const VERDICT: &str = "the verdict of the laws: ";

fn is_alone(test: &str) -> bool {
    std::env::var(ALONE).is_ok_and(|alone| alone == test)
}

/// Runs the test in a process of its own: with nothing else that logs, and in an environment whose
/// proxy is not there.
fn elsewhere(test: &str) -> Verdict {
    let path = test.split_once("::").map_or(test, |(_crate, path)| path);
    let mut program = Command::new(std::env::current_exe()?);
    program.args([path, "--exact", "--nocapture", "--test-threads=1"]).env(ALONE, test);
    for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
    {
        program.env(name, "http://127.0.0.1:9");
    }
    for name in ["no_proxy", "NO_PROXY"] {
        program.env_remove(name);
    }
    let output = program.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let verdict = text.split_once(VERDICT).and_then(|(_, rest)| rest.lines().next());
    let verdict = verdict.and_then(|line| serde_json::from_str::<Value>(line).ok());
    let Some(verdict) = verdict else {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Broken::new(format!(
            "{path} alone in a process came to no verdict ({}): {text}{said}",
            output.status
        )));
    };
    if let Some(broken) = verdict.get("broken").and_then(Value::as_str) {
        return Err(Broken::new(broken));
    }
    let notes = verdict.get("notes").and_then(Value::as_array).into_iter().flatten();
    let notes = notes.filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(Kept { notes, ..Kept::default() })
}

fn hand_over(verdict: &Verdict) {
    let verdict = match verdict {
        Ok(kept) => json!({ "notes": kept.notes }),
        Err(broken) => json!({ "broken": broken.to_string() }),
    };
    // Past the harness, which would keep what is printed.
    let _nobody_reads = writeln!(io::stdout(), "\n{VERDICT}{verdict}");
}
