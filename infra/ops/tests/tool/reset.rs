//! `reset-2fa`: when the only Full Access user is locked out.

use serde_json::json;
use twostep_tests::{Kind, Person, System};

use crate::support::{Tool, profile_of};

const ADMIN: &str = "admin@harbour.test";
const REASON: &str = "Lost phone <b>& bag</b>; called back, ticket 4711";

#[tokio::test]
async fn support_resets_a_full_access_user_and_everybody_concerned_is_told_why() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    for (email, role) in [
        ("second@harbour.test", "full_access"),
        ("third@harbour.test", "full_access"),
        ("plain@harbour.test", "standard"),
    ] {
        system.add_user("Harbour Clinic", email, role).await;
    }
    tool.run(&["user", "disable", "--email", "third@harbour.test", "--yes"])
        .await
        .ok();
    let (mut admin, mut alex) = system
        .signed_in(ADMIN, &[Kind::Authenticator, Kind::Sms])
        .await;
    admin.sign_in_and_remember(&mut alex).await;
    admin
        .put("/whitelist", json!({"mode": "new_addresses_only"}))
        .await
        .ok();
    system.messages().await;
    system.clear_messages().await;

    let reset = [
        "reset-2fa",
        "--email",
        ADMIN,
        "--reason",
        REASON,
        "--yes",
        "--json",
    ];
    let reset = tool.run(&reset).await.ok().json();
    assert_eq!(reset["user"]["methods"], json!([]));
    assert_eq!(reset["user"]["remembered_devices"], 0);
    assert_eq!(reset["user"]["known_addresses"], 0);
    assert_eq!(reset["user"]["whitelist"], "always");
    admin.get("/session").await.problem(401, "unauthenticated");
    admin.login(&alex).await.enrollment_required();

    let messages = system.messages().await;
    let mut told: Vec<_> = messages.iter().map(|message| message.to()).collect();
    told.sort_unstable();
    assert_eq!(told, [ADMIN, "second@harbour.test"]);
    for message in &messages {
        assert!(message.subject().starts_with("Support reset"));
        assert!(message.text().contains(REASON), "{}", message.text());
        let html = message.0["html"].as_str().unwrap();
        assert!(html.contains("Lost phone &#60;b&#62;&#38; bag"), "{html}");
        assert!(!html.contains("<b>"), "{html}");
    }

    admin.enroll_at_sign_in(&mut alex, Kind::Email).await;
    assert_eq!(admin.enabled_methods().await, ["email"]);
    let activity = admin.get("/activity").await.ok();
    let events = activity["events"].as_array().unwrap();
    let reset = events.iter().find(|event| event["kind"] == "reset");
    assert_eq!(reset.unwrap()["actor"], "support");
}

#[tokio::test]
async fn a_reset_needs_a_reason() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    system.signed_in(ADMIN, &[Kind::Sms]).await;
    let before = profile_of(&system, ADMIN).await;
    let reset = ["reset-2fa", "--email", ADMIN, "--yes"];
    tool.run(&reset).await.unusable(&["--reason"]);
    for reason in ["", "   ", "two\nlines", &"x".repeat(501)] {
        let run = tool
            .run(&[&reset[..], &["--reason", reason]].concat())
            .await;
        run.unusable(&["a reason"]);
    }
    assert_eq!(profile_of(&system, ADMIN).await, before);
}

#[tokio::test]
async fn a_reset_ends_the_wait_after_wrong_codes_too() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let mut alex = Person::new(ADMIN);
    let mut browser = system.browser();
    browser
        .enroll_at_sign_in(&mut alex, Kind::Authenticator)
        .await;
    for _ in 0..2 {
        let ticket = browser.login(&alex).await.challenge_required();
        for _ in 0..5 {
            let wrong = alex.authenticator.as_ref().unwrap();
            let wrong = wrong.wrong(system.now().await);
            browser.validate(&ticket, Kind::Authenticator, &wrong).await;
        }
    }
    let ticket = browser.login(&alex).await.challenge_required();
    let code = alex.code(&system, Kind::Authenticator).await;
    let answer = browser.validate(&ticket, Kind::Authenticator, &code).await;
    answer.problem(429, "too_many_attempts");
    let reset = ["reset-2fa", "--email", ADMIN, "--reason", "Lost", "--yes"];
    tool.run(&reset).await.ok();
    browser
        .enroll_at_sign_in(&mut alex, Kind::Authenticator)
        .await;
}
