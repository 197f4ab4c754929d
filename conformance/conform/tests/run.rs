//! The runner against children that are right, and against children that are each wrong in one way. This file
//! knows what the runner prints and how it exits; the children are in `child.py`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
    time::{Duration, Instant},
};

const CONFORM: &str = env!("CARGO_BIN_EXE_conform");
const CHILD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/child.py");

/// What a run printed, and how it ended.
struct Ended {
    code: i32,
    text: String,
}

impl Ended {
    fn of(output: Output) -> Self {
        let text = [output.stdout, output.stderr].concat();
        Self {
            code: output.status.code().expect("an exit code"),
            text: String::from_utf8(text).expect("UTF-8"),
        }
    }

    #[track_caller]
    fn is(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}", self.text);
        for word in words {
            assert!(self.text.contains(word), "no {word:?} in:\n{}", self.text);
        }
        self
    }
}

fn conform(arguments: &[&str]) -> Ended {
    let output = Command::new(CONFORM).args(arguments).output().expect("the program runs");
    Ended::of(output)
}

/// Runs one group or case against the child in this mode.
fn run(mode: &str, only: &str, more: &[&str]) -> Ended {
    let child = ["--", "python3", CHILD, mode];
    conform(&[&["run", "--only", only][..], more, &child].concat())
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).expect("a folder to write to");
    path
}

#[test]
fn our_own_library_passes_but_for_what_is_known() {
    let known = concat!(env!("CARGO_MANIFEST_DIR"), "/known-failing.txt");
    let arguments = ["run", "--known-failing", known, "--", CONFORM, "harness"];
    conform(&arguments).is(0, &["pusher-core", "all as it should be"]);
}

#[test]
fn a_child_that_is_right_passes_what_it_does_not_skip() {
    let ended = run("right", "names", &[]).is(0, &["child 1", "names", "all as it should be"]);
    assert!(!ended.text.contains('\u{1b}'), "colours, where there is no terminal");
}

#[test]
fn a_failure_says_what_was_expected_what_came_and_why_it_matters() {
    run("wrong", "signing/hmac-short-key", &[]).is(
        1,
        &[
            "FAIL signing/hmac-short-key",
            "auth_signature: expected \"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\"",
            "came \"0000000000",
            "case  ",
            "rule  ",
            "1 failed",
        ],
    );
}

#[test]
fn an_answer_that_tells_no_stage_is_a_failure() {
    run("mute", "signing/hmac-short-key", &[]).is(1, &["told nothing", "auth_signature"]);
}

#[test]
fn a_refusal_may_name_no_layer_but_not_another_one() {
    run("no-layer", "names/socket-id-empty", &[]).is(0, &[]);
    run("other-layer", "names/socket-id-empty", &[])
        .is(1, &["had to refuse in the layer socket-id", "refused in the layer app: no socket_id"]);
}

#[test]
fn what_must_be_refused_must_not_be_answered() {
    run("credulous", "names/socket-id-empty", &[]).is(1, &["had to refuse", "answered {}"]);
}

#[test]
fn what_must_be_answered_must_not_be_refused() {
    run("timid", "names/socket-id-documented", &[])
        .is(1, &["had to answer, and refused in the layer socket-id: no socket_id"]);
}

#[test]
fn one_that_falls_is_started_anew() {
    let ended = run("crash-once", "names", &[]);
    let ended =
        ended.is(1, &["FAIL names/socket-id-documented", "exit status: 9", "about to fall"]);
    assert!(ended.text.contains("\n1 failed"), "{}", ended.text);
}

#[test]
fn one_that_falls_each_time_is_given_up() {
    let ended = run("crash", "names", &[]);
    let ended = ended.is(1, &["exit status: 9", "more, not tried: 5 restarts in a row"]);
    assert_eq!(ended.text.matches("about to fall").count(), 6);
}

#[test]
fn one_that_hangs_is_ended() {
    let before = Instant::now();
    run("hang", "names/socket-id-documented", &["--timeout", "0.3"])
        .is(1, &["no answer within 0.3 s"]);
    assert!(before.elapsed() < Duration::from_secs(20));
}

#[test]
fn stdout_is_for_answers_only() {
    run("chatter", "names", &[]).is(1, &["is no JSON object", "working on it", "stderr"]);
    // Whether it comes before the next question or after it, is a matter of luck.
    run("speaks-late", "names/socket-id-documented", &["--only", "names/socket-id-zeros"])
        .is(1, &["one word more"]);
    run("other-id", "names", &[]).is(1, &["answered another case"]);
    run("two-answers", "names", &[]).is(1, &["expected one of"]);
}

#[test]
fn what_cannot_be_tried_exits_with_2() {
    run("no-start", "names", &[])
        .is(2, &["did not start", "exit status: 3", "cannot find my library"]);
    conform(&["run", "--", "/no/such/program"]).is(2, &["/no/such/program cannot be started"]);
    conform(&["run", "--only", "nonsense", "--", "true"]).is(2, &["--only nonsense"]);
    conform(&["run"]).is(2, &["COMMAND"]);
    conform(&["run", "--timeout", "0", "--", "true"]).is(2, &["no case ends in no time"]);
    conform(&["run", "--vectors", "/no/such/file", "--", "true"]).is(2, &["/no/such/file"]);
}

#[test]
fn a_run_that_skips_everything_proves_nothing() {
    run("skips", "names", &[]).is(1, &["nothing was tried"]);
}

#[test]
fn an_end_with_an_error_is_noted() {
    run("bad-end", "names/socket-id-documented", &[]).is(0, &["note", "exit status: 4"]);
}

#[test]
fn a_case_that_is_known_to_fail_must_fail() {
    let known = file("known", "# what is wrong\n\nsigning/hmac-short-key  the key is ignored\n");
    let known = known.to_str().unwrap();
    run("wrong", "signing/hmac-short-key", &["--known-failing", known]).is(0, &[]);
    run("right", "signing/hmac-short-key", &["--known-failing", known])
        .is(1, &["it passes, but is listed as failing (the key is ignored)"]);
    run("skips", "signing/hmac-short-key", &["--known-failing", known])
        .is(1, &["it is skipped, but"]);
}

#[test]
fn a_list_of_known_failures_is_read_with_care() {
    for (name, text, words) in [
        (
            "unknown-id",
            "names/no-such-case  reason\n",
            "line 1: there is no case names/no-such-case",
        ),
        ("no-reason", "\nsigning/hmac-short-key\n", "line 2: signing/hmac-short-key has no reason"),
        ("twice", "signing/hmac-greeting\ta\nsigning/hmac-greeting\tb\n", "is there twice"),
    ] {
        let known = file(name, text);
        run("right", "signing", &["--known-failing", known.to_str().unwrap()]).is(2, &[words]);
    }
}

#[test]
fn a_policy_that_is_followed_and_left_is_noted() {
    let cases = ["--only", "names/channel-200-characters"];
    run("wavers", "names/channel-165-characters", &cases).is(
        0,
        &[
            "note",
            "channel-names-to-200 is followed in names/channel-",
            " and left in names/channel-",
        ],
    );
}

#[test]
fn a_text_of_ones_own_is_judged_by_its_meaning() {
    run("right", "channel-auth/member-user-info", &[]).is(0, &[]);
    run("other-member", "channel-auth/member-user-info", &[])
        .is(1, &["reply: expected", "somebody"]);
}

#[test]
fn a_request_is_judged_as_it_arrived() {
    let case = "requests/docs-trigger";
    run("right", case, &[]).is(0, &[]);
    run("chunked", case, &[]).is(0, &[]);
    run("silent", case, &[]).is(1, &["no request had arrived"]);
    run("twice", case, &[]).is(1, &["one request is expected, and 2 arrived"]);
    run("wrong-secret", case, &[])
        .is(1, &["auth_signature: expected", "for the string to sign \"POST\\n"]);
    run("no-md5", case, &[]).is(1, &["body_md5 is missing"]);
    run("old", case, &[]).is(1, &["auth_timestamp: expected the time"]);
    run("extra-parameter", case, &[]).is(1, &["query: expected []", "[[\"extra\",\"1\"]]"]);
    run("no-type", case, &[]).is(1, &["content-type: expected application/json"]);
    run("other-body", case, &[]).is(1, &["body: expected", "\"data\":\"other\""]);
    run("sends-all", "requests/channels-101", &[])
        .is(1, &["but only after it had sent POST /apps/"]);
}

#[test]
fn an_acceptable_request_may_follow_the_policy_or_the_rule() {
    for mode in ["right", "channel-member"] {
        run(mode, "requests/single-channel-member", &[]).is(0, &[]);
    }
    run("other-body", "requests/single-channel-member", &[]).is(1, &["body: expected"]);
}

#[test]
fn reports_for_programs_name_every_case() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (json, junit) = (folder.join("report.json"), folder.join("report.xml"));
    let files = ["--json", json.to_str().unwrap(), "--junit", junit.to_str().unwrap()];
    run("wrong", "signing", &files).is(1, &[]);

    let report: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(report["implementation"]["name"], "child");
    let cases = report["cases"].as_array().unwrap();
    assert_eq!(cases.len(), pusher_vectors::signing().cases.len());
    let short = cases.iter().find(|case| case["id"] == "signing/hmac-short-key").unwrap();
    assert_eq!(short["outcome"], "failed");
    assert!(short["text"].as_str().unwrap().starts_with("auth_signature: expected"));
    assert_eq!(report["groups"]["signing"]["failed"], report["total"]["failed"]);

    let junit = fs::read_to_string(junit).unwrap();
    assert!(
        junit.contains("<testcase name=\"hmac-short-key\" classname=\"conform.signing\""),
        "{junit}"
    );
    assert!(junit.contains("<failure message=\"auth_signature: expected"), "{junit}");
}

#[test]
fn the_list_names_cases_and_their_faults() {
    let ended = conform(&["list", "--only", "names"]).is(0, &["names/socket-id-documented  "]);
    assert_eq!(ended.text.lines().count(), pusher_vectors::names().cases.len());
}

#[test]
fn vectors_may_come_from_files() {
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors");
    let one = format!("{vectors}/names.json");
    let all = conform(&["list", "--vectors", vectors]).is(0, &["signing/", "user-auth/"]);
    assert_eq!(all.text.lines().count(), conform(&["list"]).text.lines().count());
    conform(&["list", "--vectors", &one]).is(0, &["names/"]);
    let broken = file("broken.json", "{}");
    conform(&["list", "--vectors", broken.to_str().unwrap()]).is(2, &["is no file of vectors"]);
    conform(&["list", "--vectors", &one, "--vectors", &one]).is(2, &["is there twice"]);
}
