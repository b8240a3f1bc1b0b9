//! A function that can't work says why, all at once, and stops.

use std::process::Stdio;

use serde_json::Value;

use crate::executable::FUNCTIONS;
use crate::process::command;
use crate::runtime_api::RuntimeApi;

/// Starts `name` with these variables alone; gives the one thing it logged before it stopped.
async fn failed_start(name: &str, variables: &[(&str, &str)]) -> String {
    let api = RuntimeApi::start().await;
    let output = command(name, &api)
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .output()
        .expect("a process");
    assert_eq!(output.status.code(), Some(1), "{name}");
    let line: Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    assert_eq!(line["level"], "ERROR", "{name}");
    line["message"].as_str().expect("a message").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_configuration_every_function_names_all_that_is_missing() {
    for name in FUNCTIONS {
        let said = failed_start(name, &[]).await;
        let faults = said.lines().filter_map(|line| line.strip_prefix("- "));
        let missing: Vec<_> = faults
            .filter_map(|fault| Some(fault.split_once(" is not set; expected ")?.0))
            .collect();
        let all = [
            "ALLOWED_ORIGINS",
            "AWS_ACCESS_KEY_ID",
            "AWS_REGION",
            "AWS_SECRET_ACCESS_KEY",
            "EMAIL_FROM",
            "KMS_KEY_ID",
            "PRODUCT_NAME",
            "TABLE_NAME",
        ];
        assert_eq!(missing, all, "{name}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_but_wrong_is_named_with_what_is_missing() {
    let said = failed_start(
        "challenge",
        &[
            ("ALLOWED_ORIGINS", "https://app.example.com/path"),
            ("EMAIL_FROM", "nobody"),
            ("SMS_COUNTRIES", "Australia"),
            ("SMS_DAILY_LIMIT", "many"),
            ("SMS_MAX_PRICE_USD", "free"),
            ("SMS_SENDER", "much too long a name"),
            ("TABLE_NAME", "-"),
        ],
    )
    .await;
    for part in [
        "ALLOWED_ORIGINS",
        "EMAIL_FROM",
        "KMS_KEY_ID is not set",
        "PRODUCT_NAME is not set",
        "SMS_COUNTRIES",
        "SMS_DAILY_LIMIT",
        "SMS_MAX_PRICE_USD",
        "SMS_SENDER",
        "TABLE_NAME",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
