//! The password, and what follows a session through the day.

use serde_json::json;
use twostep_tests::{HOUR, Kind, MINUTE, Person, System, text_of};

use crate::browser::{Browser, start};

/// Dana, who has these methods but is not signed in.
pub(crate) async fn dana(kinds: &[Kind]) -> Option<(System, Browser, Person)> {
    let (system, browser) = start().await?;
    let (mut client, dana) = system.signed_in("desk@harbour.test", kinds).await;
    client.post("/logout", json!({})).await.no_content();
    Some((system, browser, dana))
}

#[tokio::test]
async fn works_with_the_keyboard_alone() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Authenticator]).await else {
        return;
    };
    browser.screen("sign-in").await;
    browser.tab_to("sign-in-email").await;
    browser.press(&dana.email).await;
    browser.press("\u{e004}").await;
    assert_eq!(browser.focus().await, "sign-in-password");
    browser.press(&dana.password).await;
    browser.press("\u{e007}").await;
    browser.screen("code").await;
    // A screen reader starts at the heading; what is typed goes into the field.
    assert_eq!(browser.focus().await, "heading");
    let code = dana.code(&system, Kind::Authenticator).await;
    browser.tab_to("code-code").await;
    browser.press(&code).await;
    browser.tab_to("code-remember").await;
    browser.press(" ").await;
    browser.tab_to("code-submit").await;
    browser.press("\u{e007}").await;
    browser.screen("security").await;
    assert_eq!(browser.focus().await, "heading");
    assert_eq!(browser.text("user-name").await, "Dana Reed");
    assert!(
        !browser.has("devices-empty").await,
        "remembered by keyboard"
    );
    browser.tab_to("skip-link").await;
    browser.done().await;
}

#[tokio::test]
async fn says_what_is_wrong_next_to_the_field() {
    let Some((_, browser, mut dana)) = dana(&[Kind::Sms]).await else {
        return;
    };
    browser.screen("sign-in").await;
    browser.click("sign-in-submit").await;
    browser
        .reads("sign-in-email-error", "Enter your e-mail address.")
        .await;
    assert_eq!(browser.focus().await, "sign-in-email");
    browser.fill("sign-in-email", &dana.email).await;
    browser.click("sign-in-submit").await;
    browser
        .reads("sign-in-password-error", "Enter your password.")
        .await;
    browser.gone("sign-in-email-error").await;
    browser.fill("sign-in-password", "not this one").await;
    browser.click("sign-in-submit").await;
    browser.reads("sign-in-password-error", "don't match").await;
    browser
        .attribute("sign-in-password", "aria-invalid", Some("true"))
        .await;
    assert_eq!(browser.focus().await, "sign-in-password");
    browser.sign_in(&mut dana, Kind::Sms, false).await;
    browser.done().await;
}

#[tokio::test]
async fn locked_out_people_are_told_how_long() {
    let Some((system, browser, dana)) = dana(&[Kind::Sms]).await else {
        return;
    };
    let mut stranger = system.browser();
    for _ in 0..12 {
        stranger.login_with(&dana.email, "a wrong password").await;
        system.advance(HOUR / 4).await;
    }
    stranger.login_with(&dana.email, "a wrong password").await;
    browser.password(&dana).await;
    browser
        .reads("sign-in-password-error", "Too many tries. Try again in")
        .await;
    browser.reads("sign-in-password-error", "minute").await;
    browser.done().await;
}

#[tokio::test]
async fn the_password_can_be_shown() {
    let Some((_, browser)) = start().await else {
        return;
    };
    browser.fill("sign-in-password", "secret").await;
    browser
        .attribute("sign-in-password", "type", Some("password"))
        .await;
    browser.click("sign-in-show-password").await;
    browser
        .attribute("sign-in-password", "type", Some("text"))
        .await;
    browser
        .attribute("sign-in-show-password", "aria-pressed", Some("true"))
        .await;
    browser.done().await;
}

#[tokio::test]
async fn a_session_that_ended_is_carried_on_where_it_was() {
    let Some((system, browser)) = start().await else {
        return;
    };
    let (_, mut admin) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    browser.sign_in(&mut admin, Kind::Email, false).await;
    browser.click("nav-practice").await;
    browser.screen("practice").await;
    browser.reload().await;
    browser.screen("practice").await;
    system.advance(HOUR + MINUTE).await;
    browser.click("nav-security").await;
    browser.reads("sign-in-notice", "your session ended").await;
    browser.password(&admin).await;
    browser.screen("code").await;
    browser.code("code", &mut admin, Kind::Email).await;
    browser.screen("security").await;
    browser.sign_out().await;
    browser.client.back().await.expect("the screen before");
    browser.screen("sign-in").await;
    browser.done().await;
}

#[tokio::test]
async fn another_tab_follows_when_someone_signs_out() {
    let Some((_, browser, mut dana)) = dana(&[Kind::Email]).await else {
        return;
    };
    browser.sign_in(&mut dana, Kind::Email, false).await;
    let first = browser.client.window().await.expect("a tab");
    let second = browser.client.new_window(true).await.expect("a tab").handle;
    browser
        .client
        .switch_to_window(second)
        .await
        .expect("a tab");
    browser
        .client
        .goto(browser.system.url())
        .await
        .expect("the front end");
    browser.screen("security").await;
    browser.sign_out().await;
    browser.client.switch_to_window(first).await.expect("a tab");
    browser.screen("sign-in").await;
    browser.done().await;
}

#[tokio::test]
async fn a_lost_connection_or_service_is_explained() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Email]).await else {
        return;
    };
    let fault = json!({"service": "dynamodb", "function": "login", "mode": "error", "count": 20});
    system.fault(fault).await;
    browser.password(&dana).await;
    browser
        .reads(
            "sign-in-password-error",
            "The service is busy. Nothing was changed.",
        )
        .await;
    system.clear_faults().await;
    browser.sign_in(&mut dana, Kind::Email, false).await;
    let events = system.browser().login(&dana).await;
    assert!(!text_of(&events.ok(), "ticket").is_empty());
    browser.done().await;
}
