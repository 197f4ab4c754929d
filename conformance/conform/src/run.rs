//! The conversation: each case goes to the implementation, and its answer to the judge. This file knows the
//! protocol and when a process is started anew; it does not judge and does not report.

use std::{sync::Arc, time::Duration};

use pusher_vectors::Outcome;
use serde_json::{Map, Value, json};

use crate::{
    child::{Child, shown},
    judge::{self, Choice, Verdict},
    known::Known,
    observe::{Answer, Observer},
    vectors::Case,
};

/// So often in a row it is started anew without an answer, and then no more.
const RESTARTS: u32 = 5;
/// How the failure of a case begins that was given up on.
pub(crate) const NOT_TRIED: &str = "not tried: ";

/// What the implementation said.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Ok(Map<String, Value>),
    Refused { layer: Option<String>, message: Option<String> },
    Skipped(String),
}

/// How a case ended.
#[derive(Clone, Debug)]
pub(crate) enum Status {
    Passed,
    Failed(String),
    /// It failed, as was known.
    Known {
        text: String,
        reason: String,
    },
    Skipped(String),
}

/// A case and how it ended.
pub(crate) struct Tried<'a> {
    pub(crate) case: &'a Case,
    pub(crate) status: Status,
    pub(crate) choice: Option<Choice>,
}

/// All that came of a run.
pub(crate) struct Run<'a> {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) tried: Vec<Tried<'a>>,
    /// What is worth knowing but no failure.
    pub(crate) notes: Vec<String>,
}

impl Run<'_> {
    /// Nothing failed that should not, and something was tried.
    pub(crate) fn is_fine(&self) -> bool {
        let failed = |tried: &Tried<'_>| matches!(tried.status, Status::Failed(_));
        !self.tried.iter().any(failed) && !self.all_skipped()
    }

    /// Nothing was tried.
    pub(crate) fn all_skipped(&self) -> bool {
        self.tried.iter().all(|tried| matches!(tried.status, Status::Skipped(_)))
    }
}

/// Runs the cases in their order.
pub(crate) fn run<'a>(
    cases: &[&'a Case],
    known: &Known,
    command: &[String],
    timeout: Duration,
) -> Result<Run<'a>, String> {
    let observer = Observer::new().map_err(|error| format!("no port to listen on: {error}"))?;
    let mut talk = Talk { command, timeout, child: None, barren: 0, observer };
    let (mut child, name, version) = talk.begin()?;
    let mut run = Run { name, version, tried: Vec::new(), notes: Vec::new() };
    talk.child = Some(child);
    for case in cases {
        let (status, choice) = match talk.try_case(case) {
            Verdict::Passed(choice) => (Status::Passed, choice),
            Verdict::Failed(text) => (Status::Failed(text), None),
            Verdict::Skipped(why) => (Status::Skipped(why), None),
        };
        let status = match known.get(&case.id) {
            Some(reason) => as_known(status, reason),
            None => status,
        };
        run.tried.push(Tried { case, status, choice });
    }
    if let Some(open) = talk.child.take() {
        child = open;
        if let Err(problem) = child.stop(json!({ "command": "stop" }).to_string(), timeout) {
            run.notes.push(format!("At the end: {problem}"));
        }
    }
    run.notes.extend(judge::mixed_policies(&run.tried));
    Ok(run)
}

fn as_known(status: Status, reason: &str) -> Status {
    let stale = |what| {
        let text = format!("it {what}, but is listed as failing ({reason}): remove its line");
        Status::Failed(text)
    };
    match status {
        Status::Failed(text) => Status::Known { text, reason: reason.to_owned() },
        Status::Passed => stale("passes"),
        Status::Skipped(_) => stale("is skipped"),
        known => known,
    }
}

struct Talk<'a> {
    command: &'a [String],
    timeout: Duration,
    child: Option<Child>,
    /// How many processes in a row have answered nothing.
    barren: u32,
    observer: Arc<Observer>,
}

impl Talk<'_> {
    /// Starts a process and asks for its name and version.
    fn begin(&self) -> Result<(Child, String, String), String> {
        let mut child = Child::start(self.command)?;
        let start = json!({ "command": "start", "version": 1 }).to_string();
        // A virtual machine or a compiler may be warming up.
        let answer = child.ask(start, self.timeout.max(Duration::from_secs(60)));
        let answer = answer.map_err(|problem| format!("it did not start: {problem}"))?;
        let said: Option<Value> = serde_json::from_slice(&answer).ok();
        let started = said.as_ref().and_then(|said| said.get("started"));
        let text = |name| Some(started?.get(name)?.as_str()?.to_owned());
        match (text("name"), text("version")) {
            (Some(name), Some(version)) => Ok((child, name, version)),
            _ => Err(child.trouble(&format!(
                "it did not start: expected {{\"started\":{{\"name\":…,\"version\":…}}}}, came {}",
                shown(&answer)
            ))),
        }
    }

    fn try_case(&mut self, case: &Case) -> Verdict {
        if self.barren > RESTARTS {
            return Verdict::Failed(format!(
                "{NOT_TRIED}{RESTARTS} restarts in a row brought no answer"
            ));
        }
        self.observer.expect(match &*case.group {
            "requests" => Some(Answer::satisfying(&case.kind)),
            "responses" => Answer::given(&case.input),
            _ => None,
        });
        match self.ask(case) {
            Ok(reply) => {
                self.barren = 0;
                judge::judge(case, &reply, &self.observer.take())
            }
            Err(problem) => {
                self.child = None;
                self.barren += 1;
                let wanted = match (case.result, case.refusal.as_deref()) {
                    (Outcome::Invalid, Some(layer)) => format!(" (it had to refuse: {layer})"),
                    _ => String::new(),
                };
                Verdict::Failed(problem + &wanted)
            }
        }
    }

    fn ask(&mut self, case: &Case) -> Result<Reply, String> {
        let mut child = match self.child.take() {
            Some(child) => child,
            None => self.begin()?.0,
        };
        let mut message = json!({
            "command": "run", "id": case.id, "group": case.group, "kind": case.kind, "input": case.input,
        });
        if let ("requests" | "responses", Some(members)) = (&*case.group, message.as_object_mut()) {
            members.insert("base_url".to_owned(), self.observer.base_url().into());
        }
        let line = child.ask(message.to_string(), self.timeout)?;
        let reply = read(&line, &case.id)
            .map_err(|problem| child.trouble(&format!("{problem}: {}", shown(&line))))?;
        self.child = Some(child);
        Ok(reply)
    }
}

fn read(line: &[u8], id: &str) -> Result<Reply, &'static str> {
    let Ok(Value::Object(mut said)) = serde_json::from_slice(line) else {
        return Err(
            "its answer is no JSON object (stdout is for answers only, all else goes to stderr)",
        );
    };
    if said.get("id").and_then(Value::as_str) != Some(id) {
        return Err("it answered another case");
    }
    match (said.remove("ok"), said.remove("refused"), said.remove("skipped")) {
        (Some(Value::Object(told)), None, None) => Ok(Reply::Ok(told)),
        (None, Some(Value::Object(why)), None) => {
            let text = |name| why.get(name).and_then(Value::as_str).map(str::to_owned);
            Ok(Reply::Refused { layer: text("layer"), message: text("message") })
        }
        (None, None, Some(Value::String(why))) => Ok(Reply::Skipped(why)),
        _ => Err("expected one of \"ok\":{…}, \"refused\":{…} and \"skipped\":\"why\""),
    }
}
