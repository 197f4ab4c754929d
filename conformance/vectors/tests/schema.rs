//! The JSON Schema of the files: every file fits it, and a file that is spoilt in one place does not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use jsonschema::Validator;
use pusher_vectors::{
    CHANNEL_AUTH, ENCRYPTION, NAMES, REQUESTS, RESPONSES, SIGNING, URLS, USER_AUTH, WEBHOOKS,
};
use serde_json::{Value, json};

const FILES: [&str; 9] =
    [SIGNING, REQUESTS, RESPONSES, URLS, ENCRYPTION, WEBHOOKS, NAMES, CHANNEL_AUTH, USER_AUTH];

fn schema() -> Value {
    serde_json::from_str(include_str!("../schema/vectors.schema.json")).expect("JSON")
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).expect("a schema")
}

fn files() -> impl Iterator<Item = Value> {
    FILES.into_iter().map(|text| serde_json::from_str(text).expect("JSON"))
}

#[test]
fn the_schema_is_one() {
    jsonschema::draft202012::meta::validate(&schema()).expect("a schema of draft 2020-12");
}

#[test]
fn every_file_fits() {
    let validator = validator();
    for file in files() {
        if let Some(error) = validator.iter_errors(&file).next() {
            let at = error.instance_path().to_string();
            let case = at.split('/').nth(2).and_then(|place| place.parse::<usize>().ok());
            let id = case.map(|place| &file["cases"][place]["id"]);
            panic!("{} {id:?} {at}: {error}", file["group"]);
        }
    }
}

/// A file with its first case of that result only, which is then changed.
fn spoilt(file: &Value, result: &str, spoil: impl Fn(&mut Value)) -> Option<Value> {
    let case = file["cases"].as_array()?.iter().find(|case| case["result"] == result)?;
    let mut file = file.clone();
    file["cases"] = json!([case]);
    assert!(validator().is_valid(&file));
    spoil(&mut file);
    Some(file)
}

fn remove(value: &mut Value, name: &str) {
    value.as_object_mut().unwrap().remove(name).unwrap();
}

#[test]
fn a_spoilt_file_does_not_fit() {
    type Spoil = fn(&mut Value);
    let spoils: [(&str, &str, Spoil); 15] = [
        ("another schema", "valid", |file| file["schema"] = json!(2)),
        ("another group", "valid", |file| file["group"] = json!("groups")),
        ("another relation", "valid", |file| file["relation"] = json!("equal")),
        ("no cases", "valid", |file| file["cases"] = json!([])),
        ("more at the head", "valid", |file| file["more"] = json!(1)),
        ("a flag without about", "valid", |file| file["flags"]["empty"] = json!({})),
        ("more in a case", "valid", |file| file["cases"][0]["more"] = json!(1)),
        ("more in an input", "valid", |file| file["cases"][0]["input"]["more"] = json!(1)),
        ("more in an expectation", "valid", |file| file["cases"][0]["expect"]["more"] = json!(1)),
        ("an id of another group", "valid", |file| file["cases"][0]["id"] = json!("other/a")),
        ("no source", "valid", |file| file["cases"][0]["source"] = json!("heard of")),
        ("valid without expect", "valid", |file| remove(&mut file["cases"][0], "expect")),
        ("valid with refusal", "valid", |file| file["cases"][0]["refusal"] = json!("url")),
        ("invalid without refusal", "invalid", |file| remove(&mut file["cases"][0], "refusal")),
        ("acceptable without policy", "acceptable", |file| remove(&mut file["cases"][0], "policy")),
    ];
    let validator = validator();
    for (what, result, spoil) in spoils {
        let mut tried = 0;
        for file in files() {
            let Some(spoilt) = spoilt(&file, result, spoil) else { continue };
            tried += 1;
            assert!(!validator.is_valid(&spoilt), "{}: {what} fits", file["group"]);
        }
        assert!(tried > 0, "{what}: nothing was spoilt");
    }
}
