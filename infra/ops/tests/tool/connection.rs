//! Where the tool is aimed, and what it says when that is nowhere.

use tokio::net::TcpListener;
use twostep_tests::System;

use crate::support::Tool;

#[tokio::test]
async fn a_table_that_is_not_there_is_told_by_every_command() {
    let system = System::start().await;
    let tool = Tool::of(&system).with("TABLE_NAME", "elsewhere");
    for command in [
        &["practice", "list"][..],
        &["practice", "create", "New"],
        &["user", "show", "--email", "desk@harbour.test"],
        &["user", "list", "--practice", "New"],
        &["user", "unlock", "--email", "desk@harbour.test"],
        &["keys", "list"],
        &["keys", "rotate", "--yes"],
    ] {
        let run = tool.run(command).await;
        run.failed(&["no such table", "--table", "table create"]);
    }
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer_is_named_as_the_cause() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let tool = Tool::at(&format!("http://{address}/_aws/ops"));
    let run = tool.run(&["practice", "list"]).await;
    run.failed(&["can't be reached", "--endpoint-url"]);
}

#[tokio::test]
async fn an_endpoint_that_is_something_else_is_named_as_the_cause() {
    let system = System::start().await;
    let tool = Tool::at(system.url());
    let run = tool.run(&["practice", "list"]).await;
    run.failed(&["not DynamoDB", "/_aws/ops"]);
    let tool = Tool::at("127.0.0.1:3000");
    tool.run(&["practice", "list"])
        .await
        .unusable(&["a URL like"]);
}

#[tokio::test]
async fn aws_needs_a_table_a_region_and_credentials() {
    let tool = Tool::aws();
    let list = ["practice", "list"];
    tool.run(&list).await.unusable(&["--table", "TABLE_NAME"]);
    let tool = tool.with("TABLE_NAME", "twostep");
    tool.run(&list).await.unusable(&["--region", "AWS_REGION"]);
    let tool = tool.with("AWS_REGION", "ap-southeast-2");
    tool.run(&list)
        .await
        .failed(&["no AWS credentials", "aws sso login"]);
    let run = tool.with("AWS_PROFILE", "clinic").run(&list).await;
    run.failed(&["no AWS credentials", "--profile"]);
}

#[tokio::test]
async fn a_rotation_needs_a_kms_key_unless_it_is_local() {
    let tool = Tool::aws()
        .with("TABLE_NAME", "twostep")
        .with("AWS_REGION", "ap-southeast-2")
        .with("AWS_ACCESS_KEY_ID", "nobody")
        .with("AWS_SECRET_ACCESS_KEY", "nothing");
    let run = tool.run(&["keys", "rotate", "--yes"]).await;
    run.unusable(&["--kms-key", "KMS_KEY_ID"]);
}

#[tokio::test]
async fn a_database_that_fails_is_no_success() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    for (mode, said) in [
        ("error", "DynamoDB failed"),
        ("throttle", "too much at once"),
    ] {
        let fault = serde_json::json!({
            "service": "dynamodb", "function": "ops", "mode": mode, "count": 50,
        });
        system.fault(fault).await;
        tool.run(&["practice", "list"]).await.failed(&[said]);
        system.clear_faults().await;
    }
    tool.run(&["practice", "list"]).await.ok();
}

#[tokio::test]
async fn help_is_there_for_every_command() {
    let tool = Tool::aws();
    for command in [
        "",
        "practice",
        "practice create",
        "practice list",
        "practice show",
        "user",
        "user create",
        "user import",
        "user list",
        "user show",
        "user set-password",
        "user set-role",
        "user disable",
        "user enable",
        "user unlock",
        "reset-2fa",
        "keys",
        "keys list",
        "keys rotate",
        "table",
        "table create",
    ] {
        let words = command.split_whitespace().chain(["--help"]);
        let help = tool.run(&words.collect::<Vec<_>>()).await.ok().stdout;
        assert!(help.contains("Usage: cargo ops"), "{command}: {help}");
        let manual = include_str!("../../../docs/operator-tool.md");
        let is_group = matches!(command, "" | "practice" | "user" | "keys" | "table");
        assert!(
            is_group || manual.contains(&format!("`{command}")),
            "{command}"
        );
    }
}
