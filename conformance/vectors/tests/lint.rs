//! The vectors as literature: ids, flags, policies, sources and formatting.
//! Whether the expected values are right is the oracle's question, not this file's.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use pusher_vectors::{
    CHANNEL_AUTH, ENCRYPTION, Group, NAMES, Outcome, REQUESTS, RESPONSES, SIGNING, Text, URLS,
    USER_AUTH, WEBHOOKS, channel_auth, encryption, names, requests, responses, signing, urls,
    user_auth, webhooks,
};
use serde::{Serialize, de::DeserializeOwned};

/// The parts of a case that the lints look at, whatever its group.
struct Frame {
    group: String,
    id: String,
    comment: String,
    flags: Vec<String>,
    spec: String,
    source: String,
    expects: bool,
    result: Outcome,
    policy: Option<String>,
    refusal: Option<String>,
}

fn frames<I, E>(group: Group<I, E>) -> Vec<Frame> {
    let name = group.group;
    let frame = |case: pusher_vectors::Case<I, E>| Frame {
        group: name.clone(),
        id: case.id,
        comment: case.comment,
        flags: case.flags,
        spec: case.spec,
        source: case.source,
        expects: case.expect.is_some(),
        result: case.result,
        policy: case.policy,
        refusal: case.refusal,
    };
    group.cases.into_iter().map(frame).collect()
}

fn all() -> Vec<Frame> {
    [
        frames(signing()),
        frames(requests()),
        frames(responses()),
        frames(urls()),
        frames(encryption()),
        frames(webhooks()),
        frames(names()),
        frames(channel_auth()),
        frames(user_auth()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn offenders(offends: impl Fn(&Frame) -> bool) -> Vec<String> {
    all().into_iter().filter(offends).map(|case| case.id).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn every_group_has_cases() {
    assert!(!signing().cases.is_empty());
    assert!(!requests().cases.is_empty());
    assert!(!responses().cases.is_empty());
    assert!(!urls().cases.is_empty());
    assert!(!encryption().cases.is_empty());
    assert!(!webhooks().cases.is_empty());
    assert!(!names().cases.is_empty());
    assert!(!channel_auth().cases.is_empty());
    assert!(!user_auth().cases.is_empty());
}

#[test]
fn ids_are_unique() {
    let mut seen = BTreeSet::new();
    for case in all() {
        assert!(seen.insert(case.id.clone()), "{} occurs twice", case.id);
    }
}

#[test]
fn ids_are_kebab_case_in_their_group() {
    let kebab = |name: &str| {
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        name.split('-').all(word)
    };
    let fits = |case: &Frame| {
        let name =
            case.id.strip_prefix(case.group.as_str()).and_then(|rest| rest.strip_prefix('/'));
        name.is_some_and(kebab)
    };
    assert_eq!(offenders(|case| !fits(case)), NONE);
}

#[test]
fn comment_spec_and_source_are_written() {
    assert_eq!(offenders(|case| case.comment.trim().is_empty()), NONE);
    assert_eq!(offenders(|case| case.spec.trim().is_empty()), NONE);
    let sourced = |source: &str| {
        let named = source.strip_prefix("quoted: ").or_else(|| source.strip_prefix("computed: "));
        named.is_some_and(|name| !name.trim().is_empty())
    };
    assert_eq!(offenders(|case| !sourced(&case.source)), NONE);
}

#[test]
fn policy_goes_with_acceptable() {
    assert_eq!(
        offenders(|case| case.policy.is_some() != (case.result == Outcome::Acceptable)),
        NONE
    );
}

#[test]
fn refusal_goes_with_invalid() {
    assert_eq!(offenders(|case| case.refusal.is_some() != (case.result == Outcome::Invalid)), NONE);
}

#[test]
fn expect_goes_with_all_but_invalid() {
    assert_eq!(offenders(|case| case.expects == (case.result == Outcome::Invalid)), NONE);
}

#[test]
fn flags_and_policies_are_explained_and_used() {
    fn check<I, E>(group: Group<I, E>) {
        let flags: BTreeSet<_> = group.cases.iter().flat_map(|case| &case.flags).collect();
        assert_eq!(flags, group.flags.keys().collect(), "flags of {}", group.group);
        let policies: BTreeSet<_> =
            group.cases.iter().filter_map(|case| case.policy.as_ref()).collect();
        assert_eq!(policies, group.policies.keys().collect(), "policies of {}", group.group);
        for (name, entry) in group.flags.iter().chain(&group.policies) {
            assert!(!entry.about.trim().is_empty(), "{name} is not explained");
        }
    }
    check(signing());
    check(requests());
    check(responses());
    check(urls());
    check(encryption());
    check(webhooks());
    check(names());
    check(channel_auth());
    check(user_auth());
}

#[test]
fn no_case_carries_a_flag_twice() {
    assert_eq!(
        offenders(|case| case.flags.iter().collect::<BTreeSet<_>>().len() != case.flags.len()),
        NONE
    );
}

/// Read into the types and written again, a file is the same text: two spaces, members in the
/// order of the types, nothing escaped that prints, a line feed at the end.
#[test]
fn files_are_in_canonical_form() {
    fn check<T: DeserializeOwned + Serialize>(name: &str, text: &str) {
        let parsed: T = serde_json::from_str(text).unwrap();
        let mut again = serde_json::to_string_pretty(&parsed).unwrap();
        again.push('\n');
        let difference =
            text.lines().zip(again.lines()).enumerate().find(|(_, (ours, theirs))| ours != theirs);
        if let Some((at, (ours, theirs))) = difference {
            panic!("{name}.json, line {}: found {ours:?}, canonical is {theirs:?}", at + 1);
        }
        assert!(text == again, "{name}.json ends differently");
    }
    check::<Group<signing::Input, signing::Stages>>("signing", SIGNING);
    check::<Group<requests::Input, requests::Request>>("requests", REQUESTS);
    check::<Group<responses::Input, responses::Expected>>("responses", RESPONSES);
    check::<Group<urls::Input, urls::Address>>("urls", URLS);
    check::<Group<encryption::Input, encryption::Stages>>("encryption", ENCRYPTION);
    check::<Group<webhooks::Input, webhooks::Delivery>>("webhooks", WEBHOOKS);
    check::<Group<names::Input, names::Name>>("names", NAMES);
    check::<Group<channel_auth::Input, channel_auth::Answer>>("channel-auth", CHANNEL_AUTH);
    check::<Group<user_auth::Input, user_auth::Answer>>("user-auth", USER_AUTH);
}

#[test]
fn a_mistyped_member_is_an_error() {
    let mistyped = [
        SIGNING.replacen("\"comment\":", "\"coment\":", 1),
        SIGNING.replacen("\"auth_timestamp\":", "\"timestamp\":", 1),
        SIGNING.replacen("\"body_md5\":", "\"body_md\":", 1),
        SIGNING.replacen("\"policies\":", "\"policy\":", 1),
    ];
    for text in mistyped {
        assert!(text != SIGNING);
        assert!(serde_json::from_str::<Group<signing::Input, signing::Stages>>(&text).is_err());
    }
    let repeated = "{\"repeat\": \"a\", \"times\": 2, \"more\": 1}";
    assert!(serde_json::from_str::<Text>(repeated).is_err());
}
