//! New Login Alerts: e-mails for sign-ins from somewhere new.

use serde_json::json;
use twostep_tests::{Client, Kind, Person, System};

const HOME: &str = "203.0.113.7";
const CAFE: &str = "198.51.100.20";

/// How many alerts went to `to`.
async fn alerts(system: &System, to: &str) -> usize {
    let subjects = system.subjects_to(to).await;
    let alert = |subject: &&String| subject.starts_with("New sign-in");
    subjects.iter().filter(alert).count()
}

/// A practice with alerts set to `setting`, and somebody in it who signed in once, from home.
async fn practice(system: &System, setting: &str) -> (Client, Person) {
    let mut admin = Person::new("admin@harbour.test");
    let mut browser = system.browser().from(HOME);
    browser.enroll_at_sign_in(&mut admin, Kind::Sms).await;
    let body = json!({"new_login_alerts": setting});
    assert_eq!(
        browser.put("/practice/alerts", body.clone()).await.ok(),
        body
    );
    assert_eq!(browser.get("/practice/alerts").await.ok(), body);
    let mut dana = Person::new("desk@harbour.test");
    let mut browser = system.browser().from(HOME);
    browser
        .enroll_at_sign_in(&mut dana, Kind::Authenticator)
        .await;
    (browser, dana)
}

#[tokio::test]
async fn they_are_off_until_somebody_turns_them_on() {
    let system = System::start().await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let body = admin.get("/practice/alerts").await.ok();
    assert_eq!(body, json!({"new_login_alerts": "off"}));
    let (_, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    system.browser().from(CAFE).sign_in(&mut dana).await;
    assert_eq!(alerts(&system, &dana.email).await, 0);
    assert_eq!(alerts(&system, "admin@harbour.test").await, 0);
}

#[tokio::test]
async fn the_user_or_the_user_and_full_access_are_told() {
    for (setting, told) in [
        ("off", [0, 0]),
        ("user", [1, 0]),
        ("user_and_full_access", [1, 1]),
    ] {
        let system = System::start().await;
        let (_, mut dana) = practice(&system, setting).await;
        system.browser().from(CAFE).sign_in(&mut dana).await;
        let counts = [
            alerts(&system, &dana.email).await,
            alerts(&system, "admin@harbour.test").await,
        ];
        assert_eq!(counts, told, "{setting}");
        for other in ["nurse@harbour.test", "admin@summit.test"] {
            assert_eq!(alerts(&system, other).await, 0, "{other}");
        }
    }
}

#[tokio::test]
async fn an_alert_says_who_where_and_with_what() {
    let system = System::start().await;
    let (_, mut dana) = practice(&system, "user_and_full_access").await;
    system.clear_messages().await;
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let mut browser = system.browser().from(CAFE).user_agent(agent);
    browser.sign_in(&mut dana).await;
    for to in [dana.email.as_str(), "admin@harbour.test"] {
        let messages = system.messages_to(to).await;
        assert_eq!(messages.len(), 1);
        for fact in [CAFE, "Firefox on Linux", "Dana Reed", "UTC"] {
            assert!(
                messages[0].text().contains(fact),
                "{fact}: {}",
                messages[0].text()
            );
        }
    }
    let own = system.messages_to(&dana.email).await;
    let admins = system.messages_to("admin@harbour.test").await;
    assert_ne!(own[0].subject(), admins[0].subject());
    assert!(admins[0].subject().contains("Dana Reed"));
}

#[tokio::test]
async fn the_very_first_sign_in_of_an_account_is_not_alerted() {
    let system = System::start().await;
    let (_, dana) = practice(&system, "user_and_full_access").await;
    assert_eq!(alerts(&system, &dana.email).await, 0);
    assert_eq!(alerts(&system, "admin@harbour.test").await, 0);
}

#[tokio::test]
async fn a_known_address_is_not_alerted_in_either_mode() {
    let system = System::start().await;
    let (mut browser, mut dana) = practice(&system, "user").await;
    system.browser().from(HOME).sign_in(&mut dana).await;
    browser
        .put("/whitelist", json!({"mode": "new_addresses_only"}))
        .await
        .ok();
    let answer = system.browser().from(HOME).login(&dana).await;
    answer.authenticated("known_address");
    assert_eq!(alerts(&system, &dana.email).await, 0);

    // The second time from a new one, neither.
    for _ in 0..2 {
        browser
            .put("/whitelist", json!({"mode": "new_addresses_only"}))
            .await
            .ok();
        let mut cafe = system.browser().from(CAFE);
        cafe.sign_in(&mut dana).await;
        assert_eq!(alerts(&system, &dana.email).await, 1);
    }
}

#[tokio::test]
async fn a_remembered_device_is_not_alerted_wherever_it_is() {
    let system = System::start().await;
    let (mut browser, mut dana) = practice(&system, "user").await;
    browser.sign_in_and_remember(&mut dana).await;
    let mut moved = browser.from(CAFE);
    moved.login(&dana).await.authenticated("remembered_device");
    assert_eq!(alerts(&system, &dana.email).await, 0);
    // Skipping the code made the address no better known.
    system.browser().from(CAFE).sign_in(&mut dana).await;
    assert_eq!(alerts(&system, &dana.email).await, 1);
}

#[tokio::test]
async fn only_a_finished_sign_in_is_alerted() {
    let system = System::start().await;
    let (_, dana) = practice(&system, "user").await;
    let mut stranger = system.browser().from(CAFE);
    stranger.login_with(&dana.email, "not the password").await;
    let ticket = stranger.login(&dana).await.challenge_required();
    let wrong = dana.authenticator.as_ref().expect("an app");
    let wrong = wrong.wrong(system.now().await);
    stranger
        .validate(&ticket, Kind::Authenticator, &wrong)
        .await;
    assert_eq!(alerts(&system, &dana.email).await, 0);
}

#[tokio::test]
async fn after_trust_is_lost_home_is_somewhere_new() {
    let system = System::start().await;
    let (mut browser, mut dana) = practice(&system, "user").await;
    browser.enroll(&mut dana, Kind::Authenticator).await;
    system.browser().from(HOME).sign_in(&mut dana).await;
    assert_eq!(alerts(&system, &dana.email).await, 1);
}

#[tokio::test]
async fn an_admin_s_own_sign_in_is_told_once() {
    let system = System::start().await;
    practice(&system, "user_and_full_access").await;
    system
        .add_user("Harbour Clinic", "second@harbour.test", "full_access")
        .await;
    let mut second = Person::new("second@harbour.test");
    let mut browser = system.browser().from(HOME);
    browser
        .enroll_at_sign_in(&mut second, Kind::Authenticator)
        .await;
    system.browser().from(CAFE).sign_in(&mut second).await;
    assert_eq!(alerts(&system, &second.email).await, 1);
    assert_eq!(alerts(&system, "admin@harbour.test").await, 1);
}

#[tokio::test]
async fn the_setting_is_the_practice_s_own() {
    let system = System::start().await;
    practice(&system, "user").await;
    let (mut summit, _) = system.signed_in("admin@summit.test", &[Kind::Sms]).await;
    let body = summit.get("/practice/alerts").await.ok();
    assert_eq!(body, json!({"new_login_alerts": "off"}));
}

#[tokio::test]
async fn nor_is_one_that_was_remembered_in_another_tab() {
    let system = System::start().await;
    let (mut browser, mut dana) = practice(&system, "user").await;
    let first = browser.login(&dana).await.challenge_required();
    browser.sign_in_and_remember(&mut dana).await;
    let mut moved = browser.from(CAFE);
    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = moved.validate(&first, Kind::Authenticator, &code).await;
    answer.authenticated("second_factor");
    assert_eq!(alerts(&system, &dana.email).await, 0);
}
