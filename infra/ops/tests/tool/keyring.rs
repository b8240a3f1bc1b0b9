//! `keys` and `table`: what everything else rests on.

use serde_json::{Value, json};
use twostep_local::Options;
use twostep_tests::{Kind, System, text_of};

use crate::support::{Tool, profile_of};

async fn keys(tool: &Tool) -> Vec<Value> {
    let listed = tool.json(&["keys", "list"]).await;
    listed["keys"].as_array().unwrap().clone()
}

#[tokio::test]
async fn nobody_notices_a_rotation() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    // An app's secret, a code by e-mail and an enrollment, all under the first key.
    let (mut desk, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator, Kind::Email])
        .await;
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.challenge_required();
    let code = browser.code_for(&ticket, &mut dana, Kind::Email).await;
    let started = desk.start_enrollment(&dana, Kind::Sms).await.created();

    let first = keys(&tool).await;
    let rotated = tool.run(&["keys", "rotate", "--yes", "--json"]).await;
    let rotated = rotated.ok().json();
    let now = keys(&tool).await;
    assert_eq!((first.len(), now.len()), (1, 2));
    assert_eq!(now[0]["id"], rotated["key"]["id"]);
    assert_eq!(now[0]["current"], true);
    assert_eq!(now[1]["id"], first[0]["id"]);
    assert_eq!(now[1]["current"], false);

    desk.get("/session").await.ok();
    let answer = browser.validate(&ticket, Kind::Email, &code).await;
    answer.authenticated("second_factor");
    let code = dana.code(&system, Kind::Sms).await;
    let enrollment = text_of(&started, "enrollment");
    desk.validate_enrollment(&enrollment, &code).await.ok();
    browser.sign_in_by(&mut dana, Kind::Authenticator).await;
}

#[tokio::test]
async fn functions_that_start_after_it_use_the_new_key_and_open_the_old() {
    let data = tempfile::tempdir().unwrap();
    let kept = || Options {
        data: Some(data.path().to_owned()),
        ..Options::default()
    };
    let system = System::start_with(kept()).await;
    let (_, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let rotated = Tool::of(&system).json(&["keys", "rotate", "--yes"]).await;
    let id = text_of(&rotated["key"], "id");
    let profile = profile_of(&system, &dana.email).await;
    assert!(!profile["methods"].to_string().contains(&id), "{profile}");
    drop(system);

    let system = System::start_with(kept()).await;
    let mut browser = system.browser();
    browser.sign_in(&mut dana).await;
    browser.enroll(&mut dana, Kind::Authenticator).await;
    let profile = profile_of(&system, &dana.email).await;
    assert!(profile["methods"].to_string().contains(&id), "{profile}");
    browser.sign_in(&mut dana).await;
}

#[tokio::test]
async fn each_rotation_counts_even_within_one_second() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    for made in 2..=6 {
        let rotated = tool.json(&["keys", "rotate", "--yes"]).await;
        let listed = keys(&tool).await;
        assert_eq!(listed.len(), made);
        assert_eq!(listed[0]["id"], rotated["key"]["id"]);
        assert_eq!(listed[0]["current"], true);
    }
}

#[tokio::test]
async fn the_keyring_is_shown_without_what_it_holds() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let keys = keys(&tool).await;
    let members: Vec<_> = keys[0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["created_at", "current", "id"]);
}

#[tokio::test]
async fn a_table_is_made_and_can_be_filled() {
    let system = System::start().await;
    let tool = Tool::of(&system).with("TABLE_NAME", "another");
    let missing = tool.run(&["practice", "list"]).await;
    missing.failed(&["no such table", "table create"]);

    let run = tool.run(&["table", "create", "--json"]).await;
    assert_eq!(run.status, Some(0), "{run:?}");
    assert!(run.stderr.contains("to become active"), "{run:?}");
    let made = run.json();
    for (member, value) in [
        ("table", json!("another")),
        ("created", json!(true)),
        ("time_to_live", json!(true)),
        ("deletion_protection", json!(true)),
        // The embedded database has no such thing.
        ("point_in_time_recovery", json!(false)),
    ] {
        assert_eq!(made[member], value, "{made}");
    }
    let again = tool.json(&["table", "create"]).await;
    assert_eq!(again["created"], false);

    let none = tool.run(&["keys", "list"]).await.ok().stdout;
    assert!(none.contains("cargo ops keys rotate"), "{none}");
    tool.run(&["keys", "rotate", "--yes"]).await.ok();
    tool.run(&["practice", "create", "Elsewhere"]).await.ok();
    let user = tool.make_user("Elsewhere", "kim@elsewhere.test", "standard");
    user.await.ok();
    let listed = tool.json(&["practice", "list"]).await;
    assert_eq!(listed["practices"].as_array().map(Vec::len), Some(1));
}
