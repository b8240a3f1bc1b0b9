//! `practice`: making and finding them.

use twostep_tests::System;

use crate::support::Tool;

#[tokio::test]
async fn a_practice_is_made_listed_and_shown() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let made = tool.json(&["practice", "create", "O'Brien & Söhne"]).await;
    let id = made["practice"]["id"].as_str().unwrap();
    assert_eq!(made["practice"]["name"], "O'Brien & Söhne");

    let listed = tool.json(&["practice", "list"]).await;
    let names: Vec<_> = (listed["practices"].as_array().unwrap().iter())
        .map(|practice| practice["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["Harbour Clinic", "O'Brien & Söhne", "Summit Physio"]
    );

    for reference in [id, "O'Brien & Söhne", "o'brien & söhne"] {
        let shown = tool.json(&["practice", "show", reference]).await;
        assert_eq!(shown["practice"]["id"], id);
        assert_eq!(shown["practice"]["new_login_alerts"], "off");
        assert_eq!(shown["practice"]["users"], 0);
    }
    let text = tool.run(&["practice", "show", id]).await.ok().stdout;
    assert!(text.contains("Full Access:       nobody"), "{text}");
}

#[tokio::test]
async fn its_users_are_summed_up() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let kinds = [twostep_tests::Kind::Sms];
    system.signed_in("desk@harbour.test", &kinds).await;
    tool.run(&["user", "disable", "--email", "nurse@harbour.test", "--yes"])
        .await
        .ok();
    let shown = tool.json(&["practice", "show", "Harbour Clinic"]).await;
    let practice = &shown["practice"];
    assert_eq!(practice["users"], 3);
    assert_eq!(practice["without_method"], 2);
    assert_eq!(practice["disabled"], 1);
    assert_eq!(practice["full_access"][0], "admin@harbour.test");
}

#[tokio::test]
async fn its_setting_is_the_one_that_full_access_chose() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let kinds = [twostep_tests::Kind::Sms];
    let (mut admin, _) = system.signed_in("admin@harbour.test", &kinds).await;
    let alerts = serde_json::json!({"new_login_alerts": "user_and_full_access"});
    admin.put("/practice/alerts", alerts).await.ok();
    let shown = tool.json(&["practice", "show", "Harbour Clinic"]).await;
    let by_name = &shown["practice"];
    assert_eq!(by_name["new_login_alerts"], "user_and_full_access");
    let id = by_name["id"].as_str().unwrap();
    let by_id = tool.json(&["practice", "show", id]).await;
    assert_eq!(by_id["practice"], *by_name);
}

#[tokio::test]
async fn a_name_is_taken_twice_only_when_that_is_meant() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let again = tool.run(&["practice", "create", "HARBOUR clinic"]).await;
    again.failed(&["--allow-same-name"]);
    let twice = ["practice", "create", "Harbour Clinic", "--allow-same-name"];
    let second = tool.json(&twice).await;
    let by_name = tool.run(&["practice", "show", "Harbour Clinic"]).await;
    let id = second["practice"]["id"].as_str().unwrap();
    by_name.failed(&["several practices", "by its ID", id]);
    tool.run(&["practice", "show", id]).await.ok();
}

#[tokio::test]
async fn what_is_no_name_or_no_practice_is_refused() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    for name in ["", "  ", "a\nb", &"x".repeat(101)] {
        let refused = tool.run(&["practice", "create", name]).await;
        refused.unusable(&["a name has"]);
    }
    for nobody in ["Nowhere", "aaaaaaaaaaaaaaaa"] {
        let unknown = tool.run(&["practice", "show", nobody]).await;
        unknown.failed(&[nobody, "practice list"]);
    }
}
