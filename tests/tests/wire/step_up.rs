//! A recent second factor: what needs one, for how long it counts, and how to get one.

use serde_json::json;
use twostep_tests::{Answer, Client, HOUR, Kind, MINUTE, Person, System, seconds, text_of};

/// A Full Access user with two methods, and the id of a colleague.
async fn admin(system: &System) -> (Client, Person, String) {
    let (mut browser, admin) = system
        .signed_in("admin@harbour.test", &[Kind::Authenticator, Kind::Email])
        .await;
    let body = browser.get("/users").await.ok();
    let users = body["users"].as_array().expect("users");
    let desk = users
        .iter()
        .find(|user| user["email"] == "desk@harbour.test")
        .expect("a colleague");
    (browser, admin, text_of(desk, "id"))
}

/// Every change that needs a recent second factor; each succeeds with one, in this order.
async fn changes(browser: &mut Client, person: &Person, colleague: &str) -> Vec<Answer> {
    let alerts = json!({"new_login_alerts": "user"});
    let colleagues = format!("/users/{colleague}/methods");
    vec![
        browser.start_enrollment(person, Kind::Sms).await,
        browser.put_empty("/methods/email/primary").await,
        browser
            .put("/whitelist", json!({"mode": "new_addresses_only"}))
            .await,
        browser.put("/whitelist", json!({"mode": "always"})).await,
        browser.put("/practice/alerts", alerts).await,
        browser.delete(&format!("{colleagues}/sms")).await,
        browser.delete(&colleagues).await,
        browser.delete("/methods/email").await,
    ]
}

#[tokio::test]
async fn changes_of_security_need_a_recent_second_factor() {
    let system = System::start().await;
    let (mut browser, mut admin, desk) = admin(&system).await;
    system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Email])
        .await;
    let session = browser.get("/session").await.ok();
    let passed = seconds(&text_of(&session, "second_factor_at"));

    system.advance_to(passed + 15 * MINUTE).await;
    let items = system.items().await.len();
    for answer in changes(&mut browser, &admin, &desk).await {
        answer.problem(403, "step_up_required");
    }
    assert_eq!(system.items().await.len(), items);

    browser.step_up(&mut admin, Kind::Authenticator).await;
    for answer in changes(&mut browser, &admin, &desk).await {
        assert!(matches!(answer.status, 200 | 201 | 204), "{answer:?}");
    }
}

#[tokio::test]
async fn just_within_fifteen_minutes_it_still_counts() {
    let system = System::start().await;
    let (mut browser, _) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator, Kind::Email])
        .await;
    let session = browser.get("/session").await.ok();
    let passed = seconds(&text_of(&session, "second_factor_at"));
    // Room for a slow machine: real time goes on.
    system.advance_to(passed + 15 * MINUTE - 20).await;
    browser.put_empty("/methods/email/primary").await.ok();
}

#[tokio::test]
async fn reading_and_giving_trust_up_need_none() {
    let system = System::start().await;
    let (mut browser, mut admin, desk) = admin(&system).await;
    browser.sign_in_and_remember(&mut admin).await;
    system.advance(16 * MINUTE).await;
    for path in [
        "/session",
        "/methods",
        "/whitelist",
        "/devices",
        "/users",
        "/practice/alerts",
        "/activity",
        &format!("/users/{desk}/activity"),
    ] {
        browser.get(path).await.ok();
    }
    let known = browser.get("/whitelist").await.ok();
    let address = text_of(&known["addresses"][0], "id");
    let path = format!("/whitelist/addresses/{address}");
    browser.delete(&path).await.no_content();
    let devices = browser.get("/devices").await.ok();
    let device = text_of(&devices["devices"][0], "id");
    browser
        .delete(&format!("/devices/{device}"))
        .await
        .no_content();
    browser.delete("/devices").await.no_content();
    browser.post("/logout", json!({})).await.no_content();
}

#[tokio::test]
async fn a_session_without_a_code_has_no_recent_second_factor() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator, Kind::Email])
        .await;
    browser.sign_in_and_remember(&mut dana).await;
    let mut later = browser.without_session();
    let body = later.login(&dana).await.authenticated("remembered_device");
    assert!(body["session"]["second_factor_at"].is_null());
    let answer = later.put_empty("/methods/email/primary").await;
    answer.problem(403, "step_up_required");
    let before = system.now().await;
    let body = later.step_up(&mut dana, Kind::Email).await;
    let passed = seconds(&text_of(&body["session"], "second_factor_at"));
    assert!((before..=system.now().await).contains(&passed));
    later.put_empty("/methods/email/primary").await.ok();
}

#[tokio::test]
async fn a_step_up_rotates_the_token_and_extends_nothing() {
    let system = System::start().await;
    for mut client in [system.browser(), system.bearer()] {
        let mut dana = Person::new(&format!("desk{}@new.test", client.is_bearer()));
        system
            .add_user("New Practice", &dana.email, "standard")
            .await;
        let body = client.enroll_at_sign_in(&mut dana, Kind::Email).await;
        let signed_in = seconds(&text_of(&body["session"], "expires_at")) - HOUR;
        for _ in 0..11 {
            system.advance(HOUR - MINUTE).await;
            client.get("/session").await.ok();
        }
        system.advance(30 * MINUTE).await;
        let mut before = client.clone();
        let body = client.step_up(&mut dana, Kind::Email).await;
        let expires = seconds(&text_of(&body["session"], "expires_at"));
        assert_eq!(expires, signed_in + 12 * HOUR);
        assert_eq!(body["session"]["token"].is_string(), client.is_bearer());
        assert_ne!(client.session_token(), before.session_token());
        before.get("/session").await.problem(401, "unauthenticated");
        client.get("/session").await.ok();
        system.advance_to(expires).await;
        client.get("/session").await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn the_ticket_of_a_step_up_belongs_to_its_session() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    let ticket = text_of(
        &browser.challenge_in_session(Kind::Email).await.ok(),
        "ticket",
    );
    let code = dana.code(&system, Kind::Email).await;
    let mut other = system.browser();
    other.sign_in_by(&mut dana.clone(), Kind::Email).await;
    let (mut nurse, _) = system.signed_in("nurse@harbour.test", &[Kind::Sms]).await;
    for client in [&mut other, &mut nurse, &mut system.browser()] {
        let answer = client.validate(&ticket, Kind::Email, &code).await;
        assert_eq!(answer.status, 401, "{}", answer.text());
    }
    // It is no way to sign in, and good once.
    browser.validate(&ticket, Kind::Email, &code).await.ok();
    let answer = browser.validate(&ticket, Kind::Email, &code).await;
    answer.problem(401, "invalid_ticket");
}

#[tokio::test]
async fn a_step_up_by_the_ticket_of_a_sign_in_signs_in_instead() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let mut old = browser.clone();
    let ticket = browser.login(&dana).await.challenge_required();
    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = browser.validate(&ticket, Kind::Authenticator, &code).await;
    answer.authenticated("second_factor");
    old.get("/session").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn asking_again_makes_a_fresh_ticket_and_the_session_is_kept() {
    let system = System::start().await;
    let (mut browser, _) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let before = system.now().await;
    let first = browser.challenge_in_session(Kind::Authenticator).await.ok();
    let second = browser.challenge_in_session(Kind::Authenticator).await.ok();
    assert_ne!(first["ticket"], second["ticket"]);
    let expires = seconds(&text_of(&second, "expires_at"));
    assert!((before..=system.now().await).contains(&(expires - 10 * MINUTE)));
    assert_eq!(second["attempts_left"], 5);
    browser.get("/session").await.ok();
    let answer = system.browser().challenge_in_session(Kind::Sms).await;
    answer.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_step_up_can_use_any_enabled_method_and_no_other() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator, Kind::Email])
        .await;
    let answer = browser.challenge_in_session(Kind::Sms).await;
    answer.problem(409, "method_not_enabled");
    let asked = browser.challenge_in_session(Kind::Email).await.ok();
    let ticket = text_of(&asked, "ticket");
    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = browser.validate(&ticket, Kind::Authenticator, &code).await;
    assert_eq!(answer.ok()["status"], "verified");
}
