//! Enabling a kind that is enabled already: staged, then swapped at once.

use twostep_tests::{Kind, System, other_than, text_of};

#[tokio::test]
async fn the_old_one_works_until_the_new_one_validates() {
    let system = System::start().await;
    let (mut browser, dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    let mut moved = dana.clone();
    moved.mailbox = "new@mailbox.test".to_owned();
    let started = browser
        .start_enrollment(&moved, Kind::Email)
        .await
        .created();
    let enrollment = text_of(&started, "enrollment");
    let code = system.code_sent(Kind::Email, &moved.mailbox).await;
    let answer = browser
        .validate_enrollment(&enrollment, other_than(&code))
        .await;
    assert_eq!(answer.wrong_code("invalid_code"), 4);

    // Until then codes go to the old address, and only those are right.
    system.clear_messages().await;
    system.browser().sign_in(&mut dana.clone()).await;
    assert!(system.messages_to(&moved.mailbox).await.is_empty());

    let body = browser.validate_enrollment(&enrollment, &code).await.ok();
    assert_eq!(body["status"], "enabled");
    assert_eq!(body["method"]["destination"], "n***@mailbox.test");
    system.clear_messages().await;
    system.browser().sign_in(&mut moved).await;
    assert!(system.messages_to(&dana.mailbox).await.is_empty());
}

#[tokio::test]
async fn a_replaced_authenticator_shows_nothing_of_use() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let mut old = dana.clone();
    browser.enroll(&mut dana, Kind::Authenticator).await;
    let mut elsewhere = system.browser();
    let ticket = elsewhere.login(&dana).await.challenge_required();
    let code = old.code(&system, Kind::Authenticator).await;
    let answer = elsewhere
        .validate(&ticket, Kind::Authenticator, &code)
        .await;
    answer.wrong_code("invalid_code");
    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = elsewhere
        .validate(&ticket, Kind::Authenticator, &code)
        .await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn an_abandoned_replacement_changes_nothing() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator, Kind::Sms])
        .await;
    let before = browser.get("/methods").await.ok();
    let mut stranger = dana.clone();
    for kind in Kind::ALL {
        stranger.phone = "+61491570999".to_owned();
        browser.start_enrollment(&stranger, kind).await.created();
    }
    assert_eq!(browser.get("/methods").await.ok(), before);
    system.browser().sign_in(&mut dana).await;
    system.browser().sign_in_by(&mut dana, Kind::Sms).await;
}

#[tokio::test]
async fn a_replacement_keeps_its_place_as_primary_or_not() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Email])
        .await;
    dana.phone = "+61491570998".to_owned();
    browser.enroll(&mut dana, Kind::Sms).await;
    assert_eq!(browser.enabled_methods().await, ["sms", "email"]);
    dana.mailbox = "other@mailbox.test".to_owned();
    browser.enroll(&mut dana, Kind::Email).await;
    assert_eq!(browser.enabled_methods().await, ["sms", "email"]);
}

#[tokio::test]
async fn the_last_method_can_be_replaced() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    dana.phone = "+61491570997".to_owned();
    let body = browser.enroll(&mut dana, Kind::Sms).await;
    assert_eq!(body["method"]["destination"], "+61 *** *** 997");
    system.browser().sign_in(&mut dana).await;
}

#[tokio::test]
async fn a_ticket_from_before_the_swap_is_dead() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let mut elsewhere = system.browser();
    let ticket = elsewhere.login(&dana).await.challenge_required();
    let code = elsewhere.code_for(&ticket, &mut dana, Kind::Sms).await;
    dana.phone = "+61491570996".to_owned();
    browser.enroll(&mut dana, Kind::Sms).await;
    let answer = elsewhere.validate(&ticket, Kind::Sms, &code).await;
    answer.problem(401, "invalid_ticket");
    let answer = elsewhere.challenge(&ticket, Kind::Sms).await;
    answer.problem(401, "invalid_ticket");
}
