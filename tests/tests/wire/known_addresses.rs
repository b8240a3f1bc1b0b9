//! Known addresses: how long, how many, and what counts as one.

use serde_json::json;
use twostep_tests::{Client, DAY, Kind, Person, Request, System, seconds, text_of};

/// Somebody whose whitelist is on and who passed a code from `address`.
async fn known_at(system: &System, address: &str) -> (Client, Person) {
    let mut dana = Person::new("desk@harbour.test");
    let mut browser = system.browser().from(address);
    browser
        .enroll_at_sign_in(&mut dana, Kind::Authenticator)
        .await;
    let body = json!({"mode": "new_addresses_only"});
    browser.put("/whitelist", body).await.ok();
    (browser, dana)
}

#[tokio::test]
async fn after_ninety_days_without_a_code_it_is_forgotten() {
    let system = System::start().await;
    let (mut browser, mut dana) = known_at(&system, "203.0.113.7").await;
    let known = browser.get("/whitelist").await.ok()["addresses"][0].clone();
    let verified = seconds(&text_of(&known, "verified_at"));
    let expires = seconds(&text_of(&known, "expires_at"));
    assert_eq!(expires, verified + 90 * DAY);
    // A skipped code is no reason to keep it.
    for days in [30, 60, 89] {
        system.advance_to(verified + days * DAY).await;
        browser.login(&dana).await.authenticated("known_address");
    }
    let same = browser.get("/whitelist").await.ok()["addresses"][0].clone();
    assert_eq!(same, known);
    system.advance_to(expires - 30).await;
    browser.login(&dana).await.authenticated("known_address");
    system.advance_to(expires).await;
    browser.login(&dana).await.challenge_required();

    // With one, it is kept for ninety more.
    browser.sign_in(&mut dana).await;
    system.advance(89 * DAY).await;
    browser.login(&dana).await.authenticated("known_address");
}

#[tokio::test]
async fn passing_a_code_again_prolongs_it() {
    let system = System::start().await;
    let (_, mut dana) = known_at(&system, "203.0.113.7").await;
    system.advance(60 * DAY).await;
    // From a known address no code is asked for; one may be given for a ticket from before.
    let mut browser = system.browser().from("203.0.113.8");
    let ticket = browser.login(&dana).await.challenge_required();
    let code = dana.code(&system, Kind::Authenticator).await;
    let mut home = browser.from("203.0.113.7");
    let answer = home.validate(&ticket, Kind::Authenticator, &code).await;
    answer.authenticated("second_factor");
    let body = home.get("/whitelist").await.ok();
    assert_eq!(body["addresses"].as_array().map(Vec::len), Some(1));
    system.advance(60 * DAY).await;
    home.login(&dana).await.authenticated("known_address");
}

#[tokio::test]
async fn the_twenty_most_recent_are_kept() {
    let system = System::start().await;
    let (mut browser, mut dana) = known_at(&system, "203.0.113.100").await;
    for n in 1..=20 {
        let mut elsewhere = system.browser().from(&format!("203.0.113.{n}"));
        elsewhere.sign_in(&mut dana).await;
    }
    browser.login(&dana).await.challenge_required();
    let mut last = system.browser().from("203.0.113.20");
    last.login(&dana).await.authenticated("known_address");
    let body = last.get("/whitelist").await.ok();
    let addresses = body["addresses"].as_array().expect("addresses");
    let addresses: Vec<_> = addresses
        .iter()
        .map(|known| text_of(known, "address"))
        .collect();
    let expected: Vec<_> = (1..=20).rev().map(|n| format!("203.0.113.{n}")).collect();
    assert_eq!(addresses, expected);
}

#[tokio::test]
async fn ipv6_counts_by_its_first_64_bits() {
    let system = System::start().await;
    let (mut browser, dana) = known_at(&system, "2001:db8:1:2:3:4:5:6").await;
    let body = browser.get("/whitelist").await.ok();
    assert_eq!(body["current_address"], "2001:db8:1:2::/64");
    assert_eq!(body["addresses"][0]["address"], "2001:db8:1:2::/64");
    for (address, is_known) in [
        ("2001:db8:1:2::", true),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", true),
        ("2001:db8:1:3::", false),
        ("2001:db8:0:2:3:4:5:6", false),
    ] {
        let answer = system.browser().from(address).login(&dana).await;
        if is_known {
            answer.authenticated("known_address");
        } else {
            answer.challenge_required();
        }
    }
}

#[tokio::test]
async fn ipv4_mapped_ipv6_is_the_ipv4_address() {
    let system = System::start().await;
    let (mut browser, dana) = known_at(&system, "::ffff:203.0.113.7").await;
    let body = browser.get("/whitelist").await.ok();
    assert_eq!(body["addresses"][0]["address"], "203.0.113.7");
    let answer = system.browser().from("203.0.113.7").login(&dana).await;
    answer.authenticated("known_address");
    let answer = system
        .browser()
        .from("::ffff:203.0.113.8")
        .login(&dana)
        .await;
    answer.challenge_required();
}

#[tokio::test]
async fn no_header_says_where_a_request_comes_from() {
    let system = System::start().await;
    let (_, dana) = known_at(&system, "203.0.113.7").await;
    let mut stranger = system.browser().from("198.51.100.66");
    for header in [
        "x-forwarded-for",
        "x-real-ip",
        "forwarded",
        "true-client-ip",
        "cf-connecting-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-forwarded",
        "via",
    ] {
        let value = match header {
            "forwarded" => "for=203.0.113.7",
            _ => "203.0.113.7",
        };
        let body = json!({"email": dana.email, "password": dana.password});
        let request = Request::new("POST", "/login").header(header, value);
        let answer = stranger.send(request.json(&body)).await;
        answer.challenge_required();
    }
}
