//! The token of a remembered device: rotated at each use, honoured a little longer for a second
//! tab, and after that a sign that it was stolen.

use twostep_tests::{Client, Kind, MINUTE, Person, System};

async fn remembered(system: &System) -> (Client, Person) {
    let (browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let mut browser = browser.without_session();
    browser.sign_in_and_remember(&mut dana).await;
    (browser.without_session(), dana)
}

fn misuses(subjects: &[String]) -> usize {
    let misuse = |subject: &&String| subject.starts_with("Possible misuse");
    subjects.iter().filter(misuse).count()
}

#[tokio::test]
async fn a_second_tab_is_let_in_within_a_minute_without_a_token_of_its_own() {
    let system = System::start().await;
    let (mut first, dana) = remembered(&system).await;
    let mut second = first.clone();
    first.login(&dana).await.authenticated("remembered_device");
    system.advance(30).await;
    let before = second.device_cookie();
    let answer = second.login(&dana).await;
    answer.authenticated("remembered_device");
    assert_eq!(answer.header_lines("set-cookie").len(), 1, "the session's");
    assert_eq!(second.device_cookie(), before);

    // The first tab's new token goes on.
    first.login(&dana).await.authenticated("remembered_device");
    assert_eq!(misuses(&system.subjects_to(&dana.email).await), 0);
}

#[tokio::test]
async fn both_tabs_at_once_are_let_in() {
    let system = System::start().await;
    let (mut first, dana) = remembered(&system).await;
    let mut second = first.clone();
    let (one, two) = tokio::join!(first.login(&dana), second.login(&dana));
    one.authenticated("remembered_device");
    two.authenticated("remembered_device");
    let new = [&one, &two].map(|answer| answer.header_lines("set-cookie").len() - 1);
    assert_eq!(
        new.iter().sum::<usize>(),
        1,
        "one of them gets the new token"
    );
}

#[tokio::test]
async fn after_a_minute_a_superseded_token_revokes_the_device_and_the_user_is_told() {
    let system = System::start().await;
    let (mut browser, dana) = remembered(&system).await;
    let mut thief = browser.clone().from("198.51.100.66");
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
    system.advance(MINUTE + 1).await;
    system.clear_messages().await;

    thief.login(&dana).await.challenge_required();
    assert_eq!(misuses(&system.subjects_to(&dana.email).await), 1);
    // The owner is asked for a code as well, and nobody is told again.
    browser.login(&dana).await.challenge_required();
    thief.login(&dana).await.challenge_required();
    assert_eq!(misuses(&system.subjects_to(&dana.email).await), 1);
}

#[tokio::test]
async fn a_token_before_the_last_is_misuse_at_once() {
    let system = System::start().await;
    let (mut browser, dana) = remembered(&system).await;
    let mut thief = browser.clone();
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
    thief.login(&dana).await.challenge_required();
    assert_eq!(misuses(&system.subjects_to(&dana.email).await), 1);
}

#[tokio::test]
async fn misuse_with_a_wrong_password_is_told_too() {
    let system = System::start().await;
    let (mut browser, dana) = remembered(&system).await;
    let mut thief = browser.clone();
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
    system.advance(MINUTE + 1).await;
    let answer = thief.login_with(&dana.email, "not the password").await;
    answer.problem(401, "invalid_credentials");
    assert_eq!(misuses(&system.subjects_to(&dana.email).await), 1);
    browser.login(&dana).await.challenge_required();
}

#[tokio::test]
async fn misuse_does_not_end_the_sessions_there_are() {
    let system = System::start().await;
    let (mut browser, dana) = remembered(&system).await;
    let mut thief = browser.clone();
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
    system.advance(MINUTE + 1).await;
    thief.login(&dana).await.challenge_required();
    browser.get("/session").await.ok();
}

#[tokio::test]
async fn an_expired_token_is_no_misuse() {
    let system = System::start().await;
    let (mut browser, dana) = remembered(&system).await;
    let mut copy = browser.clone();
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
    system.advance(31 * twostep_tests::DAY).await;
    copy.login(&dana).await.challenge_required();
    assert_eq!(misuses(&system.subjects_to(&dana.email).await), 0);
}

#[tokio::test]
async fn the_tokens_of_an_app_rotate_the_same_way() {
    let system = System::start().await;
    let (_, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let mut app = system.bearer();
    app.sign_in_and_remember(&mut dana).await;
    let mut copy = app.clone();
    let body = app.login(&dana).await.authenticated("remembered_device");
    assert!(body["device_token"].is_string());
    let body = copy.login(&dana).await.authenticated("remembered_device");
    assert!(
        body["device_token"].is_null(),
        "within its grace: no new one"
    );
    system.advance(MINUTE + 1).await;
    copy.login(&dana).await.challenge_required();
    assert_eq!(misuses(&system.subjects_to(&dana.email).await), 1);
}
