//! Guesses at codes: five for a ticket, ten for a user in an hour, however they come.

use std::collections::BTreeSet;

use twostep_tests::{Answer, Client, HOUR, Kind, Person, System, other_than, text_of};

use crate::crowd::{all_at_once, assert_all_of, count};

const WRONG: (u16, Option<&str>) = (422, Some("invalid_code"));
const LOCKED: (u16, Option<&str>) = (429, Some("too_many_attempts"));
const USED_UP: (u16, Option<&str>) = (401, Some("invalid_ticket"));
const BUSY: (u16, Option<&str>) = (503, Some("temporarily_unavailable"));

/// `n` codes, one of which is `right`, in the middle.
fn codes_around(right: &str, n: usize) -> Vec<String> {
    let others = (0..).map(|n| format!("{n:06}"));
    let mut codes: Vec<_> = others.filter(|code| code != right).take(n - 1).collect();
    codes.insert(n / 2, right.to_owned());
    codes
}

/// Guesses at `ticket` with each of `codes`, all at once.
async fn guess_all(client: &Client, ticket: &str, kind: Kind, codes: Vec<String>) -> Vec<Answer> {
    all_at_once(codes.into_iter().map(|code| {
        let (mut client, ticket) = (client.clone(), ticket.to_owned());
        async move { client.validate(&ticket, kind, &code).await }
    }))
    .await
}

/// A ticket of a sign-in from `address`.
async fn ticket_from(system: &System, person: &Person, address: &str) -> (Client, String) {
    let mut client = system.browser().from(address);
    let ticket = client.login(person).await.challenge_required();
    (client, ticket)
}

/// Guesses wrong, `n` times.
async fn miss(client: &mut Client, ticket: &str, kind: Kind, wrong: &str, n: u64) {
    for _ in 0..n {
        let answer = client.validate(ticket, kind, wrong).await;
        answer.wrong_code("invalid_code");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_guesses_at_once_five_are_judged() {
    let system = System::start().await;
    let (mut owner, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Authenticator])
        .await;
    let mut judged_wrong = 0;
    for kind in [Kind::Sms, Kind::Authenticator] {
        let (mut thief, ticket) = ticket_from(&system, &dana, "198.51.100.66").await;
        let code = thief.code_for(&ticket, &mut dana, kind).await;
        let answers = guess_all(&thief, &ticket, kind, codes_around(&code, 200)).await;
        assert_all_of(&answers, &[(200, None), WRONG, USED_UP, LOCKED, BUSY]);
        let let_in = count(&answers, 200, None);
        let wrong = answers.iter().filter(|answer| answer.status == 422);
        let left: Vec<_> = wrong
            .map(|answer| answer.wrong_code("invalid_code"))
            .collect();
        // Each of the judged has a number of its own, so there are never more than five. An
        // answer that took too long may have been one of them.
        assert!(let_in + left.len() <= 5, "{let_in} and {left:?}");
        let distinct: BTreeSet<_> = left.iter().collect();
        assert_eq!(distinct.len(), left.len(), "{left:?}");
        let answer = thief.validate(&ticket, kind, &code).await;
        answer.problem(401, "invalid_ticket");
        judged_wrong += left.len();
    }
    let activity = owner.get("/activity").await.ok();
    let events = activity["events"].as_array().expect("events");
    let failed = events.iter().filter(|event| event["kind"] == "code_failed");
    assert!(failed.count() >= judged_wrong, "the owner sees each");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_guesses_at_an_enrollment_five_are_judged() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut thief = system.browser();
    let ticket = thief.login(&dana).await.enrollment_required();
    dana.mailbox = "somebody.else@mailbox.test".to_owned();
    let answer = thief
        .start_first_enrollment(&ticket, &dana, Kind::Email)
        .await;
    let enrollment = text_of(&answer.created(), "enrollment");
    let code = system.code_sent(Kind::Email, &dana.mailbox).await;
    let wrong = codes_around(&code, 101);
    let wrong = wrong.into_iter().filter(|other| *other != code);
    let answers = all_at_once(wrong.map(|code| {
        let (mut thief, ticket) = (thief.clone(), ticket.clone());
        let enrollment = enrollment.clone();
        async move { thief.validate_first(&ticket, &enrollment, &code).await }
    }))
    .await;
    assert_all_of(&answers, &[WRONG, (404, Some("not_found")), BUSY]);
    assert!(count(&answers, 422, Some("invalid_code")) <= 5);
    let answer = thief.validate_first(&ticket, &enrollment, &code).await;
    answer.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_guesses_at_many_tickets_ten_are_judged() {
    let system = System::start().await;
    let (_, dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let mut guesses = Vec::new();
    for n in 1..=10 {
        let address = format!("198.51.100.{n}");
        let (thief, ticket) = ticket_from(&system, &dana, &address).await;
        guesses.extend(std::iter::repeat_n((thief, ticket), 5));
    }
    // No code was sent, so every one is wrong.
    let answers = all_at_once(guesses.into_iter().map(|(mut thief, ticket)| async move {
        thief.validate(&ticket, Kind::Sms, "123456").await
    }))
    .await;
    assert_all_of(&answers, &[WRONG, LOCKED, USED_UP, BUSY]);
    assert!(count(&answers, 422, Some("invalid_code")) <= 10);
    let (mut thief, ticket) = ticket_from(&system, &dana, "198.51.100.99").await;
    let answer = thief.challenge(&ticket, Kind::Sms).await;
    answer.problem(429, "too_many_attempts");
}

#[tokio::test]
async fn twenty_sign_ins_from_twenty_addresses_end_in_a_lock_that_ends_by_itself() {
    let system = System::start().await;
    let (_, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Email, Kind::Sms])
        .await;
    let before = system.now().await;
    let mut answers = Vec::new();
    for n in 1..=20 {
        // The password is right, so the login answers as always, locked or not.
        let address = format!("198.51.100.{n}");
        let (mut thief, ticket) = ticket_from(&system, &dana, &address).await;
        let kind = if n % 2 == 0 { Kind::Email } else { Kind::Sms };
        answers.push(thief.validate(&ticket, kind, "123456").await);
    }
    let (judged, refused) = answers.split_at(10);
    assert_eq!(count(judged, 422, Some("invalid_code")), 10);
    assert_eq!(count(refused, 429, Some("too_many_attempts")), 10);

    // Nor is the right code let through, nor one sent, nor is either a guess at the ticket.
    let (mut browser, ticket) = ticket_from(&system, &dana, "203.0.113.9").await;
    system.clear_messages().await;
    for kind in [Kind::Email, Kind::Sms] {
        let answer = browser.challenge(&ticket, kind).await;
        answer.problem(429, "too_many_attempts");
        let since_first = system.now().await - before;
        let wait = answer.retry_after();
        assert!((HOUR - since_first..=HOUR).contains(&wait), "{wait}");
    }
    assert!(system.messages().await.is_empty());
    for _ in 0..7 {
        let answer = browser.validate(&ticket, Kind::Email, "123456").await;
        answer.problem(429, "too_many_attempts");
    }

    // The hour runs from the first failure, and then all is well.
    system.advance_to(before + HOUR - 20).await;
    let (mut browser, ticket) = ticket_from(&system, &dana, "203.0.113.9").await;
    let answer = browser.challenge(&ticket, Kind::Email).await;
    answer.problem(429, "too_many_attempts");
    system.advance(answer.retry_after()).await;
    let body = browser.challenge(&ticket, Kind::Email).await.ok();
    assert_eq!(body["attempts_left"], 5);
    let code = dana.code(&system, Kind::Email).await;
    let answer = browser.validate(&ticket, Kind::Email, &code).await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn step_ups_and_sign_ins_share_the_ten() {
    let system = System::start().await;
    let (mut owner, dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator, Kind::Sms])
        .await;
    let wrong = dana.authenticator.as_ref().expect("an app");
    let wrong = wrong.wrong(system.now().await);
    let asked = owner.challenge_in_session(Kind::Authenticator).await.ok();
    let step_up = text_of(&asked, "ticket");
    miss(&mut owner, &step_up, Kind::Authenticator, &wrong, 5).await;
    let (mut browser, ticket) = ticket_from(&system, &dana, "203.0.113.9").await;
    miss(&mut browser, &ticket, Kind::Sms, "123456", 4).await;
    let asked = owner.challenge_in_session(Kind::Authenticator).await.ok();
    let step_up = text_of(&asked, "ticket");
    miss(&mut owner, &step_up, Kind::Authenticator, &wrong, 1).await;
    for kind in [Kind::Authenticator, Kind::Sms] {
        let answer = owner.challenge_in_session(kind).await;
        answer.problem(429, "too_many_attempts");
    }
    for (client, ticket) in [(&mut owner, &step_up), (&mut browser, &ticket)] {
        let answer = client.validate(ticket, Kind::Sms, "123456").await;
        answer.problem(429, "too_many_attempts");
    }
    // Who is signed in stays so.
    owner.get("/methods").await.ok();
}

#[tokio::test]
async fn a_right_code_gives_no_failures_back() {
    let system = System::start().await;
    let (_, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    for misses in [4, 4] {
        let (mut browser, ticket) = ticket_from(&system, &dana, "203.0.113.9").await;
        let code = browser.code_for(&ticket, &mut dana, Kind::Email).await;
        let wrong = other_than(&code);
        miss(&mut browser, &ticket, Kind::Email, wrong, misses).await;
        let answer = browser.validate(&ticket, Kind::Email, &code).await;
        answer.authenticated("second_factor");
    }
    let (mut browser, ticket) = ticket_from(&system, &dana, "203.0.113.9").await;
    miss(&mut browser, &ticket, Kind::Email, "123456", 2).await;
    let answer = browser.validate(&ticket, Kind::Email, "123456").await;
    answer.problem(429, "too_many_attempts");
}

#[tokio::test]
async fn mistyping_while_setting_up_locks_nobody_out() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    for _ in 0..3 {
        let answer = browser.start_enrollment(&dana, Kind::Authenticator).await;
        let enrollment = text_of(&answer.created(), "enrollment");
        for left in (0..5).rev() {
            let answer = browser.validate_enrollment(&enrollment, "123456").await;
            assert_eq!(answer.wrong_code("invalid_code"), left);
        }
        let answer = browser.validate_enrollment(&enrollment, "123456").await;
        answer.problem(404, "not_found");
    }
    browser.step_up(&mut dana, Kind::Email).await;
}

#[tokio::test]
async fn the_hour_begins_with_a_failure_and_not_with_a_right_code() {
    let system = System::start().await;
    let (_, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    system.browser().sign_in(&mut dana).await;
    system.advance(HOUR - 600).await;
    for n in 1..=10 {
        let address = format!("198.51.100.{n}");
        let (mut thief, ticket) = ticket_from(&system, &dana, &address).await;
        let answer = thief.validate(&ticket, Kind::Email, "123456").await;
        answer.problem(409, "method_not_enabled");
        let answer = thief.validate(&ticket, Kind::Authenticator, "123456").await;
        answer.wrong_code("invalid_code");
    }
    system.advance(600).await;
    let (mut thief, ticket) = ticket_from(&system, &dana, "198.51.100.11").await;
    let answer = thief.validate(&ticket, Kind::Authenticator, "123456").await;
    answer.problem(429, "too_many_attempts");
    assert!((HOUR - 660..=HOUR - 600).contains(&answer.retry_after()));
}
