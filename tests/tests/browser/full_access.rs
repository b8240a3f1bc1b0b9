//! What Full Access users see and do, and that others don't.

use twostep_tests::{Kind, MINUTE, System, text_of};

use crate::browser::{Browser, start};
use crate::sign_in::dana;

/// The admin, signed in and on the page of the practice.
async fn practice(system: &System, browser: &Browser) -> twostep_tests::Person {
    let (_, mut admin) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    browser.sign_in(&mut admin, Kind::Email, false).await;
    browser.click("nav-practice").await;
    browser.screen("practice").await;
    admin
}

#[tokio::test]
async fn a_colleagues_methods_are_removed_once_that_is_confirmed() {
    let Some((system, browser)) = start().await else {
        return;
    };
    let (mut colleague, dana) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Email])
        .await;
    let session = colleague.get("/session").await.ok();
    let id = text_of(&session["user"], "id");
    let mut admin = practice(&system, &browser).await;
    browser
        .reads(&format!("user-{id}"), "Text message (primary)")
        .await;
    browser.click(&format!("user-open-{id}")).await;
    browser.screen("user").await;

    // One, with a code first, because the last one is too old.
    system.advance(15 * MINUTE).await;
    browser.click("user-method-email-remove").await;
    browser.click("confirm-yes").await;
    browser.step_up(&mut admin, Kind::Email).await;
    browser.reads("toast-text", "E-mail of Dana").await;
    browser.gone("user-method-email").await;
    colleague
        .get("/session")
        .await
        .problem(401, "unauthenticated");

    // The rest; cancelling changes nothing.
    browser.click("user-methods-remove-all").await;
    browser.click("confirm-cancel").await;
    browser.gone("confirm").await;
    browser.see("user-method-sms").await;
    browser.click("user-methods-remove-all").await;
    browser.click("confirm-yes").await;
    browser.see("user-methods-empty").await;
    browser
        .reads("user-activity-list", "Two-factor reset")
        .await;
    let subjects = system.subjects_to(&dana.email).await;
    assert!(!subjects.is_empty(), "the colleague is told");

    // Who was reset sets up anew.
    browser.sign_out().await;
    browser.password(&dana).await;
    browser.screen("set-up-choice").await;
    browser.done().await;
}

#[tokio::test]
async fn new_login_alerts_are_set_and_sent() {
    let Some((system, browser)) = start().await else {
        return;
    };
    practice(&system, &browser).await;
    browser.click("alerts-user").await;
    browser.click("alerts-save").await;
    browser.reads("toast-text", "New Login Alerts saved.").await;
    browser.reload().await;
    browser.screen("practice").await;
    let checked = browser
        .script("return document.querySelector('[data-testid=alerts-user]').checked")
        .await;
    assert_eq!(checked, true);
    let (_, mut nurse) = system.signed_in("nurse@harbour.test", &[Kind::Sms]).await;
    system.clear_messages().await;
    system
        .browser()
        .from("203.0.113.50")
        .sign_in(&mut nurse)
        .await;
    assert_eq!(system.subjects_to(&nurse.email).await.len(), 1);
    browser.done().await;
}

#[tokio::test]
async fn many_users_come_page_by_page() {
    let Some((system, browser)) = start().await else {
        return;
    };
    for number in 0..26 {
        let email = format!("user{number:02}@harbour.test");
        system.add_user("Harbour Clinic", &email, "standard").await;
    }
    practice(&system, &browser).await;
    let count = "return document.querySelectorAll('[data-testid=users-list] > li').length";
    assert_eq!(browser.script(count).await, 25);
    browser.click("users-list-more").await;
    browser.gone("users-list-more").await;
    assert_eq!(browser.script(count).await, 29);
    browser.done().await;
}

#[tokio::test]
async fn others_get_no_further_than_their_own_settings() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Email]).await else {
        return;
    };
    browser.sign_in(&mut dana, Kind::Email, false).await;
    assert!(!browser.has("nav-practice").await);
    browser.script("location.hash = '/practice'").await;
    browser
        .reads("toast-text", "Only people with Full Access")
        .await;
    browser.screen("security").await;
    browser.reads("activity-list", "Signed in").await;

    // A role that is taken away takes the page away.
    browser.sign_out().await;
    let boss = system
        .add_user("Harbour Clinic", "boss@harbour.test", "full_access")
        .await;
    let (_, mut person) = system.signed_in("boss@harbour.test", &[Kind::Sms]).await;
    browser.sign_in(&mut person, Kind::Sms, false).await;
    system
        .change_user(&boss.user_id, serde_json::json!({"role": "standard"}))
        .await;
    browser.click("nav-practice").await;
    browser
        .reads("toast-text", "You no longer have Full Access")
        .await;
    browser.screen("security").await;
    browser.done().await;
}
