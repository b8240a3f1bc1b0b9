//! Every example is what its schema says, and nothing else.

use jsonschema::Draft;
use serde_json::{Value, json};

use super::{document, operations};

/// What is wrong with `value` as an instance of `schema`, which may refer to components.
fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut root = schema.clone();
    root["components"] = document["components"].clone();
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&root)
        .unwrap();
    let faults = validator.iter_errors(value);
    faults
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect()
}

/// Answers may get new members some day, but their examples have none that isn't described.
fn close(document: &mut Value) {
    for (name, schema) in document["components"]["schemas"].as_object_mut().unwrap() {
        if schema["type"] == "object" && name != "Problem" {
            schema["additionalProperties"] = json!(false);
        }
    }
}

#[test]
fn examples_match_their_schemas() {
    let mut document = document();
    close(&mut document);
    let mut checked = 0;
    for (method, path, operation) in operations(&document) {
        let request = operation["requestBody"]["content"].as_object();
        let responses = operation["responses"].as_object().unwrap().values();
        let responses = responses.filter_map(|response| response["content"].as_object());
        for content in request.into_iter().chain(responses) {
            let content = &content["application/json"];
            let examples = content["examples"].as_object().unwrap();
            assert!(!examples.is_empty(), "{method} {path} has no examples");
            for (name, example) in examples {
                let faults = faults(&document, &content["schema"], &example["value"]);
                assert!(faults.is_empty(), "{method} {path} {name}: {faults:?}");
                checked += 1;
            }
        }
    }
    assert!(checked > 30, "only {checked} examples");
}

#[test]
fn problems_match_their_schemas() {
    let document = document();
    for (name, response) in document["components"]["responses"].as_object().unwrap() {
        for content in response["content"].as_object().unwrap().values() {
            for (title, example) in content["examples"].as_object().unwrap() {
                let example = match example["$ref"].as_str() {
                    Some(location) => document.pointer(&location[1..]).unwrap(),
                    None => example,
                };
                let faults = faults(&document, &content["schema"], &example["value"]);
                assert!(faults.is_empty(), "{name} {title}: {faults:?}");
            }
        }
    }
}

#[test]
fn what_the_schemas_exclude_is_noticed() {
    let document = document();
    let faulty = [
        ("Login", json!({"email": "a@b.test"})),
        (
            "Login",
            json!({"email": "a@b.test", "password": "x", "pin": 1}),
        ),
        (
            "Enroll",
            json!({"method": "email", "phone": "+61491570006"}),
        ),
        (
            "Validate",
            json!({"ticket": "t", "method": "sms", "code": "12345"}),
        ),
        ("Challenge", json!({"ticket": 1, "method": "sms"})),
        // Null is as good as nothing in requests only.
        (
            "Method",
            json!({"kind": "sms", "enabled": false, "primary": false, "destination": null}),
        ),
        (
            "LoginAnswer",
            json!({"status": "verified", "ticket": "t", "expires_at": "2026-03-02T08:30:00Z"}),
        ),
    ];
    for (name, value) in faulty {
        let schema = json!({"$ref": format!("#/components/schemas/{name}")});
        assert!(
            !faults(&document, &schema, &value).is_empty(),
            "{name} {value}"
        );
    }
}
