//! Remember for 30 days: this user, on this device and browser.

use serde_json::json;
use twostep_tests::{Credentials, DAY, Kind, MINUTE, Person, System, seconds, text_of};

const FIREFOX: &str =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0";

#[tokio::test]
async fn a_code_is_asked_for_again_after_exactly_thirty_days() {
    let system = System::start().await;
    let (browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let mut browser = browser.without_session();
    let before = system.now().await;
    let body = browser.sign_in_and_remember(&mut dana).await;
    let remembered = seconds(&text_of(&body["session"], "second_factor_at"));
    assert!((before..=system.now().await).contains(&remembered));
    let device = browser.get("/devices").await.ok()["devices"][0].clone();
    assert_eq!(seconds(&text_of(&device, "created_at")), remembered);
    let expires = seconds(&text_of(&device, "expires_at"));
    assert_eq!(expires, remembered + 30 * DAY);

    // Use never extends it, however late.
    for days in [1, 15, 29] {
        system.advance_to(remembered + days * DAY).await;
        let answer = browser.login(&dana).await;
        answer.authenticated("remembered_device");
        let device = browser.get("/devices").await.ok()["devices"][0].clone();
        assert_eq!(seconds(&text_of(&device, "expires_at")), expires);
    }
    system.advance_to(expires - 30).await;
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
    system.advance_to(expires).await;
    browser.login(&dana).await.challenge_required();
    browser.sign_in(&mut dana).await;
    assert_eq!(browser.get("/devices").await.ok()["devices"], json!([]));
}

#[tokio::test]
async fn the_cookie_lives_as_long_as_is_left_and_says_nothing() {
    let system = System::start().await;
    let (browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let mut browser = browser.without_session();
    let ticket = browser.login(&dana).await.challenge_required();
    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = browser
        .validate_and_remember(&ticket, Kind::Authenticator, &code)
        .await;
    let (name, value) = browser.device_cookie().expect("a device cookie");
    let slot = name.strip_prefix("__Host-device-").expect("a slot");
    assert_eq!(
        answer.header_lines("set-cookie")[1],
        format!("{name}={value}; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Strict")
    );
    let session = answer.ok()["session"].clone();
    let id = text_of(&session["user"], "id");
    assert!(slot.len() >= 10 && slot.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    for known in [id.as_str(), "desk", "harbour"] {
        assert!(!slot.contains(known) && !id.contains(slot), "{slot}");
    }

    system.advance(10 * DAY).await;
    let answer = browser.login(&dana).await;
    let line = answer.header_lines("set-cookie")[1];
    let lifetime = line
        .split("; ")
        .find_map(|part| part.strip_prefix("Max-Age="));
    let lifetime: i64 = lifetime.expect("Max-Age").parse().expect("seconds");
    assert!((20 * DAY - 60..=20 * DAY).contains(&lifetime), "{line}");
    assert_ne!(browser.device_cookie().expect("a device cookie").1, value);
}

#[tokio::test]
async fn who_does_not_tick_it_is_asked_again() {
    let system = System::start().await;
    let (mut browser, dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    assert_eq!(browser.device_cookie(), None);
    let ticket = browser.login(&dana).await.challenge_required();
    browser.challenge(&ticket, Kind::Email).await.ok();
    let body = json!({
        "ticket": ticket, "method": "email", "remember_device": false,
        "code": system.code_sent(Kind::Email, &dana.mailbox).await,
    });
    browser
        .post("/validate", body)
        .await
        .authenticated("second_factor");
    assert_eq!(browser.device_cookie(), None);
    browser.login(&dana).await.challenge_required();
}

#[tokio::test]
async fn two_users_of_one_browser_are_remembered_side_by_side() {
    let system = System::start().await;
    let (browser, mut desk) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let mut nurse = Person::new("nurse@harbour.test");
    let mut shared = browser;
    shared.sign_in_and_remember(&mut desk).await;

    // Not for the other one.
    shared
        .enroll_at_sign_in(&mut nurse, Kind::Authenticator)
        .await;
    shared.login(&nurse).await.challenge_required();
    shared.sign_in_and_remember(&mut nurse).await;
    assert_eq!(shared.device_cookies().len(), 2);
    for person in [&desk, &nurse, &desk] {
        let body = shared
            .login(person)
            .await
            .authenticated("remembered_device");
        assert_eq!(body["session"]["user"]["email"], person.email);
    }
    // A third one of the same practice is not.
    let admin = Person::new("admin@harbour.test");
    shared.login(&admin).await.enrollment_required();
    // And what one of them forgets is not the other's.
    shared.login(&desk).await.authenticated("remembered_device");
    shared.delete("/devices").await.no_content();
    shared.login(&desk).await.challenge_required();
    shared
        .login(&nurse)
        .await
        .authenticated("remembered_device");
}

#[tokio::test]
async fn another_browser_is_another_device() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    browser.sign_in_and_remember(&mut dana).await;
    // Same address, same kind of browser.
    system.browser().login(&dana).await.challenge_required();
}

#[tokio::test]
async fn somebody_elses_cookie_is_worth_nothing() {
    let system = System::start().await;
    let (mut desk, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    let (mut nurse, mut noor) = system.signed_in("nurse@harbour.test", &[Kind::Email]).await;
    desk.sign_in_and_remember(&mut dana).await;
    nurse.sign_in_and_remember(&mut noor).await;
    let (_, token) = desk.device_cookie().expect("a device cookie");
    let (slot, _) = nurse.device_cookie().expect("a device cookie");
    let mut forged = system.browser();
    let cookies = [(slot, token.clone())];
    forged.credentials = Credentials::Cookies(cookies.into_iter().collect());
    forged.login(&noor).await.challenge_required();
    let mut bearer = system.bearer();
    bearer.credentials = Credentials::Bearer {
        session: None,
        device: Some(token),
    };
    bearer.login(&noor).await.challenge_required();
}

#[tokio::test]
async fn it_survives_signing_out() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    browser.sign_in_and_remember(&mut dana).await;
    browser.post("/logout", json!({})).await.no_content();
    browser
        .get("/session")
        .await
        .problem(401, "unauthenticated");
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
}

#[tokio::test]
async fn devices_are_listed_and_forgotten_one_by_one() {
    let system = System::start().await;
    let (_, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let mut mac = system.browser().user_agent(FIREFOX);
    mac.sign_in_and_remember(&mut dana).await;
    system.advance(5 * MINUTE).await;
    let mut app = system.bearer();
    app.sign_in_and_remember(&mut dana).await;
    let body = mac.get("/devices").await.ok();
    let devices = body["devices"].as_array().expect("devices");
    assert_eq!(devices.len(), 2);
    let (current, other): (Vec<_>, Vec<_>) =
        devices.iter().partition(|device| device["current"] == true);
    assert_eq!(current[0]["label"], "Firefox on Mac");
    assert_eq!(other[0]["label"], "Unknown browser or app");
    assert!(text_of(other[0], "last_used_at") > text_of(current[0], "last_used_at"));

    let path = format!("/devices/{}", text_of(other[0], "id"));
    let answer = mac.delete(&path).await;
    answer.no_content();
    assert_eq!(answer.header_lines("set-cookie"), [""; 0]);
    mac.delete(&path).await.problem(404, "not_found");
    app.login(&dana).await.challenge_required();
    // The app's own session goes on.
    app.get("/session").await.ok();

    let path = format!("/devices/{}", text_of(current[0], "id"));
    let (name, _) = mac.device_cookie().expect("a device cookie");
    let answer = mac.delete(&path).await;
    answer.no_content();
    assert_eq!(
        answer.header("set-cookie"),
        format!("{name}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict")
    );
    assert_eq!(mac.device_cookie(), None);
    mac.login(&dana).await.challenge_required();
}

#[tokio::test]
async fn only_ones_own_devices_can_be_forgotten() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    browser.sign_in_and_remember(&mut dana).await;
    let devices = browser.get("/devices").await.ok();
    let id = text_of(&devices["devices"][0], "id");
    let (mut nurse, _) = system.signed_in("nurse@harbour.test", &[Kind::Email]).await;
    nurse
        .delete(&format!("/devices/{id}"))
        .await
        .problem(404, "not_found");
    // All of none is no error.
    nurse.delete("/devices").await.no_content();
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
}
