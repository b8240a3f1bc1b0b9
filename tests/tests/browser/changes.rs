//! Changing methods in a session, with a code asked for where the last one is too old.

use serde_json::json;
use twostep_tests::{Kind, MINUTE, System, other_than};

use crate::phone;
use crate::sign_in::dana;

const RECENT: i64 = 15 * MINUTE;

#[tokio::test]
async fn a_step_up_carries_on_with_what_the_person_was_doing() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Email, Kind::Sms]).await else {
        return;
    };
    browser.sign_in(&mut dana, Kind::Email, false).await;
    system.advance(RECENT).await;

    // Given up: nothing has changed.
    browser.click("method-sms-make-primary").await;
    browser.see("step-up").await;
    browser.press("\u{e00c}").await;
    browser.gone("step-up").await;
    assert_eq!(browser.focus().await, "method-sms-make-primary");
    browser.see("method-email-primary").await;

    // Mistaken, by another method, and right.
    system.advance(MINUTE).await;
    browser.click("method-sms-make-primary").await;
    browser.reads("step-up-intro", "We sent an e-mail").await;
    let code = system.code_sent(Kind::Email, &dana.mailbox).await;
    browser.fill("step-up-code", other_than(&code)).await;
    browser.click("step-up-submit").await;
    browser
        .reads("step-up-code-error", "That code isn't right.")
        .await;
    browser.click("step-up-other").await;
    browser.click("step-up-method-sms").await;
    browser
        .reads("step-up-intro", "We sent a text message")
        .await;
    browser.step_up(&mut dana, Kind::Sms).await;
    browser
        .reads("toast-text", "Text message is now your primary method.")
        .await;
    browser.see("method-sms-primary").await;

    // Recent from now on.
    browser.click("method-email-make-primary").await;
    browser.see("method-email-primary").await;
    browser.done().await;
}

#[tokio::test]
async fn a_method_is_added_replaced_and_removed() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Sms]).await else {
        return;
    };
    browser.sign_in(&mut dana, Kind::Sms, false).await;
    // The last one can't be removed, and that is said.
    browser
        .reads("section-methods", "can be replaced but not removed")
        .await;
    assert!(!browser.has("method-sms-remove").await);

    // Added: the step-up comes first, then the QR code.
    system.advance(RECENT).await;
    browser.click("method-authenticator-set-up").await;
    browser.step_up(&mut dana, Kind::Sms).await;
    browser.screen("set-up").await;
    let secret = phone::scan(&browser, &mut dana).await;
    let code = phone::shown(&system, &mut dana, &secret).await;
    browser.fill("set-up-code", &code).await;
    browser.click("set-up-submit").await;
    browser
        .reads("toast-text", "Authenticator app turned on.")
        .await;

    // Replaced: the old one works until the new one does.
    let old = dana.phone.clone();
    dana.phone = "+61491570888".to_owned();
    browser.click("method-sms-replace").await;
    browser.screen("set-up").await;
    browser.fill("set-up-phone", &dana.phone).await;
    browser.click("set-up-send").await;
    browser.screen("set-up-code").await;
    browser.code("set-up", &mut dana, Kind::Sms).await;
    browser.reads("toast-text", "Text message replaced.").await;
    browser.reads("method-sms", "888").await;
    assert_ne!(old, dana.phone);

    // Removed, once that is confirmed.
    browser.click("method-sms-remove").await;
    browser.see("confirm").await;
    browser.click("confirm-cancel").await;
    browser.gone("confirm").await;
    browser.click("method-sms-remove").await;
    browser.click("confirm-yes").await;
    browser.reads("toast-text", "Text message removed.").await;
    browser.reads("method-sms", "Not set up").await;
    browser.see("method-authenticator-primary").await;
    browser.reads("activity-list", "Text message removed").await;
    browser.done().await;
}

#[tokio::test]
async fn the_last_method_is_refused_in_plain_words() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Email, Kind::Sms]).await else {
        return;
    };
    browser.sign_in(&mut dana, Kind::Email, false).await;
    // Meanwhile, on another browser, one of the two goes: this page still offers both.
    let mut elsewhere = system.browser();
    elsewhere.sign_in_by(&mut dana, Kind::Sms).await;
    browser.click("method-sms-remove").await;
    browser.see("confirm").await;
    elsewhere.post("/logout", json!({})).await.no_content();
    remove_behind(&system, &browser, "email").await;
    browser.click("confirm-yes").await;
    browser
        .reads("toast-text", "This is your only method")
        .await;
    browser.see("toast-error").await;
    browser.done().await;
}

/// Removes a method with the browser's own session, unseen by its page.
async fn remove_behind(_: &System, browser: &crate::browser::Browser, kind: &str) {
    let script = format!(
        "const done = arguments[arguments.length - 1]; \
         fetch('/methods/{kind}', {{ method: 'DELETE' }}).then((answer) => done(answer.status))"
    );
    let status = browser.client.execute_async(&script, Vec::new()).await;
    assert_eq!(status.expect("an answer"), 200);
}
