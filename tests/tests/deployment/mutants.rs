//! What is wrong with a template's roles, and templates that lack one permission each.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::asked::Asked;
use crate::guard::{AskedBy, roles_of};
use crate::policy::Statement;

/// What Lambda does for every function by the function's role, and to what.
const FOR_EVERYONE: [(&str, &str); 4] = [
    (
        "logs:CreateLogStream",
        "log-group:/aws/lambda/${AWS::StackName}-*:*",
    ),
    (
        "logs:PutLogEvents",
        "log-group:/aws/lambda/${AWS::StackName}-*:*",
    ),
    ("xray:PutTelemetryRecords", "*"),
    ("xray:PutTraceSegments", "*"),
];

/// What it does for `notify` besides: reading the stream, and setting notices aside.
const FOR_NOTIFY: [(&str, &str); 5] = [
    ("dynamodb:DescribeStream", "${Table.Arn}/stream/*"),
    ("dynamodb:GetRecords", "${Table.Arn}/stream/*"),
    ("dynamodb:GetShardIterator", "${Table.Arn}/stream/*"),
    ("dynamodb:ListStreams", "${Table.Arn}/stream/*"),
    ("sqs:SendMessage", "DeadLetters.Arn"),
];

/// Every way in which the roles of `template` don't fit functions that asked for this.
pub(crate) fn faults(template: &Value, asked: &AskedBy) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, statements) in roles_of(template) {
        let asked = &asked[&name];
        let (for_lambda, own): (Vec<_>, Vec<_>) = statements
            .iter()
            .partition(|statement| is_for_lambda(statement));
        let missing = asked
            .iter()
            .filter(|asked| !statements.iter().any(|statement| statement.allows(asked)))
            .map(|asked| format!("{name} may not do {asked:?}"));
        faults.extend(missing);
        for statement in own {
            let used: Vec<_> = asked
                .iter()
                .filter(|asked| statement.allows(asked))
                .collect();
            let unused = unused(statement, &used);
            faults.extend(unused.map(|what| format!("{name} doesn't need {what}")));
        }
        let doubled = doubled(&statements, asked);
        faults.extend(doubled.map(|asked| format!("{name} may do {asked:?} twice")));
        faults.extend(of_lambda(&name, &for_lambda));
    }
    faults
}

/// Whether a statement is for what Lambda does; the rest is for the function itself.
fn is_for_lambda(statement: &Statement) -> bool {
    let known = |action: &String| {
        FOR_EVERYONE
            .iter()
            .chain(&FOR_NOTIFY)
            .any(|for_lambda| for_lambda.0 == action)
    };
    statement.actions.iter().all(known)
}

fn of_lambda(name: &str, statements: &[&Statement]) -> Vec<String> {
    let for_notify: &[_] = if name == "notify" { &FOR_NOTIFY } else { &[] };
    let mut needed: BTreeSet<_> = FOR_EVERYONE.iter().chain(for_notify).copied().collect();
    let mut faults = Vec::new();
    for statement in statements {
        let resource = statement.json["Resource"].to_string();
        for action in &statement.actions {
            let allowed = needed
                .iter()
                .copied()
                .find(|(needed, target)| needed == action && resource.contains(target));
            match allowed {
                Some(allowed) => drop(needed.remove(&allowed)),
                None => faults.push(format!(
                    "{name}: Lambda doesn't need {action} on {resource}"
                )),
            }
        }
    }
    faults.extend(
        needed
            .into_iter()
            .map(|needed| format!("{name}: Lambda needs {needed:?}")),
    );
    faults
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
fn doubled<'a>(
    statements: &'a [Statement],
    asked: &'a BTreeSet<Asked>,
) -> impl Iterator<Item = &'a Asked> {
    asked.iter().filter(|asked| {
        let allowing = statements
            .iter()
            .filter(|statement| statement.allows(asked));
        allowing.count() > 1
    })
}

/// Copies of the template that lack one thing each: an action of a statement, a kind of items of
/// one, or a shared policy of a role. With what is lacking.
pub(crate) fn mutants(template: &Value) -> Vec<(String, Value)> {
    let mut removable = Vec::new();
    for (name, resource) in template["Resources"].as_object().unwrap() {
        let start = format!("/Resources/{name}/Properties");
        match resource["Type"].as_str() {
            Some("AWS::IAM::ManagedPolicy") => {
                of_document(template, &format!("{start}/PolicyDocument"), &mut removable);
            }
            Some("AWS::IAM::Role") => {
                elements(
                    template,
                    &format!("{start}/ManagedPolicyArns"),
                    &mut removable,
                );
                let policies = resource["Properties"]["Policies"].as_array().unwrap();
                for index in 0..policies.len() {
                    let document = format!("{start}/Policies/{index}/PolicyDocument");
                    of_document(template, &document, &mut removable);
                }
            }
            _ => {}
        }
    }
    removable
        .into_iter()
        .map(|pointer| without(template, &pointer))
        .collect()
}

/// Pointers to what can be taken out of a policy.
fn of_document(template: &Value, document: &str, removable: &mut Vec<String>) {
    let statements = template.pointer(&format!("{document}/Statement")).unwrap();
    for index in 0..statements.as_array().unwrap().len() {
        let statement = format!("{document}/Statement/{index}");
        elements(template, &format!("{statement}/Action"), removable);
        for operator in ["ForAllValues:StringLike", "ForAllValues:StringEquals"] {
            let keys = format!("{statement}/Condition/{operator}/dynamodb:LeadingKeys");
            elements(template, &keys, removable);
        }
    }
}

/// Pointers to the elements of a list, or to the single value that stands for one.
fn elements(template: &Value, pointer: &str, removable: &mut Vec<String>) {
    match template.pointer(pointer) {
        Some(Value::Array(list)) => {
            removable.extend((0..list.len()).map(|index| format!("{pointer}/{index}")));
        }
        Some(_) => removable.push(pointer.to_owned()),
        None => {}
    }
}

fn without(template: &Value, pointer: &str) -> (String, Value) {
    let what = format!("{pointer}: {}", template.pointer(pointer).unwrap());
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let mut copy = template.clone();
    match copy.pointer_mut(parent).unwrap() {
        Value::Array(list) => drop(list.remove(last.parse().unwrap())),
        Value::Object(members) => drop(members.insert(last.to_owned(), Value::Array(Vec::new()))),
        other => panic!("nothing to take out of {other}"),
    }
    (what, copy)
}
