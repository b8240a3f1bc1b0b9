//! Notices while the mail provider fails: nobody is kept from signing in, and everybody is told
//! once, later.

use serde_json::{Value, json};
use twostep_tests::{Client, Kind, Person, System, text_of};

const ADMIN: &str = "admin@harbour.test";
const DESK: &str = "desk@harbour.test";

/// A practice whose Full Access user is told of new sign-ins too.
async fn alerted_practice(system: &System) -> (Client, Person) {
    let (mut admin, _) = system.signed_in(ADMIN, &[Kind::Sms]).await;
    let body = json!({"new_login_alerts": "user_and_full_access"});
    admin.put("/practice/alerts", body).await.ok();
    let dana = system.signed_in(DESK, &[Kind::Authenticator]).await;
    system.messages().await;
    system.clear_messages().await;
    dana
}

async fn ses_fails(system: &System, mode: &str, count: u64) {
    let fault = json!({"service": "ses", "function": "notify", "mode": mode, "count": count});
    system.fault(fault).await;
}

/// Waits until as many mails as `count` have arrived: the retries have their own pace.
async fn arrived(system: &System, count: usize) {
    while system.messages().await.len() < count {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

async fn assert_alerted_once(system: &System) {
    arrived(system, 2).await;
    for to in [DESK, ADMIN] {
        let subjects = system.subjects_to(to).await;
        let [subject] = &subjects[..] else {
            panic!("{to}: {subjects:?}");
        };
        assert!(subject.starts_with("New sign-in"), "{subject}");
    }
}

async fn dead_letters(system: &System) -> Vec<Value> {
    let answer = system.local("GET", "dead-letters", None).await.json();
    answer["records"].as_array().expect("records").clone()
}

#[tokio::test]
async fn an_alert_arrives_once_when_the_provider_fails_three_times_first() {
    for mode in ["error", "throttle"] {
        let system = System::start().await;
        let (_, mut dana) = alerted_practice(&system).await;
        ses_fails(&system, mode, 3).await;
        system
            .browser()
            .from("198.51.100.20")
            .sign_in(&mut dana)
            .await;
        assert_alerted_once(&system).await;
        assert!(dead_letters(&system).await.is_empty());
    }
}

#[tokio::test]
async fn a_longer_outage_makes_dead_letters_that_can_be_tried_again() {
    let system = System::start().await;
    let (_, mut dana) = alerted_practice(&system).await;
    ses_fails(&system, "error", 1000).await;
    let mut browser = system.browser().from("198.51.100.20");
    browser.sign_in(&mut dana).await;
    while dead_letters(&system).await.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(system.messages_to(DESK).await.is_empty());
    system.clear_faults().await;
    assert_alerted_once(&system).await;
    assert!(dead_letters(&system).await.is_empty());
    browser.get("/session").await.ok();
}

#[tokio::test]
async fn a_mailbox_that_is_refused_keeps_nobody_else_from_being_told() {
    let system = System::start().await;
    let (_, mut dana) = alerted_practice(&system).await;
    // The first mail of each try is the owner's.
    ses_fails(&system, "error", 1).await;
    system
        .browser()
        .from("198.51.100.20")
        .sign_in(&mut dana)
        .await;
    arrived(&system, 2).await;
    let messages = system.messages().await;
    let told: Vec<_> = messages.iter().map(|message| message.to()).collect();
    assert_eq!(told, [ADMIN, DESK], "the owner at the second try");
}

#[tokio::test]
async fn a_change_is_told_once_whatever_fails_meanwhile() {
    let system = System::start().await;
    let (mut admin, _) = system.signed_in(ADMIN, &[Kind::Sms]).await;
    let (mut desk, _) = system.signed_in(DESK, &[Kind::Sms]).await;
    system.messages().await;
    system.clear_messages().await;
    let id = text_of(&desk.get("/session").await.ok()["user"], "id");
    ses_fails(&system, "error", 3).await;
    let path = format!("/users/{id}/methods");
    admin.delete(&path).await.no_content();
    desk.get("/session").await.problem(401, "unauthenticated");
    arrived(&system, 1).await;
    let messages = system.messages_to(DESK).await;
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].text().contains("By: Alex Hart"));
}
