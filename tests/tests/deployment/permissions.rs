//! Roles name calls and resources one by one.

use std::collections::BTreeSet;

use serde_json::Value;
use twostep_local::Environment;
use twostep_tests::{Kind, Person, System};

use crate::asked::Asked;
use crate::everything;
use crate::guard::{Guard, Roles, roles};
use crate::policy::Statement;

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

/// Whether a statement is for what the function does itself; the rest Lambda does for it.
fn is_of_the_function(statement: &Statement) -> bool {
    let for_lambda = |action: &String| {
        let stream = [
            "DescribeStream",
            "GetRecords",
            "GetShardIterator",
            "ListStreams",
        ];
        ["logs:", "xray:", "sqs:"]
            .iter()
            .any(|service| action.starts_with(service))
            || stream.iter().any(|call| action.ends_with(call))
    };
    !statement.actions.iter().all(for_lambda)
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_allow_what_the_functions_do_and_nothing_more() {
    let (system, guard) = system_under(roles()).await;
    everything::happens(&system).await;
    assert_eq!(guard.denied(), Vec::<String>::new());
    let asked = guard.asked();
    let mut faults = Vec::new();
    for (name, statements) in roles() {
        let asked = &asked[&name];
        for statement in statements
            .iter()
            .filter(|statement| is_of_the_function(statement))
        {
            let used: Vec<_> = asked
                .iter()
                .filter(|asked| statement.allows(asked))
                .collect();
            faults.extend(unused(statement, &used).map(|what| format!("{name}: {what}")));
            faults.extend(doubled(&statements, asked).map(|what| format!("{name}: {what}")));
        }
    }
    assert!(
        faults.is_empty(),
        "allowed without need:\n{}",
        faults.join("\n")
    );
}

/// Actions and kinds of items of a statement that nothing `used`.
fn unused<'a>(statement: &'a Statement, used: &[&Asked]) -> impl Iterator<Item = String> + 'a {
    let actions: BTreeSet<_> = used.iter().map(|asked| asked.action.clone()).collect();
    let values: Vec<String> = used
        .iter()
        .flat_map(|asked| &asked.context)
        .map(|(_, value)| value.clone())
        .collect();
    let action = move |action: &&String| !actions.contains(*action);
    let unused_actions = statement.actions.iter().filter(action).cloned();
    let kinds = statement.leading_keys().into_iter().filter(move |kind| {
        let kind = kind.trim_end_matches('*');
        !values.iter().any(|value| value.starts_with(kind))
    });
    unused_actions.chain(kinds)
}

/// What more than one statement allows: taking it out of one would go unnoticed.
fn doubled(statements: &[Statement], asked: &BTreeSet<Asked>) -> impl Iterator<Item = String> {
    let by_several = |asked: &&Asked| {
        statements
            .iter()
            .filter(|statement| statement.allows(asked))
            .count()
            > 1
    };
    asked
        .iter()
        .filter(by_several)
        .map(|asked| format!("{asked:?} twice"))
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
