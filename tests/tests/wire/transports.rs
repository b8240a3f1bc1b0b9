//! Cookies for browsers, bearer tokens for everything else.

use serde_json::json;
use twostep_tests::{Credentials, Kind, Person, Request, System, text_of};

#[tokio::test]
async fn a_browser_gets_cookies_and_no_tokens() {
    let system = System::start().await;
    let dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    let answer = browser
        .start_first_enrollment(&ticket, &dana, Kind::Sms)
        .await;
    let body = json!({
        "ticket": ticket, "enrollment": text_of(&answer.created(), "enrollment"),
        "code": system.code_sent(Kind::Sms, &dana.phone).await, "remember_device": true,
    });
    let answer = browser.post("/validate", body).await;
    let body = answer.authenticated("second_factor");
    assert!(body["session"]["token"].is_null());
    assert!(body["device_token"].is_null());
    let token = browser.session_token().expect("a session");
    let lines = answer.header_lines("set-cookie");
    assert_eq!(lines.len(), 2);
    assert_eq!(
        lines[0],
        format!("__Host-session={token}; Path=/; Secure; HttpOnly; SameSite=Strict")
    );
    assert!(!answer.text().contains(&token));
    // 256 random bits and who it belongs to, in base64url.
    assert_eq!(token.len(), 63);
}

#[tokio::test]
async fn an_app_gets_tokens_and_no_cookies() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut app = system.bearer();
    let body = app.enroll_at_sign_in(&mut dana, Kind::Authenticator).await;
    assert!(body["session"]["token"].is_string());
    let ticket = app.login(&dana).await.challenge_required();
    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = app
        .validate_and_remember(&ticket, Kind::Authenticator, &code)
        .await;
    let body = answer.authenticated("second_factor");
    assert_eq!(answer.header_lines("set-cookie"), [""; 0]);
    assert!(body["session"]["token"].is_string() && body["device_token"].is_string());

    let answer = app.login(&dana).await;
    let body = answer.authenticated("remembered_device");
    assert_eq!(answer.header_lines("set-cookie"), [""; 0]);
    assert!(body["session"]["token"].is_string() && body["device_token"].is_string());
    // The token comes with a new session only, never with a read.
    assert!(app.get("/session").await.ok()["token"].is_null());
    let answer = app.post("/logout", json!({})).await;
    answer.no_content();
    assert_eq!(answer.header_lines("set-cookie"), [""; 0]);
    app.get("/session").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_app_does_everything_a_browser_does() {
    let system = System::start().await;
    let mut admin = Person::new("admin@harbour.test");
    let mut app = system.bearer();
    app.enroll_at_sign_in(&mut admin, Kind::Email).await;
    app.enroll(&mut admin, Kind::Authenticator).await;
    app.step_up(&mut admin, Kind::Authenticator).await;
    app.put_empty("/methods/authenticator/primary").await.ok();
    app.delete("/methods/email").await.ok();
    app.put("/whitelist", json!({"mode": "new_addresses_only"}))
        .await
        .ok();
    app.put("/practice/alerts", json!({"new_login_alerts": "user"}))
        .await
        .ok();
    app.delete("/devices").await.no_content();
    app.get("/users").await.ok();
}

#[tokio::test]
async fn a_new_sign_in_of_an_app_replaces_no_session() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut app = system.bearer();
    app.enroll_at_sign_in(&mut dana, Kind::Authenticator).await;
    let mut before = app.clone();
    app.sign_in(&mut dana).await;
    before.get("/session").await.ok();
    app.get("/session").await.ok();
}

#[tokio::test]
async fn signing_out_ends_every_session_that_comes_along() {
    let system = System::start().await;
    let sign_out = |token: &str| {
        let authorization = format!("Bearer {token}");
        Request::new("POST", "/logout")
            .header("authorization", &authorization)
            .json(&json!({}))
    };
    let kinds = [Kind::Authenticator];
    let (mut nurse, _) = system.signed_in("nurse@harbour.test", &kinds).await;
    let theirs = nurse.session_token().expect("a session");
    let (mut desk, mut dana) = system.signed_in("desk@harbour.test", &kinds).await;
    let mut copy = desk.clone();
    desk.send(sign_out(&theirs)).await.no_content();
    assert_eq!(desk.session_token(), None);
    copy.get("/session").await.problem(401, "unauthenticated");
    nurse.get("/session").await.problem(401, "unauthenticated");

    // No page of another site can send `Authorization`, so its cookie ends without an `Origin` too.
    desk.sign_in(&mut dana).await;
    let mut copy = desk.clone();
    desk = desk.origin(None);
    desk.send(sign_out(&theirs)).await.no_content();
    copy.get("/session").await.problem(401, "unauthenticated");

    // The same one twice is one.
    copy.sign_in(&mut dana).await;
    let mut desk = copy.clone();
    let token = desk.session_token().expect("a session");
    desk.send(sign_out(&token)).await.no_content();
    copy.get("/session").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn authorization_goes_before_the_cookie() {
    let system = System::start().await;
    let (mut desk, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let (nurse, _) = system.signed_in("nurse@harbour.test", &[Kind::Sms]).await;
    let token = nurse.session_token().expect("a session");
    let with = |value: String| Request::new("GET", "/session").header("authorization", &value);
    let answer = desk.send(with(format!("Bearer {token}"))).await;
    assert_eq!(answer.ok()["user"]["email"], "nurse@harbour.test");
    let answer = desk.send(with(format!("bearer {token}"))).await;
    assert_eq!(answer.ok()["user"]["email"], "nurse@harbour.test");
    for bad in [
        "Bearer nonsense".to_owned(),
        "Basic Zm9v".to_owned(),
        "Bearer".to_owned(),
        token,
    ] {
        let answer = desk.send(with(bad)).await;
        answer.problem(401, "unauthenticated");
    }
    desk.get("/session").await.ok();
}

#[tokio::test]
async fn tokens_are_worth_nothing_in_each_others_places() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut app = system.bearer();
    app.enroll_at_sign_in(&mut dana, Kind::Authenticator).await;
    app.sign_in_and_remember(&mut dana).await;
    let Credentials::Bearer {
        session: Some(session),
        device: Some(device),
    } = app.credentials.clone()
    else {
        panic!("tokens");
    };
    let ticket = app.login_with(&dana.email, &dana.password).await;
    assert_eq!(ticket.ok()["status"], "authenticated");
    let mut fresh = system.bearer();
    let ticket = fresh.login(&dana).await.challenge_required();
    for token in [&device, &ticket] {
        fresh.credentials = Credentials::Bearer {
            session: Some(token.clone()),
            device: None,
        };
        fresh.get("/session").await.problem(401, "unauthenticated");
    }
    for token in [&device, &session] {
        let answer = fresh.challenge(token, Kind::Authenticator).await;
        answer.problem(401, "invalid_ticket");
        let answer = fresh.validate(token, Kind::Authenticator, "123456").await;
        answer.problem(401, "invalid_ticket");
    }
    fresh.credentials = Credentials::Bearer {
        session: None,
        device: Some(session),
    };
    fresh.login(&dana).await.challenge_required();
}

#[tokio::test]
async fn an_app_in_a_browser_leaves_the_browser_s_cookies_alone() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    browser.sign_in_and_remember(&mut dana).await;
    let body = json!({
        "email": dana.email, "password": dana.password, "transport": "bearer",
    });
    // The remembered browser is no remembered app.
    let ticket = browser.post("/login", body).await.challenge_required();
    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = browser.validate(&ticket, Kind::Authenticator, &code).await;
    let body = answer.authenticated("second_factor");
    assert!(body["session"]["token"].is_string());
    browser.get("/session").await.ok();
    system.advance(61).await;
    let answer = browser.login(&dana).await;
    answer.authenticated("remembered_device");
}
