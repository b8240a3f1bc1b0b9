//! Not being asked: remembered browsers, known addresses.

use serde_json::json;
use twostep_tests::{DAY, Kind, MINUTE, Person};

use crate::browser::open;
use crate::sign_in::dana;

#[tokio::test]
async fn two_people_are_remembered_on_one_browser() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Email]).await else {
        return;
    };
    let (_, mut nurse) = system.signed_in("nurse@harbour.test", &[Kind::Sms]).await;
    browser.sign_in(&mut dana, Kind::Email, true).await;
    browser.sign_out().await;
    // Not for the other one.
    browser.sign_in(&mut nurse, Kind::Sms, true).await;
    browser.sign_out().await;
    for person in [&dana, &nurse, &dana] {
        browser.password(person).await;
        browser
            .reads("toast-text", "this browser is remembered for you")
            .await;
        browser.sign_out().await;
    }
    // Another browser is not.
    let other = open(&system, system.url()).await;
    other.password(&dana).await;
    other.screen("code").await;
    other.done().await;
    drop(other);

    // What one of them forgets is not the other's.
    browser.password(&dana).await;
    browser.screen("security").await;
    browser.reads("devices", "This browser").await;
    browser.click("devices-forget-all").await;
    browser.click("confirm-yes").await;
    browser.see("devices-empty").await;
    browser.sign_out().await;
    browser.password(&dana).await;
    browser.screen("code").await;
    browser.click("code-cancel").await;
    browser.password(&nurse).await;
    browser.screen("security").await;
    browser.sign_out().await;

    // And after thirty days everybody is asked.
    system.advance(30 * DAY).await;
    browser.password(&nurse).await;
    browser.screen("code").await;
    browser.done().await;
}

#[tokio::test]
async fn a_known_address_skips_the_code_until_it_is_forgotten() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Email]).await else {
        return;
    };
    browser.come_from("203.0.113.7").await;
    browser.sign_in(&mut dana, Kind::Email, false).await;
    system.advance(15 * MINUTE).await;
    browser.click("whitelist-new_addresses_only").await;
    browser.click("whitelist-save").await;
    browser.step_up(&mut dana, Kind::Email).await;
    browser.reads("toast-text", "only from new addresses").await;
    assert_eq!(browser.text("whitelist-current").await, "203.0.113.7");
    browser.reads("addresses", "You are here").await;

    browser.sign_out().await;
    browser.password(&dana).await;
    browser
        .reads("toast-text", "you have signed in from this address before")
        .await;
    browser.sign_out().await;
    browser.come_from("198.51.100.9").await;
    browser.password(&dana).await;
    browser.screen("code").await;
    browser.click("code-cancel").await;

    browser.come_from("203.0.113.7").await;
    browser.password(&dana).await;
    browser.screen("security").await;
    let forget = "[aria-label='Forget 203.0.113.7']";
    let script = format!("document.querySelector(\"{forget}\").click()");
    browser.script(&script).await;
    browser.reads("toast-text", "203.0.113.7 forgotten.").await;
    browser.sign_out().await;
    browser.password(&dana).await;
    browser.screen("code").await;
    browser.done().await;
}

#[tokio::test]
async fn a_browser_is_forgotten_from_another_one() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Email]).await else {
        return;
    };
    browser.sign_in(&mut dana, Kind::Email, true).await;
    browser.sign_out().await;
    let mut other = system.browser();
    other.sign_in(&mut dana).await;
    let devices = other.get("/devices").await.ok();
    assert_eq!(
        devices["devices"].as_array().map(Vec::len),
        Some(1),
        "{devices}"
    );
    browser.password(&dana).await;
    browser.screen("security").await;
    let label = browser.text("devices").await;
    assert!(label.contains("Chrome on Linux"), "{label}");
    other.delete("/devices").await.no_content();
    browser.sign_out().await;
    browser.password(&dana).await;
    browser.screen("code").await;
    let stranger = Person::new("desk@summit.test");
    let answer = other.post(
        "/login",
        json!({"email": stranger.email, "password": stranger.password}),
    );
    answer.await.enrollment_required();
    browser.done().await;
}
