//! Parameters: what the template takes and refuses, and that the functions take what it takes.

use std::collections::{BTreeMap, BTreeSet};

use fancy_regex::Regex;
use serde_json::Value;
use twostep::config::Config;

use crate::template;
use crate::values::VALUES;

/// Whether CloudFormation takes `value` for this parameter.
pub(crate) fn takes(parameter: &Value, value: &str) -> bool {
    let text = |name: &str| parameter[name].as_str();
    let bound = |name: &str| parameter[name].as_f64();
    let listed = parameter["AllowedValues"].as_array().is_none_or(|values| {
        let plain = |value: &Value| value.to_string().trim_matches('"').to_owned();
        values.iter().any(|allowed| plain(allowed) == value)
    });
    let matches = text("AllowedPattern")
        .is_none_or(|pattern| Regex::new(pattern).unwrap().is_match(value).unwrap());
    let short = bound("MaxLength").is_none_or(|most| value.len() as f64 <= most);
    let number = text("Type") != Some("Number")
        || value.parse::<f64>().is_ok_and(|number| {
            bound("MinValue").is_none_or(|least| number >= least)
                && bound("MaxValue").is_none_or(|most| number <= most)
        });
    listed && matches && short && number
}

#[test]
fn good_values_are_taken_and_bad_ones_refused() {
    let template = template::load();
    let parameters = template["Parameters"].as_object().unwrap();
    let named: BTreeSet<_> = parameters.keys().map(String::as_str).collect();
    assert_eq!(named, VALUES.iter().map(|row| row.0).collect());
    for (name, good, bad) in VALUES {
        for value in good {
            assert!(takes(&parameters[name], value), "{name} refuses {value:?}");
        }
        for value in bad {
            assert!(!takes(&parameters[name], value), "{name} takes {value:?}");
        }
    }
}

#[test]
fn every_parameter_is_described_grouped_and_says_what_it_has_to_be() {
    let template = template::load();
    let groups = &template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"];
    let groups = groups.as_array().unwrap().iter();
    let mut grouped: Vec<_> = groups
        .flat_map(|group| group["Parameters"].as_array().unwrap())
        .map(|name| name.as_str().unwrap())
        .collect();
    grouped.sort_unstable();
    let parameters = template["Parameters"].as_object().unwrap();
    let mut names: Vec<_> = parameters.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(grouped, names);
    for (name, parameter) in parameters {
        let text = |member: &str| parameter[member].as_str().unwrap_or_default();
        assert!(text("Description").len() > 10, "{name}");
        assert!(
            text("ConstraintDescription").starts_with("must be "),
            "{name}"
        );
        if let Some(default) = parameter.get("Default") {
            let default = default.to_string();
            assert!(
                takes(parameter, default.trim_matches('"')),
                "{name}: {default}"
            );
        }
    }
    let needed = parameters
        .iter()
        .filter(|(_, parameter)| parameter.get("Default").is_none());
    let needed: Vec<_> = needed.map(|(name, _)| name.as_str()).collect();
    assert_eq!(needed, ["AllowedOrigins", "EmailFromAddress"]);
}

#[test]
fn functions_start_with_whatever_the_template_takes() {
    let defaults = BTreeMap::from([
        ("ALLOWED_ORIGINS", "https://app.example.com"),
        ("EMAIL_FROM", "no-reply@example.com"),
        (
            "KMS_KEY_ID",
            "arn:aws:kms:eu-west-1:123456789012:key/mrk-1234",
        ),
        ("PRODUCT_NAME", "twostep"),
        ("TABLE_NAME", "twostep"),
    ]);
    let variables = [
        ("AllowedOrigins", "ALLOWED_ORIGINS"),
        ("EmailFromAddress", "EMAIL_FROM"),
        ("ExistingKeyArn", "KMS_KEY_ID"),
        ("ExistingTable", "TABLE_NAME"),
        ("ProductName", "PRODUCT_NAME"),
        ("SmsCountries", "SMS_COUNTRIES"),
        ("SmsDailyLimit", "SMS_DAILY_LIMIT"),
        ("SmsMaxPriceUsd", "SMS_MAX_PRICE_USD"),
        ("SmsSender", "SMS_SENDER"),
    ];
    let started = |variable: &str, value: &str| {
        Config::from_variables(|name| {
            let value = if name == variable {
                Some(value)
            } else {
                defaults.get(name).copied()
            };
            value.filter(|value| !value.is_empty()).map(str::to_owned)
        })
    };
    for (name, good, _) in VALUES {
        if let Some((_, variable)) = variables.iter().find(|(parameter, _)| *parameter == name) {
            // An empty one stands for what the stack makes itself.
            let made = ["ExistingKeyArn", "ExistingTable"].contains(&name);
            for value in good.iter().filter(|value| !(made && value.is_empty())) {
                let config = started(variable, value);
                assert!(config.is_ok(), "{name}={value}: {config:?}");
            }
        }
        if name == "EmailFromName" {
            for value in good {
                let config = started("EMAIL_FROM", &format!("{value} <no-reply@example.com>"));
                assert!(config.is_ok(), "{name}={value}: {config:?}");
            }
        }
    }
}
