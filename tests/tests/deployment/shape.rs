//! Variables, roles and builds: what each function is given.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use twostep::flows::notify::CLAIM;
use twostep::runtime::ANSWER_WITHIN;

use crate::template::{self, path};

#[test]
fn functions_are_given_the_variables_that_they_read() {
    let template = template::load();
    let set = &template["Globals"]["Function"]["Environment"]["Variables"];
    let set: BTreeSet<_> = set
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(set, BTreeSet::from(twostep::config::VARIABLES));
    for (name, properties) in template::functions(&template) {
        assert!(
            properties.get("Environment").is_none(),
            "{name} has variables of its own"
        );
    }
}

#[test]
fn cargo_lambda_watch_is_given_the_same_variables() {
    let text = fs::read_to_string(path("infra/local/watch.env")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let set: BTreeSet<_> = lines
        .filter_map(|line| Some(line.split_once('=')?.0))
        .collect();
    let of_aws = BTreeSet::from([
        "AWS_ACCESS_KEY_ID",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
    ]);
    assert_eq!(set, &of_aws | &BTreeSet::from(twostep::config::VARIABLES));
}

#[test]
fn every_function_crate_is_deployed_with_a_role_and_a_log_group_of_its_own() {
    let template = template::load();
    let functions = template::functions(&template);
    let crates = fs::read_dir(path("functions")).unwrap();
    let crates: BTreeSet<_> = crates
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(functions.keys().cloned().collect::<BTreeSet<_>>(), crates);

    let mut owners = BTreeMap::new();
    for (name, properties) in &functions {
        assert_eq!(properties["CodeUri"], format!("functions/{name}"));
        let role = properties["Role"]["Fn::GetAtt"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(owners.insert(role, name), None, "{name} shares a role");
        let logs = properties["LoggingConfig"]["LogGroup"]["Ref"]
            .as_str()
            .unwrap();
        let group = &template["Resources"][logs]["Properties"];
        assert_eq!(
            group["LogGroupName"]["Fn::Sub"],
            format!("/aws/lambda/${{AWS::StackName}}-{name}")
        );
        assert!(
            group["RetentionInDays"].is_object(),
            "{logs} would be kept for ever"
        );
    }
}

#[test]
fn functions_have_the_time_that_they_need() {
    let template = template::load();
    let seconds = |properties: &Value| properties["Timeout"].as_i64();
    let of_all = seconds(&template["Globals"]["Function"]).unwrap();
    let answers_within = i64::try_from(ANSWER_WITHIN.as_secs()).unwrap();
    for (name, properties) in template::functions(&template) {
        let timeout = seconds(&properties).unwrap_or(of_all);
        if name == "notify" {
            // Nobody else takes a notice up while this invocation may still mail it.
            assert!(timeout < CLAIM, "{timeout}");
        } else {
            assert!(answers_within < timeout, "{name}: {timeout}");
        }
    }
}
