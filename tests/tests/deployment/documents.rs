//! What infra/docs/operations.md says of the template is in the template, and the reverse.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use fancy_regex::Regex;
use serde_json::Value;

use crate::template::{self, path};

fn operations() -> String {
    fs::read_to_string(path("infra/docs/operations.md")).unwrap()
}

fn of_type<'a>(template: &'a Value, kind: &str) -> BTreeMap<&'a str, &'a Value> {
    let resources = template["Resources"].as_object().unwrap().iter();
    resources
        .filter(|(_, resource)| resource["Type"] == kind)
        .map(|(name, resource)| (name.as_str(), &resource["Properties"]))
        .collect()
}

/// The rows of the table under this heading, cell by cell, without its first two lines.
fn table<'a>(text: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let section = text
        .split("\n## ")
        .find(|section| section.starts_with(heading));
    let lines = section.unwrap_or_else(|| panic!("no {heading}")).lines();
    lines
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect()
}

#[test]
fn every_alarm_is_documented_with_what_to_do() {
    let template = template::load();
    let alarms = of_type(&template, "AWS::CloudWatch::Alarm");
    let text = operations();
    let mut documented = BTreeMap::new();
    for row in table(&text, "Alarms") {
        let [name, rings_when, what_to_do] = row[..] else {
            panic!("{row:?}");
        };
        assert!(!rings_when.is_empty() && !what_to_do.is_empty(), "{name}");
        documented.insert(name, format!("{rings_when} {what_to_do}"));
    }
    let names: BTreeSet<_> = alarms.keys().copied().collect();
    assert_eq!(documented.keys().copied().collect::<BTreeSet<_>>(), names);
    for (name, alarm) in &alarms {
        // A threshold that can be set is named where the alarm is explained.
        if let Some(parameter) = alarm["Threshold"]["Ref"].as_str() {
            assert!(documented[name].contains(parameter), "{name}");
        }
    }
}

#[test]
fn every_alarm_tells_somebody_and_is_on_the_dashboard() {
    let template = template::load();
    let alarms = of_type(&template, "AWS::CloudWatch::Alarm");
    let dashboard = &template["Resources"]["Dashboard"]["Properties"]["DashboardBody"];
    let dashboard = dashboard["Fn::Sub"][0].as_str().unwrap();
    for (name, alarm) in alarms {
        for actions in ["AlarmActions", "OKActions"] {
            assert_eq!(alarm[actions][0]["Ref"], "Alarms", "{name}");
        }
        assert!(alarm["AlarmDescription"].is_string(), "{name}");
        assert_eq!(alarm["TreatMissingData"], "notBreaching", "{name}");
        assert!(dashboard.contains(&format!("${{{name}.Arn}}")), "{name}");
    }
}

#[test]
fn what_the_document_names_exists() {
    let template = template::load();
    let members = |part: &str| template[part].as_object().unwrap().keys().cloned();
    let known: BTreeSet<String> = members("Parameters")
        .chain(members("Outputs"))
        .chain(members("Resources"))
        .collect();
    // Metrics, and words of AWS.
    let others = BTreeSet::from([
        "CodeFailures",
        "CodesSent",
        "ColdStarts",
        "Locks",
        "LatestStreamArn",
        "NoticesFailed",
        "NoticesSent",
        "Removals",
        "SignIns",
    ]);
    let text = operations();
    let words = Regex::new(r"`([A-Z][A-Za-z]*[a-z][A-Za-z]*)(=[^`]*)?`").unwrap();
    let mut seen = 0;
    for found in words.captures_iter(&text) {
        let word = found.unwrap().get(1).unwrap().as_str();
        assert!(known.contains(word) || others.contains(word), "{word}");
        seen += usize::from(known.contains(word));
    }
    assert!(seen > 15, "only {seen} names of the template");
    let settings = Regex::new(r"\b([A-Z][A-Za-z]*[a-z][A-Za-z]*)=").unwrap();
    for found in settings.captures_iter(&text) {
        let word = found.unwrap().get(1).unwrap().as_str();
        // The members of AWS's own options.
        let aws = [
            "AttributeName",
            "Create",
            "DefaultSMSType",
            "Enabled",
            "KMSMasterKeyId",
            "MonthlySpendLimit",
            "PointInTimeRecoveryEnabled",
            "RegionName",
            "Root",
            "StreamEnabled",
            "StreamViewType",
        ];
        assert!(known.contains(word) || aws.contains(&word), "{word}=");
    }
    let outputs = Regex::new(r"outputs? ([A-Z][A-Za-z]+)").unwrap();
    for found in outputs.captures_iter(&text) {
        let word = found.unwrap().get(1).unwrap().as_str();
        assert!(template["Outputs"].get(word).is_some(), "output {word}");
    }
}

#[test]
fn settings_of_each_environment_are_taken_by_the_template() {
    let template = template::load();
    let text = fs::read_to_string(path("infra/samconfig.toml")).unwrap();
    let settings: toml::Table = text.parse().unwrap();
    for environment in ["dev", "prod"] {
        let deploy = &settings[environment]["deploy"]["parameters"];
        let overrides = deploy["parameter_overrides"].as_array().unwrap().iter();
        for setting in overrides {
            let (name, value) = setting.as_str().unwrap().split_once('=').unwrap();
            let parameter = template["Parameters"].get(name);
            let parameter = parameter.unwrap_or_else(|| panic!("{environment}: no {name}"));
            assert!(
                crate::parameters::takes(parameter, value),
                "{environment}: {name}={value}"
            );
        }
    }
}
