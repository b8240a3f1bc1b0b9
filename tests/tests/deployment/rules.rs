//! Parameters that need each other.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::template;

/// Whether a condition holds, of those functions that rules use.
fn holds(condition: &Value, given: &BTreeMap<&str, &str>) -> bool {
    let (function, arguments) = condition.as_object().unwrap().iter().next().unwrap();
    let arguments = arguments.as_array().unwrap();
    match function.as_str() {
        "Fn::Equals" => resolved(&arguments[0], given) == resolved(&arguments[1], given),
        "Fn::Not" => !holds(&arguments[0], given),
        "Fn::And" => arguments.iter().all(|argument| holds(argument, given)),
        other => panic!("what is {other}?"),
    }
}

fn resolved<'a>(value: &'a Value, given: &BTreeMap<&str, &'a str>) -> &'a str {
    match value["Ref"].as_str() {
        Some(name) => given.get(name).copied().unwrap_or_default(),
        None => value.as_str().unwrap(),
    }
}

/// What the rules say about these parameters, with all others left empty.
fn refusals(template: &Value, given: &[(&str, &str)]) -> Vec<String> {
    let given: BTreeMap<_, _> = given.iter().copied().collect();
    let rules = template["Rules"].as_object().unwrap().values();
    let applying = rules.filter(|rule| holds(&rule["RuleCondition"], &given));
    applying
        .flat_map(|rule| rule["Assertions"].as_array().unwrap())
        .filter(|assertion| !holds(&assertion["Assert"], &given))
        .map(|assertion| assertion["AssertDescription"].as_str().unwrap().to_owned())
        .collect()
}

const DOMAIN: (&str, &str) = ("DomainName", "auth.example.com");
const CERTIFICATE: (&str, &str) = ("CertificateArn", "arn:aws:acm");
const ZONE: (&str, &str) = ("HostedZoneId", "Z1");
const TABLE: (&str, &str) = ("ExistingTable", "twostep");
const STREAM: (&str, &str) = ("ExistingTableStreamArn", "arn:aws");

/// Parameters that are given, and how what the rules say of them starts.
type Case = (
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
);

#[test]
fn parameters_that_need_each_other_are_asked_for_together() {
    let template = template::load();
    let cases: [Case; 9] = [
        (&[], &[]),
        (&[DOMAIN, CERTIFICATE], &[]),
        (&[DOMAIN, CERTIFICATE, ZONE], &[]),
        (&[DOMAIN], &["DomainName needs CertificateArn"]),
        (&[CERTIFICATE], &["CertificateArn and HostedZoneId"]),
        (&[ZONE], &["CertificateArn and HostedZoneId"]),
        (&[TABLE, STREAM], &[]),
        (&[TABLE], &["ExistingTable needs ExistingTableStreamArn"]),
        (
            &[STREAM],
            &["ExistingTableStreamArn is of use only with ExistingTable"],
        ),
    ];
    for (given, expected) in cases {
        let refusals = refusals(&template, given);
        assert_eq!(refusals.len(), expected.len(), "{given:?}: {refusals:?}");
        for (refusal, start) in refusals.iter().zip(expected) {
            assert!(refusal.starts_with(start), "{given:?}: {refusal}");
        }
    }
}
