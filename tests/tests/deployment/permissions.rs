//! Roles name calls and resources one by one.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::policy::{Statement, statements};
use crate::template;

/// Statements of each function's role, by the function's name.
fn roles() -> Vec<(String, Vec<Statement>)> {
    let template = template::load();
    let functions = template::functions(&template);
    let role = |(name, function): (String, Value)| (name, statements(&template, &function));
    functions.into_iter().map(role).collect()
}

/// The services a function calls, but for logs and traces.
fn services(statements: &[Statement]) -> BTreeSet<&str> {
    let actions = statements.iter().flat_map(|statement| &statement.actions);
    let services = actions.map(|action| action.split(':').next().unwrap());
    services
        .filter(|service| !["logs", "xray"].contains(service))
        .collect()
}

#[test]
fn no_role_allows_a_wildcard_or_a_scan() {
    for (name, statements) in roles() {
        for action in statements.iter().flat_map(|statement| &statement.actions) {
            assert!(!action.contains('*'), "{name}: {action}");
            assert!(!action.contains("Scan"), "{name}: {action}");
            assert!(!action.contains("BatchWrite"), "{name}: {action}");
        }
    }
}

#[test]
fn every_statement_names_its_resources() {
    for (name, statements) in roles() {
        for statement in statements {
            let resource = statement.json.get("Resource").map(Value::to_string);
            match resource.as_deref() {
                // A phone number has no name to give; whatever has one is excluded.
                None => assert_eq!(
                    statement.actions,
                    BTreeSet::from(["sns:Publish".to_owned()])
                ),
                Some("\"*\"") => assert!(
                    statement
                        .actions
                        .iter()
                        .all(|action| action.starts_with("xray:")),
                    "{name}: {:?}",
                    statement.actions
                ),
                Some(_) => {}
            }
        }
    }
}

#[test]
fn items_are_reached_by_the_kinds_a_function_works_with() {
    let kinds = [
        "ACTIVITY#*",
        "ADDRESS#*",
        "DESTINATION#*",
        "KEYRING",
        "OUTBOX#*",
        "PRACTICE#*",
        "SERVICE#*",
        "USER#*",
    ];
    for (name, statements) in roles() {
        for statement in &statements {
            let of_table = statement
                .actions
                .iter()
                .any(|action| action.ends_with("Item"))
                || statement.actions.contains("dynamodb:Query");
            let keys = statement.leading_keys().unwrap_or_default();
            assert_eq!(
                of_table,
                !keys.is_empty(),
                "{name}: {:?}",
                statement.actions
            );
            assert!(
                keys.iter().all(|key| kinds.contains(key)),
                "{name}: {keys:?}"
            );
        }
    }
}

#[test]
fn only_who_needs_a_service_may_call_it() {
    for (name, statements) in roles() {
        let expected: &[_] = match name.as_str() {
            "challenge" | "enroll" => &["dynamodb", "kms", "ses", "sns"],
            "validate" => &["dynamodb", "kms"],
            "notify" => &["dynamodb", "ses", "sqs"],
            _ => &["dynamodb"],
        };
        assert_eq!(
            services(&statements),
            expected.iter().copied().collect(),
            "{name}"
        );
    }
}
