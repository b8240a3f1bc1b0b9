//! The document is up to date, holds together, and describes the routes there are.

mod examples;
mod routes;

use std::collections::BTreeSet;

use serde_json::Value;
use twostep::http::problem::Code;

use crate::text;

fn document() -> Value {
    serde_json::from_str(&text().unwrap()).unwrap()
}

/// Calls `visit` with every object of `value` that is one.
fn each_object(value: &Value, visit: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            visit(object);
            object.values().for_each(|value| each_object(value, visit));
        }
        Value::Array(items) => items.iter().for_each(|item| each_object(item, visit)),
        _ => {}
    }
}

/// Method, path and description of every operation.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().unwrap();
        item.iter()
            .map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
    });
    operations.collect()
}

#[test]
fn the_checked_in_document_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.json");
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    let first_difference = text()
        .unwrap()
        .lines()
        .zip(checked_in.lines().chain(std::iter::repeat("")))
        .position(|(now, then)| now != then);
    assert!(
        checked_in == text().unwrap(),
        "infra/openapi.json is out of date (line {}). Regenerate it with\n    \
         cargo run -p twostep-openapi > infra/openapi.json",
        first_difference.map_or(checked_in.lines().count(), |at| at + 1),
    );
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document();
    let mut referred = BTreeSet::new();
    each_object(&document, &mut |object| {
        if let Some(Value::String(reference)) = object.get("$ref") {
            referred.insert(reference.trim_start_matches('#').to_owned());
        }
    });
    for reference in &referred {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    for (kind, components) in document["components"].as_object().unwrap() {
        for name in components.as_object().unwrap().keys() {
            let location = format!("/components/{kind}/{name}");
            let used = kind == "securitySchemes" || referred.contains(&location);
            assert!(used, "{location} is used nowhere");
        }
    }
}

#[test]
fn operations_have_names_of_their_own() {
    let document = document();
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name), "{name} twice");
        assert!(name.chars().all(|c| c.is_ascii_alphabetic()), "{name}");
        assert!(operation["summary"].is_string(), "{method} {path}");
    }
}

#[test]
fn every_problem_occurs_somewhere() {
    let document = document();
    let mut occurring = BTreeSet::new();
    for (_, _, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let Some(reference) = response["$ref"].as_str() else {
                continue;
            };
            let response = &document.pointer(&reference[1..]).unwrap();
            let narrowed = &response["content"]["application/problem+json"]["schema"]["allOf"][1];
            let codes = narrowed["properties"]["code"]["enum"].as_array();
            // None where only the gateway answers with this status.
            occurring.extend(codes.into_iter().flatten().map(|code| {
                let code = code.as_str().unwrap().to_owned();
                (code, status.clone())
            }));
        }
    }
    let all = Code::ALL.map(|code| (code.as_str().to_owned(), code.status().as_str().to_owned()));
    assert_eq!(occurring, BTreeSet::from(all));
}

#[test]
fn what_is_required_is_described() {
    each_object(&document(), &mut |object| {
        let Some(Value::Array(required)) = object.get("required") else {
            return;
        };
        for name in required {
            let name = name.as_str().unwrap();
            assert!(object["properties"][name].is_object(), "{name}: {object:?}");
        }
    });
}

#[test]
fn answers_are_told_apart_by_every_value() {
    let document = document();
    let mut told_apart = 0;
    each_object(&document, &mut |object| {
        let Some(discriminator) = object.get("discriminator") else {
            return;
        };
        told_apart += 1;
        let property = discriminator["propertyName"].as_str().unwrap();
        let mapping = discriminator["mapping"].as_object().unwrap();
        for choice in object["oneOf"].as_array().unwrap() {
            let location = choice["$ref"].as_str().unwrap();
            let schema = document.pointer(&location[1..]).unwrap();
            let values = &schema["properties"][property]["enum"];
            for value in values.as_array().unwrap() {
                assert_eq!(mapping[value.as_str().unwrap()], location);
            }
        }
    });
    assert_eq!(told_apart, 3, "of sign-in, validation and enrollment");
}

/// A value in a path can make another path of it, which the gateway answers itself.
#[test]
fn parameters_in_paths_may_lead_nowhere() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        let reference = operation["responses"]["404"]["$ref"].as_str();
        let response = reference.map(|reference| document.pointer(&reference[1..]).unwrap());
        let schema = response.map(|response| &response["content"]["application/json"]["schema"]);
        let described =
            schema.is_some_and(|schema| schema["$ref"] == "#/components/schemas/NoRoute");
        assert_eq!(described, path.contains('{'), "{method} {path}");
    }
}
