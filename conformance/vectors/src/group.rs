//! What all groups have in common: the head of a file, and the frame of a case.
//! Nothing here knows what a case is about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One file of vectors: `I` is what a case gives, `E` what it expects.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Group<I, E> {
    /// The version of the format.
    pub schema: u32,
    /// The name of the group, which is the file's name and the first part of each id.
    pub group: String,
    /// What the group is about.
    pub about: String,
    /// When an implementation's answer agrees with an expectation.
    pub relation: Relation,
    /// The flags that the cases carry, by name.
    pub flags: BTreeMap<String, Entry>,
    /// The policies that acceptable cases name, by name.
    pub policies: BTreeMap<String, Entry>,
    /// The cases, in an order without meaning.
    pub cases: Vec<Case<I, E>>,
}

impl<I, E> Group<I, E> {
    /// The case with this id.
    #[must_use]
    pub fn case(&self, id: &str) -> Option<&Case<I, E>> {
        self.cases.iter().find(|case| case.id == id)
    }
}

/// The explanation of a flag or of a policy.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What it means, and who gets it wrong.
    pub about: String,
}

/// When an implementation's answer agrees with an expectation.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Every stage is equal, byte for byte.
    Bytes,
    /// The request means the same and its own digests are right; its bytes may differ.
    Verifies,
    /// The values are equal as JSON.
    Json,
}

/// One case.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Case<I, E> {
    /// The permanent name, `group/kebab-case`.
    pub id: String,
    /// The fault that the case hunts, in one sentence.
    pub comment: String,
    /// Names from [`Group::flags`].
    pub flags: Vec<String>,
    /// Where the behaviour is written down.
    pub spec: String,
    /// Where the expected values are from: `quoted: …` or `computed: …`.
    pub source: String,
    /// What the implementation is given.
    pub input: I,
    /// What it must answer; absent if and only if it must refuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<E>,
    /// The verdict.
    pub result: Outcome,
    /// A name from [`Group::policies`]; present if and only if the case is acceptable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The layer that must refuse; present if and only if the case is invalid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// The verdict of a case.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The implementation must answer as expected.
    Valid,
    /// The implementation must refuse, in the layer named by [`Case::refusal`].
    Invalid,
    /// The implementation may answer as expected, or otherwise as the policy says.
    Acceptable,
}
