//! Codes of authenticator apps: RFC 6238, one step either way, and each step once.

use twostep_tests::{Authenticator, Client, Kind, Person, System, text_of};

const STEP: i64 = Authenticator::STEP;

/// Somebody with an app, and what it shows; the clock is at the beginning of a step well after
/// the one it was set up in.
async fn with_app(system: &System) -> (Person, Authenticator, i64) {
    let (_, dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let app = dana.authenticator.clone().expect("an app");
    let now = system.now().await;
    let start = (now / STEP + 10) * STEP;
    system.advance_to(start).await;
    (dana, app, start)
}

async fn ticket(system: &System, person: &Person) -> (Client, String) {
    let mut browser = system.browser();
    let ticket = browser.login(person).await.challenge_required();
    (browser, ticket)
}

#[tokio::test]
async fn the_step_before_the_current_and_the_next_are_right() {
    let system = System::start().await;
    let (dana, app, start) = with_app(&system).await;
    // In this order: none before one that was accepted is.
    for step in [-1, 0, 1] {
        let (mut browser, ticket) = ticket(&system, &dana).await;
        let code = app.at(start + step * STEP);
        let answer = browser.validate(&ticket, Kind::Authenticator, &code).await;
        answer.authenticated("second_factor");
    }
}

#[tokio::test]
async fn two_steps_away_is_wrong() {
    let system = System::start().await;
    let (dana, app, start) = with_app(&system).await;
    let (mut browser, ticket) = ticket(&system, &dana).await;
    let near = [-1, 0, 1].map(|step| app.at(start + step * STEP));
    let mut left = 5;
    // Codes repeat by chance: skip those that are right for another reason.
    for step in [-3, -2, 2, 3] {
        let code = app.at(start + step * STEP);
        if near.contains(&code) {
            continue;
        }
        left -= 1;
        let answer = browser.validate(&ticket, Kind::Authenticator, &code).await;
        assert_eq!(answer.wrong_code("invalid_code"), left);
    }
}

#[tokio::test]
async fn no_step_is_accepted_twice() {
    let system = System::start().await;
    let (dana, app, start) = with_app(&system).await;
    let code = app.at(start);
    let (mut browser, first) = ticket(&system, &dana).await;
    let answer = browser.validate(&first, Kind::Authenticator, &code).await;
    answer.authenticated("second_factor");
    let (mut browser, second) = ticket(&system, &dana).await;
    let answer = browser.validate(&second, Kind::Authenticator, &code).await;
    assert_eq!(answer.wrong_code("code_already_used"), 4, "it counts");
    // Nor for a step-up.
    let answer = browser
        .validate(&second, Kind::Authenticator, &app.at(start + STEP))
        .await;
    answer.authenticated("second_factor");
    let asked = browser.challenge_in_session(Kind::Authenticator).await.ok();
    let answer = browser
        .validate(&text_of(&asked, "ticket"), Kind::Authenticator, &code)
        .await;
    answer.wrong_code("code_already_used");
}

#[tokio::test]
async fn no_step_before_an_accepted_one_is() {
    let system = System::start().await;
    let (dana, app, start) = with_app(&system).await;
    let (mut browser, first) = ticket(&system, &dana).await;
    let answer = browser
        .validate(&first, Kind::Authenticator, &app.at(start + STEP))
        .await;
    answer.authenticated("second_factor");
    let (mut browser, second) = ticket(&system, &dana).await;
    for (step, left) in [(0, 4), (-1, 3)] {
        let code = app.at(start + step * STEP);
        let answer = browser.validate(&second, Kind::Authenticator, &code).await;
        assert_eq!(answer.wrong_code("code_already_used"), left);
    }
}

#[tokio::test]
async fn the_code_that_enrolled_is_burnt() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let first = browser.login(&dana).await.enrollment_required();
    let answer = browser
        .start_first_enrollment(&first, &dana, Kind::Authenticator)
        .await;
    let started = answer.created();
    let code = dana
        .first_code(&browser, Kind::Authenticator, &started)
        .await;
    let enrollment = text_of(&started, "enrollment");
    let answer = browser.validate_first(&first, &enrollment, &code).await;
    answer.authenticated("second_factor");
    let (mut elsewhere, second) = ticket(&system, &dana).await;
    let answer = elsewhere
        .validate(&second, Kind::Authenticator, &code)
        .await;
    answer.wrong_code("code_already_used");
}

#[tokio::test]
async fn an_app_needs_no_challenge_first_and_is_sent_nothing() {
    let system = System::start().await;
    let (dana, app, start) = with_app(&system).await;
    system.clear_messages().await;
    let (mut browser, first) = ticket(&system, &dana).await;
    browser.challenge(&first, Kind::Authenticator).await.ok();
    browser.challenge(&first, Kind::Authenticator).await.ok();
    let answer = browser
        .validate(&first, Kind::Authenticator, &app.at(start))
        .await;
    answer.authenticated("second_factor");
    assert!(system.messages().await.is_empty());
}

#[tokio::test]
async fn only_one_of_two_at_once_with_the_same_code_gets_in() {
    let system = System::start().await;
    let (dana, app, start) = with_app(&system).await;
    let code = app.at(start);
    let (mut one, first) = ticket(&system, &dana).await;
    let (mut two, second) = ticket(&system, &dana).await;
    let (a, b) = tokio::join!(
        one.validate(&first, Kind::Authenticator, &code),
        two.validate(&second, Kind::Authenticator, &code),
    );
    let (winner, loser) = if a.status == 200 { (a, b) } else { (b, a) };
    winner.authenticated("second_factor");
    loser.wrong_code("code_already_used");
}
