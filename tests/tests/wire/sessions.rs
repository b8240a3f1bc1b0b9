//! Sessions: what they say, when they end, and what replaces them.

use serde_json::json;
use twostep_tests::{HOUR, Kind, MINUTE, Person, System, seconds, text_of};

#[tokio::test]
async fn a_session_says_who_is_signed_in() {
    let system = System::start().await;
    let before = system.now().await;
    let (mut browser, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let session = browser.get("/session").await.ok();
    let after = system.now().await;
    let user = &session["user"];
    assert_eq!(user["name"], "Dana Reed");
    assert_eq!(user["email"], "desk@harbour.test");
    assert_eq!(user["role"], "standard");
    assert_eq!(user["practice"]["name"], "Harbour Clinic");
    assert!(user["practice"]["id"].is_string() && user["id"].is_string());
    assert!(session["token"].is_null());
    let expires = seconds(&text_of(&session, "expires_at"));
    assert!((before..=after).contains(&(expires - HOUR)));
    let passed = seconds(&text_of(&session, "second_factor_at"));
    assert!((before..=after).contains(&passed));
    assert_eq!(session.as_object().map(serde_json::Map::len), Some(3));
}

#[tokio::test]
async fn an_hour_of_silence_ends_it() {
    let system = System::start().await;
    let (mut browser, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let idle = seconds(&text_of(&browser.get("/session").await.ok(), "expires_at"));
    system.advance_to(idle - 30).await;
    let again = browser.get("/session").await.ok();
    let idle = seconds(&text_of(&again, "expires_at"));
    system.advance_to(idle).await;
    browser
        .get("/session")
        .await
        .problem(401, "unauthenticated");
    browser
        .get("/methods")
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn any_call_keeps_it_alive() {
    let system = System::start().await;
    let (mut browser, mut admin) = system
        .signed_in("admin@harbour.test", &[Kind::Authenticator])
        .await;
    for path in [
        "/methods",
        "/whitelist",
        "/devices",
        "/users",
        "/practice/alerts",
        "/activity",
    ] {
        system.advance(HOUR - MINUTE).await;
        browser.get(path).await.ok();
    }
    system.advance(HOUR - MINUTE).await;
    browser.challenge_in_session(Kind::Authenticator).await.ok();
    system.advance(HOUR - MINUTE).await;
    browser.step_up(&mut admin, Kind::Authenticator).await;
    browser.start_enrollment(&admin, Kind::Sms).await.created();
    system.advance(HOUR - MINUTE).await;
    browser.get("/session").await.ok();
}

#[tokio::test]
async fn twelve_hours_after_sign_in_it_ends_whatever_happens() {
    let system = System::start().await;
    let (mut browser, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let session = browser.get("/session").await.ok();
    let end = seconds(&text_of(&session, "second_factor_at")) + 12 * HOUR;
    for hour in 1..=14 {
        system
            .advance_to(end - 12 * HOUR + hour * 50 * MINUTE)
            .await;
        let session = browser.get("/session").await.ok();
        assert!(seconds(&text_of(&session, "expires_at")) <= end);
    }
    system.advance_to(end - 30).await;
    let session = browser.get("/session").await.ok();
    assert_eq!(seconds(&text_of(&session, "expires_at")), end);
    system.advance_to(end).await;
    browser
        .get("/session")
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn signing_out_ends_it_and_drops_the_cookie() {
    let system = System::start().await;
    let (mut browser, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let mut copy = browser.clone();
    let answer = browser.post("/logout", json!({})).await;
    answer.no_content();
    assert_eq!(
        answer.header("set-cookie"),
        "__Host-session=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict"
    );
    assert_eq!(browser.session_token(), None);
    copy.get("/session").await.problem(401, "unauthenticated");
    // With or without a session.
    browser.post("/logout", json!({})).await.no_content();
    copy.post("/logout", json!({})).await.no_content();
    system
        .bearer()
        .post("/logout", json!({}))
        .await
        .no_content();
}

#[tokio::test]
async fn a_new_sign_in_replaces_the_session_of_that_browser_only() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let mut elsewhere = system.browser();
    elsewhere.sign_in(&mut dana).await;
    let mut app = system.bearer();
    app.sign_in(&mut dana).await;
    let mut old = browser.clone();

    // Until the sign-in is complete the old session goes on.
    let ticket = browser.login(&dana).await.challenge_required();
    browser.get("/session").await.ok();
    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = browser.validate(&ticket, Kind::Authenticator, &code).await;
    answer.authenticated("second_factor");
    old.get("/session").await.problem(401, "unauthenticated");
    for client in [&mut browser, &mut elsewhere, &mut app] {
        client.get("/session").await.ok();
    }

    // Somebody else signing in on it as well.
    let mut old = browser.clone();
    let mut nurse = Person::new("nurse@harbour.test");
    browser.enroll_at_sign_in(&mut nurse, Kind::Sms).await;
    old.get("/session").await.problem(401, "unauthenticated");
    elsewhere.get("/session").await.ok();
}

#[tokio::test]
async fn a_remembered_sign_in_replaces_it_too() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    browser.sign_in_and_remember(&mut dana).await;
    let mut old = browser.clone();
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
    old.get("/session").await.problem(401, "unauthenticated");
    browser.get("/session").await.ok();
}

#[tokio::test]
async fn a_change_of_role_takes_effect_at_the_next_request() {
    let system = System::start().await;
    let (mut browser, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let session = browser.get("/session").await.ok();
    let id = text_of(&session["user"], "id");
    browser
        .get("/users")
        .await
        .problem(403, "full_access_required");

    system
        .change_user(&id, json!({"role": "full_access"}))
        .await;
    browser.get("/users").await.ok();
    assert_eq!(
        browser.get("/session").await.ok()["user"]["role"],
        "full_access"
    );
    system.change_user(&id, json!({"role": "standard"})).await;
    browser
        .get("/users")
        .await
        .problem(403, "full_access_required");
    browser.get("/session").await.ok();
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_stays_out() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    browser.sign_in_and_remember(&mut dana).await;
    let mut elsewhere = system.browser();
    let ticket = elsewhere.login(&dana).await.challenge_required();
    let session = browser.get("/session").await.ok();
    let id = text_of(&session["user"], "id");

    system.change_user(&id, json!({"disabled": true})).await;
    browser
        .get("/session")
        .await
        .problem(401, "unauthenticated");
    let answer = elsewhere.challenge(&ticket, Kind::Sms).await;
    answer.problem(401, "invalid_ticket");
    let right = browser.login(&dana).await;
    let right = right.problem(401, "invalid_credentials");
    let wrong = browser.login_with(&dana.email, "not the password").await;
    assert_eq!(wrong.problem(401, "invalid_credentials"), right);

    // Enabled again, what there was before does not come back to life.
    system.change_user(&id, json!({"disabled": false})).await;
    browser
        .get("/session")
        .await
        .problem(401, "unauthenticated");
    let answer = elsewhere.challenge(&ticket, Kind::Sms).await;
    answer.problem(401, "invalid_ticket");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_one_answer() {
    let system = System::start().await;
    let mut browser = system.browser();
    let wrong = browser
        .login_with("desk@harbour.test", "not the password")
        .await;
    let wrong = wrong.problem(401, "invalid_credentials");
    let unknown = browser
        .login_with("nobody@harbour.test", "not the password")
        .await;
    assert_eq!(unknown.problem(401, "invalid_credentials"), wrong);
    // Addresses are compared trimmed and in lower case; look-alikes are somebody else's.
    let password = twostep_local::DEMO_PASSWORD;
    let answer = browser.login_with(" Desk@HARBOUR.test ", password).await;
    answer.enrollment_required();
    for look_alike in [
        "de\u{17f}k@harbour.test",
        "des\u{212a}@harbour.test",
        "desk+a@harbour.test",
    ] {
        let answer = browser.login_with(look_alike, password).await;
        answer.problem(401, "invalid_credentials");
    }
}
