//! Roles name calls and resources one by one.

use std::collections::BTreeSet;

use serde_json::Value;
use tokio::sync::OnceCell;
use twostep_local::Environment;
use twostep_tests::{Kind, Person, System};

use crate::everything;
use crate::guard::{AskedBy, Guard, Roles, roles};
use crate::mutants::{faults, mutants};
use crate::policy::Statement;
use crate::template;

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
            let keys = statement.leading_keys();
            assert_eq!(
                of_table,
                !keys.is_empty(),
                "{name}: {:?}",
                statement.actions
            );
            assert!(
                keys.iter().all(|key| kinds.contains(&key.as_str())),
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

/// A system whose functions may do what `roles` allow and nothing else.
async fn system_under(roles: Roles) -> (System, Guard) {
    let guard = Guard::start(roles).await;
    let before = guard.clone();
    let system = System::start_with_functions(move |environment| {
        before.forward_to(&environment.url);
        let url = before.url.clone();
        twostep_local::build(&Environment {
            url,
            ..environment.clone()
        })
    })
    .await;
    (system, guard)
}

/// What the functions ask for under the template's own roles, when everything happens.
async fn asked_by_everything() -> &'static AskedBy {
    static ASKED: OnceCell<AskedBy> = OnceCell::const_new();
    let ask = async || {
        let (system, guard) = system_under(roles()).await;
        everything::happens(&system).await;
        assert_eq!(guard.denied(), Vec::<String>::new());
        guard.asked()
    };
    ASKED.get_or_init(ask).await
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_allow_what_the_functions_do_and_nothing_more() {
    let faults = faults(&template::load(), asked_by_everything().await);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_out_any_permission_is_noticed() {
    let asked = asked_by_everything().await;
    let mutants = mutants(&template::load());
    assert!(mutants.len() > 100, "only {}", mutants.len());
    for (what, template) in mutants {
        assert!(!faults(&template, asked).is_empty(), "not noticed: {what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_less_is_noticed() {
    let mut roles = roles();
    for statement in roles.get_mut("validate").unwrap() {
        statement.actions.remove("dynamodb:UpdateItem");
    }
    let (system, guard) = system_under(roles).await;
    let (mut browser, mut dana) = (system.browser(), Person::new("desk@harbour.test"));
    let ticket = browser.login(&dana).await.enrollment_required();
    let started = browser
        .start_first_enrollment(&ticket, &dana, Kind::Email)
        .await
        .created();
    let code = dana.code(&system, Kind::Email).await;
    let enrollment = started["enrollment"].as_str().unwrap();
    let answer = browser.validate_first(&ticket, enrollment, &code).await;
    answer.problem(503, "temporarily_unavailable");
    assert!(
        guard
            .denied()
            .iter()
            .all(|denied| denied.starts_with("validate: "))
    );
    assert!(!guard.denied().is_empty());
    assert_eq!(dana.code(&system, Kind::Email).await, code);
}
