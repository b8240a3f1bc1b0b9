//! Codes that are sent: what they are good for, and what they look like.

use serde_json::json;
use twostep_tests::{Client, Kind, MINUTE, Message, Person, System, other_than, seconds, text_of};

/// Somebody with these methods, and a browser with the ticket of a sign-in.
async fn at_code(kinds: &[Kind]) -> (System, Person, Client, String) {
    let system = System::start().await;
    let (_, dana) = system.signed_in("desk@harbour.test", kinds).await;
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.challenge_required();
    (system, dana, browser, ticket)
}

#[tokio::test]
async fn a_code_is_good_for_its_ticket_only() {
    let system = System::start().await;
    let (_, dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let mut browser = system.browser();
    let first = browser.login(&dana).await.challenge_required();
    let second = browser.login(&dana).await.challenge_required();
    browser.challenge(&first, Kind::Sms).await.ok();
    let code_of_first = system.code_sent(Kind::Sms, &dana.phone).await;
    // The second has not even sent one.
    let answer = browser.validate(&second, Kind::Sms, &code_of_first).await;
    assert_eq!(answer.wrong_code("invalid_code"), 4);
    browser.challenge(&second, Kind::Sms).await.ok();
    let code_of_second = system.code_sent(Kind::Sms, &dana.phone).await;
    if code_of_first != code_of_second {
        let answer = browser.validate(&second, Kind::Sms, &code_of_first).await;
        assert_eq!(answer.wrong_code("invalid_code"), 3);
    }
    let answer = browser.validate(&first, Kind::Sms, &code_of_first).await;
    answer.authenticated("second_factor");
    let answer = browser.validate(&second, Kind::Sms, &code_of_second).await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn a_code_is_good_for_its_method_only() {
    let (system, dana, mut browser, ticket) = at_code(&[Kind::Sms, Kind::Email]).await;
    browser.challenge(&ticket, Kind::Sms).await.ok();
    browser.challenge(&ticket, Kind::Email).await.ok();
    let by_sms = system.code_sent(Kind::Sms, &dana.phone).await;
    let by_email = system.code_sent(Kind::Email, &dana.mailbox).await;
    if by_sms != by_email {
        let answer = browser.validate(&ticket, Kind::Email, &by_sms).await;
        assert_eq!(answer.wrong_code("invalid_code"), 4);
    }
    let answer = browser.validate(&ticket, Kind::Email, &by_email).await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn a_code_is_right_only_once_it_was_sent() {
    let (system, dana, mut browser, ticket) = at_code(&[Kind::Sms, Kind::Email]).await;
    browser.challenge(&ticket, Kind::Sms).await.ok();
    let code = system.code_sent(Kind::Sms, &dana.phone).await;
    let answer = browser.validate(&ticket, Kind::Email, &code).await;
    answer.wrong_code("invalid_code");
    let answer = browser.validate(&ticket, Kind::Sms, &code).await;
    answer.authenticated("second_factor");
    let answer = browser.validate(&ticket, Kind::Sms, &code).await;
    answer.problem(401, "invalid_ticket");
}

#[tokio::test]
async fn it_lives_as_long_as_its_ticket() {
    let system = System::start().await;
    let (_, dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let mut browser = system.browser();
    let login = browser.login(&dana).await;
    let ticket = login.challenge_required();
    let expires = seconds(&text_of(&login.ok(), "expires_at"));
    system.advance(9 * MINUTE).await;
    browser.challenge(&ticket, Kind::Sms).await.ok();
    let code = system.code_sent(Kind::Sms, &dana.phone).await;
    system.advance_to(expires).await;
    let answer = browser.validate(&ticket, Kind::Sms, &code).await;
    answer.problem(401, "invalid_ticket");
    let answer = browser.challenge(&ticket, Kind::Sms).await;
    answer.problem(401, "invalid_ticket");
}

#[tokio::test]
async fn a_resend_carries_the_same_code_after_thirty_seconds() {
    let (system, dana, mut browser, ticket) = at_code(&[Kind::Sms, Kind::Email]).await;
    system.clear_messages().await;
    browser.challenge(&ticket, Kind::Email).await.ok();
    let soon = browser.challenge(&ticket, Kind::Email).await;
    soon.problem(429, "resend_too_soon");
    assert!((1..=30).contains(&soon.retry_after()));
    // Another method need not wait.
    browser.challenge(&ticket, Kind::Sms).await.ok();
    system.advance(30).await;
    browser.challenge(&ticket, Kind::Email).await.ok();
    let messages = system.messages_to(&dana.mailbox).await;
    let codes: Vec<_> = messages.iter().filter_map(Message::code).collect();
    assert_eq!(codes.len(), 2);
    assert_eq!(codes[0], codes[1]);
    let answer = browser.validate(&ticket, Kind::Email, &codes[0]).await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn five_are_sent_for_a_ticket_by_whatever_method() {
    let (system, dana, mut browser, ticket) = at_code(&[Kind::Sms, Kind::Email]).await;
    for kind in [Kind::Sms, Kind::Email, Kind::Sms, Kind::Email, Kind::Email] {
        system.advance(30).await;
        browser.challenge(&ticket, kind).await.ok();
    }
    system.advance(30).await;
    for kind in [Kind::Sms, Kind::Email] {
        let answer = browser.challenge(&ticket, kind).await;
        let body = answer.problem(429, "send_limit_reached");
        // The five are shared, so with this ticket the other one can't send either.
        assert_eq!(body["methods"], json!([]), "which methods still work");
    }
    // What was sent still counts.
    let code = system.code_sent(Kind::Sms, &dana.phone).await;
    let answer = browser.validate(&ticket, Kind::Sms, &code).await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn spaces_and_hyphens_are_ignored_and_nothing_else() {
    let (system, dana, mut browser, ticket) = at_code(&[Kind::Sms]).await;
    browser.challenge(&ticket, Kind::Sms).await.ok();
    let code = system.code_sent(Kind::Sms, &dana.phone).await;
    let (head, tail) = code.split_at(3);
    for typed in [
        "",
        "12345",
        "1234567",
        &format!("{head}.{tail}"),
        &format!("{head}_{tail}"),
        &format!("+{code}"),
        &format!("{code}a"),
        "\u{664}\u{664}\u{664}\u{664}\u{664}\u{664}",
        "\u{ff11}23456",
    ] {
        let answer = browser.validate(&ticket, Kind::Sms, typed).await;
        answer.invalid("code");
    }
    // None of those was a guess.
    let answer = browser
        .validate(&ticket, Kind::Sms, other_than(&code))
        .await;
    assert_eq!(answer.wrong_code("invalid_code"), 4);
    let typed = format!(" {head}-{tail} ");
    let answer = browser.validate(&ticket, Kind::Sms, &typed).await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn five_wrong_guesses_use_the_ticket_up() {
    let (system, dana, mut browser, ticket) = at_code(&[Kind::Sms, Kind::Email]).await;
    browser.challenge(&ticket, Kind::Sms).await.ok();
    let code = system.code_sent(Kind::Sms, &dana.phone).await;
    // Neither a change of method nor a resend gives guesses back.
    for (kind, left) in [(Kind::Sms, 4), (Kind::Email, 3), (Kind::Sms, 2)] {
        let answer = browser.validate(&ticket, kind, other_than(&code)).await;
        assert_eq!(answer.wrong_code("invalid_code"), left);
    }
    system.advance(30).await;
    let body = browser.challenge(&ticket, Kind::Sms).await.ok();
    assert_eq!(body["attempts_left"], 2);
    for left in [1, 0] {
        let answer = browser
            .validate(&ticket, Kind::Sms, other_than(&code))
            .await;
        assert_eq!(answer.wrong_code("invalid_code"), left);
    }
    let answer = browser.validate(&ticket, Kind::Sms, &code).await;
    answer.problem(401, "invalid_ticket");
    let answer = browser.challenge(&ticket, Kind::Email).await;
    answer.problem(401, "invalid_ticket");
}

#[tokio::test]
async fn an_sms_is_bound_to_the_front_end() {
    let system = System::start().await;
    let (_, dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let messages = system.messages_to(&dana.phone).await;
    let text = messages[0].text();
    let code = messages[0].code().expect("a code");
    assert!(text.starts_with(&format!("{code} is your twostep set-up code.")));
    assert!(text.ends_with(&format!("\n\n@127.0.0.1 #{code}")), "{text}");
    assert!(text.len() <= 160, "one segment");
}

#[tokio::test]
async fn an_e_mail_shows_the_code_in_its_body_only() {
    let system = System::start().await;
    let (_, dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    let messages = system.messages_to(&dana.mailbox).await;
    let code = messages[0].code().expect("a code");
    assert!(!messages[0].subject().contains(&code));
    let html = messages[0].0["html"].as_str().expect("HTML");
    assert!(html.contains(&code));
}
