//! `user set-password`, `disable` and `enable`: what they end, record and tell.

use serde_json::json;
use twostep_tests::{Client, Kind, Person, System, text_of};

use crate::support::Tool;

const DESK: &str = "desk@harbour.test";
const NEW_PASSWORD: &str = "another horse battery staple";

/// Dana, signed in with a remembered device, a known address and the whitelist on.
async fn trusted(system: &System) -> (Client, Person) {
    let (mut browser, mut dana) = system.signed_in(DESK, &[Kind::Authenticator]).await;
    browser.sign_in_and_remember(&mut dana).await;
    let on = json!({"mode": "new_addresses_only"});
    browser.put("/whitelist", on).await.ok();
    system.messages().await;
    system.clear_messages().await;
    (browser, dana)
}

/// Asserts that nothing Dana had is trusted any more, and signs them in.
async fn assert_trust_lost(system: &System, browser: &mut Client, dana: &mut Person) {
    browser
        .get("/session")
        .await
        .problem(401, "unauthenticated");
    browser.login(dana).await.challenge_required();
    system.browser().login(dana).await.challenge_required();
    browser.sign_in(dana).await;
    let whitelist = browser.get("/whitelist").await.ok();
    assert_eq!(whitelist["mode"], "always");
    assert_eq!(whitelist["addresses"].as_array().map(Vec::len), Some(1));
    let devices = browser.get("/devices").await.ok();
    assert_eq!(devices["devices"], json!([]));
}

#[tokio::test]
async fn a_new_password_loses_trust_and_is_recorded_and_told() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let (mut browser, mut dana) = trusted(&system).await;
    let pending = system.browser().from("203.0.113.50").login(&dana).await;
    let pending = pending.challenge_required();
    let set = [
        "user",
        "set-password",
        "--email",
        DESK,
        "--yes",
        "--password-stdin",
    ];
    let run = tool
        .run_with(&set, &format!("{NEW_PASSWORD}\r\n"))
        .await
        .ok();
    assert!(!run.stdout.contains(NEW_PASSWORD), "{run:?}");

    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = system
        .browser()
        .validate(&pending, Kind::Authenticator, &code)
        .await;
    answer.problem(401, "invalid_ticket");
    let answer = system.browser().login(&dana).await;
    answer.problem(401, "invalid_credentials");
    dana.password = NEW_PASSWORD.to_owned();
    assert_trust_lost(&system, &mut browser, &mut dana).await;

    let messages = system.messages_to(DESK).await;
    let [notice] = &messages[..] else {
        panic!("{messages:?}");
    };
    assert!(notice.subject().starts_with("Password changed"));
    assert!(!notice.text().contains(NEW_PASSWORD));
    // The sign-in above is newer.
    let activity = browser.get("/activity").await.ok();
    let events = activity["events"].as_array().unwrap();
    let changed = events
        .iter()
        .find(|event| event["kind"] == "password_changed");
    assert_eq!(changed.unwrap()["actor"], "support");
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_nothing_comes_back_with_enabling() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let (mut browser, mut dana) = trusted(&system).await;
    let id = text_of(&browser.get("/session").await.ok()["user"], "id");
    tool.run(&["user", "disable", "--email", DESK, "--yes"])
        .await
        .ok();
    browser
        .get("/session")
        .await
        .problem(401, "unauthenticated");
    let refused = browser.login(&dana).await;
    refused.problem(401, "invalid_credentials");
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let activity = admin.get(&format!("/users/{id}/activity")).await.ok();
    assert_eq!(activity["events"][0]["kind"], "sign_in_failed");
    let shown = tool.json(&["user", "show", "--email", DESK]).await;
    assert_eq!(shown["user"]["disabled"], true);

    let again = tool
        .run(&["user", "disable", "--email", DESK, "--yes"])
        .await;
    assert!(again.ok().stdout.contains("already"));
    tool.run(&["user", "enable", "--email", DESK]).await.ok();
    assert_trust_lost(&system, &mut browser, &mut dana).await;
    let again = tool.run(&["user", "enable", "--email", DESK]).await;
    assert!(again.ok().stdout.contains("was not disabled"));
    browser.get("/session").await.ok();

    let activity = browser.get("/activity").await.ok();
    let events = activity["events"].as_array().unwrap();
    let mut locked = events.iter().filter(|event| event["kind"] == "locked");
    assert_eq!(locked.next().unwrap()["actor"], "support");
    assert_eq!(locked.next(), None, "disabling again is no event");
}

#[tokio::test]
async fn nothing_is_done_without_consent() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let (mut browser, dana) = trusted(&system).await;
    for command in [
        &["user", "disable", "--email", DESK][..],
        &["user", "set-password", "--email", DESK, "--password-stdin"],
        &["reset-2fa", "--email", DESK, "--reason", "lost"],
        &["keys", "rotate"],
    ] {
        let run = tool.run_with(command, "y\n").await;
        run.failed(&["nothing was done", "--yes"]);
    }
    browser.get("/session").await.ok();
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
    assert!(system.messages_to(DESK).await.is_empty());
}
