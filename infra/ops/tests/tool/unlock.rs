//! `user unlock`: waits and suspensions end, and nothing else changes.

use serde_json::Value;
use twostep_tests::{Client, HOUR, Kind, Person, System};

use crate::support::{Tool, profile_of};

const DESK: &str = "desk@harbour.test";
const SHOW: [&str; 4] = ["user", "show", "--email", DESK];
const UNLOCK: [&str; 4] = ["user", "unlock", "--email", DESK];

/// A sign-in that has come as far as the code.
async fn at_the_code(system: &System, dana: &Person) -> (Client, String) {
    let mut browser = system.browser();
    let ticket = browser.login(dana).await.challenge_required();
    (browser, ticket)
}

/// Enters a wrong code up to `times`, with as many tickets as that takes.
async fn enter_wrong_codes(system: &System, dana: &Person, times: usize) {
    let app = dana.authenticator.as_ref().unwrap();
    let (mut browser, mut ticket) = at_the_code(system, dana).await;
    for n in 0..times {
        if n > 0 && n % 5 == 0 {
            (browser, ticket) = at_the_code(system, dana).await;
        }
        let wrong = app.wrong(system.now().await);
        let answer = browser.validate(&ticket, Kind::Authenticator, &wrong).await;
        answer.wrong_code("invalid_code");
    }
}

#[tokio::test]
async fn the_wait_after_wrong_passwords_ends() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let (_, dana) = system.signed_in(DESK, &[Kind::Sms]).await;
    let mut stranger = system.browser().from("203.0.113.50");
    for _ in 0..12 {
        let mut answer = stranger.login_with(DESK, "not the password").await;
        while answer.status == 429 {
            system.advance(answer.retry_after()).await;
            answer = stranger.login_with(DESK, "not the password").await;
        }
    }
    let answer = system.browser().from("203.0.113.51").login(&dana).await;
    answer.problem(429, "too_many_attempts");
    let shown = tool.json(&SHOW).await;
    assert!(shown["locks"]["password_until"].is_string(), "{shown}");
    let text = tool.run(&SHOW).await.ok().stdout;
    assert!(text.contains("Password refused:    until 20"), "{text}");

    let before = profile_of(&system, DESK).await;
    tool.run(&UNLOCK).await.ok();
    assert_eq!(profile_of(&system, DESK).await, before);
    let shown = tool.json(&SHOW).await;
    assert_eq!(shown["locks"]["password_until"], Value::Null);
    let answer = system.browser().from("203.0.113.51").login(&dana).await;
    answer.challenge_required();
}

#[tokio::test]
async fn the_wait_after_wrong_codes_ends() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let (mut session, mut dana) = system.signed_in(DESK, &[Kind::Authenticator]).await;
    enter_wrong_codes(&system, &dana, 10).await;
    let (mut browser, ticket) = at_the_code(&system, &dana).await;
    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = browser.validate(&ticket, Kind::Authenticator, &code).await;
    answer.problem(429, "too_many_attempts");
    let shown = tool.json(&SHOW).await;
    assert!(shown["locks"]["codes_until"].is_string(), "{shown}");

    tool.run(&UNLOCK).await.ok();
    let shown = tool.json(&SHOW).await;
    assert_eq!(shown["locks"]["codes_until"], Value::Null);
    browser.sign_in(&mut dana).await;
    session.get("/session").await.ok();
}

#[tokio::test]
async fn a_suspended_method_works_again() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let (_, mut dana) = system.signed_in(DESK, &[Kind::Authenticator]).await;
    for _ in 0..10 {
        enter_wrong_codes(&system, &dana, 10).await;
        system.advance(HOUR).await;
    }
    let (mut browser, ticket) = at_the_code(&system, &dana).await;
    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = browser.validate(&ticket, Kind::Authenticator, &code).await;
    answer.problem(409, "method_suspended");
    let shown = tool.json(&SHOW).await;
    assert_eq!(shown["locks"]["suspended_methods"][0], "authenticator");
    let text = tool.run(&SHOW).await.ok().stdout;
    assert!(
        text.contains("Suspended methods:   authenticator"),
        "{text}"
    );

    tool.run(&UNLOCK).await.ok();
    browser.sign_in(&mut dana).await;
}
