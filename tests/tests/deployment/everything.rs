//! A few days in a practice that make every function call AWS in every way it has.

use serde_json::{Value, json};
use twostep_tests::{Client, HOUR, Kind, MINUTE, Person, System};

/// Addresses of the front desk and of elsewhere.
const DESK: &str = "203.0.113.7";
const HOME: &str = "198.51.100.7";

/// Lets all of it happen.
pub(crate) async fn happens(system: &System) {
    let mut dana = Person::new("desk@harbour.test");
    let mut ada = Person::new("admin@harbour.test");
    let mut desk = system.browser().from(DESK);
    let mut office = system.browser().from(DESK);

    limits_are_reached(system).await;
    // notify's claim of the next notice takes effect and its answer is lost.
    let lost = json!({"service": "dynamodb", "function": "notify", "mode": "after", "count": 1});
    system.fault(lost).await;
    mistypes(&mut desk, &dana).await;
    desk.enroll_at_sign_in(&mut dana, Kind::Email).await;
    office
        .enroll_at_sign_in(&mut ada, Kind::Authenticator)
        .await;
    sets_alerts(&mut office).await;
    sends_fail(&mut desk, &dana).await;
    enables_all_methods(&mut desk, &mut dana).await;
    is_remembered(system, &mut dana).await;
    is_known(&mut desk, &mut dana).await;
    gives_up_trust(&mut desk, &mut dana).await;
    let id = looks_around(&mut office).await;
    office.step_up(&mut ada, Kind::Authenticator).await;
    office
        .delete(&format!("/users/{id}/methods/sms"))
        .await
        .no_content();
    office
        .delete(&format!("/users/{id}/methods"))
        .await
        .no_content();
    desk.login(&dana).await.enrollment_required();
    office.post("/logout", Value::Null).await.no_content();
    // What was told by e-mail comes through the stream; reading the messages waits for it.
    assert!(
        !system.subjects_to(&ada.email).await.is_empty(),
        "the alert of a new sign-in"
    );
    assert!(!system.subjects_to(&dana.email).await.is_empty());
}

async fn mistypes(browser: &mut Client, person: &Person) {
    browser
        .login_with(&person.email, "not the password")
        .await
        .problem(401, "invalid_credentials");
    browser
        .login_with("nobody@harbour.test", "whatever")
        .await
        .problem(401, "invalid_credentials");
}

async fn sets_alerts(browser: &mut Client) {
    browser
        .put(
            "/practice/alerts",
            json!({"new_login_alerts": "user_and_full_access"}),
        )
        .await
        .ok();
    browser.get("/practice/alerts").await.ok();
}

/// A send that the provider refuses is taken back.
async fn sends_fail(browser: &mut Client, person: &Person) {
    let system = browser.system().clone();
    // Only these two: a notice on its way must not use up the faults.
    for function in ["enroll", "challenge"] {
        let fault = json!({"service": "ses", "function": function, "mode": "error", "count": 1});
        system.fault(fault).await;
    }
    browser
        .start_enrollment(person, Kind::Email)
        .await
        .problem(503, "delivery_unavailable");
    browser
        .challenge_in_session(Kind::Email)
        .await
        .problem(503, "delivery_unavailable");
    system.clear_faults().await;
}

async fn enables_all_methods(browser: &mut Client, person: &mut Person) {
    browser.enroll(person, Kind::Sms).await;
    browser.enroll(person, Kind::Authenticator).await;
    browser.system().clone().advance(MINUTE).await;
    // Replaced by itself: the old one is forgotten, and so is all trust.
    browser.enroll(person, Kind::Email).await;
    browser.put_empty("/methods/sms/primary").await.ok();
    browser.system().clone().advance(MINUTE).await;
    browser.step_up(person, Kind::Sms).await;
    assert_eq!(browser.enabled_methods().await.len(), 3);
}

/// Signs in elsewhere, which is alerted, and is remembered there until a thief turns up.
async fn is_remembered(system: &System, person: &mut Person) {
    let mut home = system.browser().from(HOME);
    let ticket = home.login(person).await.challenge_required();
    home.validate(&ticket, Kind::Email, "000000")
        .await
        .problem(422, "invalid_code");
    home.challenge(&ticket, Kind::Email).await.ok();
    let code = person.code(system, Kind::Email).await;
    home.validate_and_remember(&ticket, Kind::Email, &code)
        .await
        .authenticated("second_factor");
    let mut thief = home.clone();
    home.login(person).await.authenticated("remembered_device");
    system.advance(2 * MINUTE).await;
    thief.login(person).await.challenge_required();
}

/// Signs in by password alone from an address that became known.
async fn is_known(browser: &mut Client, person: &mut Person) {
    let system = browser.system().clone();
    browser.sign_in_and_remember(person).await;
    browser
        .put("/whitelist", json!({"mode": "new_addresses_only"}))
        .await
        .ok();
    let mut other = system.browser().from(DESK);
    other.login(person).await.authenticated("known_address");
    other.post("/logout", Value::Null).await.no_content();
}

/// Asks for codes until no more are sent, and fails until a method is suspended: both times it is
/// said what else can be used.
async fn limits_are_reached(system: &System) {
    let kinds = [Kind::Email, Kind::Sms];
    let (_, person) = &system.signed_in("nurse@harbour.test", &kinds).await;
    let mut home = system.browser().from(HOME);
    let ticket = home.login(person).await.challenge_required();
    for _ in 0..5 {
        system.advance(MINUTE).await;
        home.challenge(&ticket, Kind::Email).await.ok();
    }
    system.advance(MINUTE).await;
    let answer = home.challenge(&ticket, Kind::Email).await;
    answer.problem(429, "send_limit_reached");
    for _ in 0..10 {
        // As many guesses as an hour admits.
        system.advance(HOUR).await;
        for _ in 0..2 {
            let ticket = home.login(person).await.challenge_required();
            for _ in 0..5 {
                let answer = home.validate(&ticket, Kind::Sms, "000000").await;
                answer.wrong_code("invalid_code");
            }
        }
    }
    system.advance(HOUR).await;
    let ticket = home.login(person).await.challenge_required();
    let answer = home.validate(&ticket, Kind::Sms, "000000").await;
    answer.problem(409, "method_suspended");
}

async fn gives_up_trust(browser: &mut Client, person: &mut Person) {
    let known = browser.get("/whitelist").await.ok();
    let address = known["addresses"][0]["id"].as_str().unwrap();
    browser
        .delete(&format!("/whitelist/addresses/{address}"))
        .await
        .no_content();
    let devices = browser.get("/devices").await.ok();
    let device = devices["devices"][0]["id"].as_str().unwrap();
    browser
        .delete(&format!("/devices/{device}"))
        .await
        .no_content();
    browser.delete("/devices").await.no_content();
    browser.get("/session").await.ok();
    browser.step_up(person, Kind::Authenticator).await;
    browser.delete("/methods/email").await.ok();
}

/// Lists colleagues and activity; gives back the id of the front desk's user.
async fn looks_around(browser: &mut Client) -> String {
    let listed = browser.get("/users").await.ok();
    let users = listed["users"].as_array().unwrap();
    let desk = users
        .iter()
        .find(|user| user["email"] == "desk@harbour.test")
        .unwrap();
    let id = desk["id"].as_str().unwrap().to_owned();
    browser.get("/activity").await.ok();
    browser.get(&format!("/users/{id}/activity")).await.ok();
    id
}
