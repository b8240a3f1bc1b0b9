//! The IP whitelist: when a code is asked for, and from where it isn't.

use serde_json::{Value, json};
use twostep_tests::{Client, Kind, Person, System, text_of};

const HOME: &str = "203.0.113.7";
const CAFE: &str = "198.51.100.20";

/// Somebody whose whitelist is on, signed in from home.
async fn at_home(system: &System) -> (Client, Person) {
    let mut dana = Person::new("desk@harbour.test");
    let mut browser = system.browser().from(HOME);
    browser
        .enroll_at_sign_in(&mut dana, Kind::Authenticator)
        .await;
    turn_on(&mut browser).await;
    (browser, dana)
}

async fn turn_on(browser: &mut Client) -> Value {
    let body = json!({"mode": "new_addresses_only"});
    browser.put("/whitelist", body).await.ok()
}

async fn known(browser: &mut Client) -> Vec<String> {
    let body = browser.get("/whitelist").await.ok();
    let addresses = body["addresses"].as_array().expect("addresses");
    addresses
        .iter()
        .map(|known| text_of(known, "address"))
        .collect()
}

#[tokio::test]
async fn by_default_a_code_is_always_asked_for() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut browser = system.browser().from(HOME);
    browser.enroll_at_sign_in(&mut dana, Kind::Sms).await;
    let body = browser.get("/whitelist").await.ok();
    assert_eq!(body["mode"], "always");
    assert_eq!(body["current_address"], HOME);
    // The address is known already, it only isn't asked about.
    assert_eq!(body["addresses"][0]["address"], HOME);
    browser.login(&dana).await.challenge_required();
}

#[tokio::test]
async fn known_addresses_are_spared_a_code_and_new_ones_are_not() {
    let system = System::start().await;
    let (_, mut dana) = at_home(&system).await;
    let mut home = system.browser().from(HOME);
    let body = home.login(&dana).await.authenticated("known_address");
    assert!(body["session"]["second_factor_at"].is_null());
    home.get("/session").await.ok();
    assert_eq!(home.device_cookie(), None);

    let mut cafe = system.browser().from(CAFE);
    cafe.login(&dana).await.challenge_required();
    cafe.sign_in(&mut dana).await;
    assert_eq!(known(&mut cafe).await, [CAFE, HOME], "most recent first");
    system
        .browser()
        .from(CAFE)
        .login(&dana)
        .await
        .authenticated("known_address");
}

#[tokio::test]
async fn only_passing_a_code_at_sign_in_makes_an_address_known() {
    let system = System::start().await;
    let (mut browser, mut dana) = at_home(&system).await;
    browser
        .put("/whitelist", json!({"mode": "always"}))
        .await
        .ok();
    browser.sign_in_and_remember(&mut dana).await;
    turn_on(&mut browser).await;
    // Skipping the code on a remembered device doesn't.
    let mut moved = browser.clone().from(CAFE).without_session();
    moved.login(&dana).await.authenticated("remembered_device");
    assert_eq!(known(&mut moved).await, [HOME]);
    // Nor does a step-up, nor does a wrong code.
    moved.step_up(&mut dana, Kind::Authenticator).await;
    assert_eq!(known(&mut moved).await, [HOME]);
    let mut stranger = system.browser().from("198.51.100.99");
    let ticket = stranger.login(&dana).await.challenge_required();
    let wrong = dana.authenticator.as_ref().expect("an app");
    let wrong = wrong.wrong(system.now().await);
    let answer = stranger
        .validate(&ticket, Kind::Authenticator, &wrong)
        .await;
    answer.wrong_code("invalid_code");
    assert_eq!(known(&mut moved).await, [HOME]);
}

#[tokio::test]
async fn addresses_become_known_in_either_mode() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut home = system.browser().from(HOME);
    home.enroll_at_sign_in(&mut dana, Kind::Authenticator).await;
    let mut cafe = system.browser().from(CAFE);
    cafe.sign_in(&mut dana).await;
    turn_on(&mut cafe).await;
    for address in [HOME, CAFE] {
        let answer = system.browser().from(address).login(&dana).await;
        answer.authenticated("known_address");
    }
}

#[tokio::test]
async fn going_back_to_always_forgets_every_address() {
    let system = System::start().await;
    let (mut browser, dana) = at_home(&system).await;
    let body = browser
        .put("/whitelist", json!({"mode": "always"}))
        .await
        .ok();
    assert_eq!(body["mode"], "always");
    assert_eq!(body["addresses"], json!([]));
    browser.login(&dana).await.challenge_required();
    turn_on(&mut browser).await;
    browser.login(&dana).await.challenge_required();
}

#[tokio::test]
async fn an_address_can_be_forgotten() {
    let system = System::start().await;
    let (mut browser, mut dana) = at_home(&system).await;
    let mut cafe = system.browser().from(CAFE);
    cafe.sign_in(&mut dana).await;
    let body = browser.get("/whitelist").await.ok();
    let id = text_of(&body["addresses"][0], "id");
    let path = format!("/whitelist/addresses/{id}");
    let (mut nurse, _) = system.signed_in("nurse@harbour.test", &[Kind::Sms]).await;
    nurse.delete(&path).await.problem(404, "not_found");
    browser.delete(&path).await.no_content();
    browser.delete(&path).await.problem(404, "not_found");
    assert_eq!(known(&mut browser).await, [HOME]);
    cafe.login(&dana).await.challenge_required();
    browser.login(&dana).await.authenticated("known_address");
}

#[tokio::test]
async fn it_is_ones_own_affair_only() {
    let system = System::start().await;
    let (_, dana) = at_home(&system).await;
    // A Full Access user at the same address, with the whitelist on as well.
    let mut admin = Person::new("admin@harbour.test");
    let mut browser = system.browser().from(HOME);
    browser.enroll_at_sign_in(&mut admin, Kind::Sms).await;
    browser.login(&admin).await.challenge_required();
    let mut nurse = Person::new("nurse@harbour.test");
    let mut noor = system.browser().from(CAFE);
    noor.enroll_at_sign_in(&mut nurse, Kind::Sms).await;
    turn_on(&mut noor).await;
    system
        .browser()
        .from(HOME)
        .login(&nurse)
        .await
        .challenge_required();
    system
        .browser()
        .from(CAFE)
        .login(&dana)
        .await
        .challenge_required();
}

#[tokio::test]
async fn turning_it_on_takes_a_session() {
    let system = System::start().await;
    let mut browser = system.browser();
    let body = json!({"mode": "new_addresses_only"});
    let answer = browser.put("/whitelist", body).await;
    answer.problem(401, "unauthenticated");
}

#[tokio::test]
async fn without_a_method_there_is_no_session_to_turn_it_on_in() {
    // A reset ends the sessions, so `no_method_enabled` is only ever the answer to a race; what
    // is left to see from outside is that there is no way around it.
    let system = System::start().await;
    let (mut desk, _) = at_home(&system).await;
    let id = text_of(&desk.get("/session").await.ok()["user"], "id");
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    admin
        .delete(&format!("/users/{id}/methods"))
        .await
        .no_content();
    let answer = desk
        .put("/whitelist", json!({"mode": "new_addresses_only"}))
        .await;
    answer.problem(401, "unauthenticated");
}
