//! What people see while they wait, and when something doesn't work.

use serde_json::json;
use twostep_tests::{HOUR, Kind, Person, System};

use crate::browser::start;
use crate::sign_in::dana;

/// Longer than anything here takes, in milliseconds.
const AGES: u32 = 30_000;

#[tokio::test]
async fn a_slow_answer_is_waited_for_in_plain_sight() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Email]).await else {
        return;
    };
    // Already before it is known who is there: a function that starts takes a while.
    browser.screen("sign-in").await;
    let slow = json!({"service": "dynamodb", "function": "login", "mode": "slow", "count": 1,
                      "delay_ms": 3000});
    browser.sign_in(&mut dana, Kind::Email, false).await;
    system.fault(slow).await;
    browser.reload().await;
    browser.screen("loading").await;
    browser.screen("security").await;

    browser.network(false, AGES).await;
    browser.click("method-sms-set-up").await;
    browser.screen("set-up").await;
    browser.click("set-up-back").await;
    browser.screen("loading").await;
    browser.reads("heading", "Security").await;
    browser
        .attribute("screen-loading", "aria-busy", Some("true"))
        .await;
    browser.check("loading").await;
    browser.network(false, 0).await;
    browser.reload().await;
    browser.screen("security").await;
    browser.done().await;
}

#[tokio::test]
async fn a_screen_that_could_not_be_loaded_says_so_and_tries_again() {
    let Some((system, browser)) = start().await else {
        return;
    };
    let (_, mut admin) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    browser.sign_in(&mut admin, Kind::Email, false).await;
    let down = |function| json!({"service": "dynamodb", "function": function, "mode": "error", "count": 100});

    // A part of the service is down.
    system.fault(down("practice")).await;
    browser.click("nav-practice").await;
    browser.reads("heading", "That didn't work").await;
    browser.reads("problem-text", "The service is busy.").await;
    browser.check("problem").await;
    system.clear_faults().await;
    browser.click("problem-retry").await;
    browser.see("users-list").await;

    // No connection at all.
    browser.network(true, 0).await;
    browser.click("nav-security").await;
    browser
        .reads("problem-text", "The service can't be reached.")
        .await;
    browser.network(false, 0).await;
    browser.click("problem-retry").await;
    browser.screen("security").await;
    browser.see("section-methods").await;

    // Down from the start.
    system.fault(down("login")).await;
    browser.reload().await;
    browser.screen("problem").await;
    browser.check("problem at the start").await;
    system.clear_faults().await;
    browser.click("problem-retry").await;
    browser.screen("security").await;
    browser.done().await;
}

/// Wrong guesses at text message codes for somebody, each hour as many as are judged, until the
/// method is suspended.
async fn suspend_sms(system: &System, person: &Person) {
    for n in 0..100 {
        if n % 10 == 0 {
            system.advance(HOUR).await;
        }
        let mut thief = system.browser().from("198.51.100.66");
        let ticket = thief.login(person).await.challenge_required();
        let answer = thief.validate(&ticket, Kind::Sms, "123456").await;
        answer.wrong_code("invalid_code");
    }
    system.advance(HOUR).await;
}

#[tokio::test]
async fn a_suspended_method_is_shown_as_paused_with_the_way_out() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Sms, Kind::Email]).await else {
        return;
    };
    suspend_sms(&system, &dana).await;
    browser.password(&dana).await;
    browser.screen("code").await;
    browser
        .reads(
            "code-code-error",
            "This method is paused after too many wrong codes. Use a different method",
        )
        .await;
    browser.check("code by a suspended method").await;
    browser.click("code-other-method").await;
    browser.click("other-method-email").await;
    browser.code("code", &mut dana, Kind::Email).await;
    browser.screen("security").await;
    browser.reads("method-sms", "Paused").await;
    browser
        .reads("method-sms", "Replace it to use it again.")
        .await;
    browser
        .reads(
            "activity-list",
            "Text message paused after too many wrong codes",
        )
        .await;
    browser.check("security with a suspended method").await;

    browser.click("method-sms-replace").await;
    browser.fill("set-up-phone", &dana.phone).await;
    browser.click("set-up-send").await;
    browser.screen("set-up-code").await;
    browser.code("set-up", &mut dana, Kind::Sms).await;
    browser.reads("toast-text", "Text message replaced.").await;
    assert!(!browser.text("method-sms").await.contains("Paused"));
    browser.done().await;
}

#[tokio::test]
async fn someone_whose_only_method_is_suspended_is_told_whom_to_ask() {
    let Some((system, browser, dana)) = dana(&[Kind::Sms]).await else {
        return;
    };
    suspend_sms(&system, &dana).await;
    browser.password(&dana).await;
    browser
        .reads(
            "code-code-error",
            "paused after too many wrong codes. Ask someone with Full Access",
        )
        .await;
    browser.done().await;
}

#[tokio::test]
async fn older_activity_comes_page_by_page() {
    let Some((system, browser)) = start().await else {
        return;
    };
    let (mut client, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Email, Kind::Sms])
        .await;
    for kind in [Kind::Sms, Kind::Email].iter().cycle().take(40) {
        let path = format!("/methods/{kind}/primary");
        client.put_empty(&path).await.ok();
    }
    browser.sign_in(&mut dana, Kind::Email, false).await;
    let count = "return document.querySelectorAll('[data-testid=activity-list] > li').length";
    assert_eq!(browser.script(count).await, 25);
    browser.tab_to("activity-list-more").await;
    browser.press("\u{e007}").await;
    browser.gone("activity-list-more").await;
    // Enabling and signing in twice: 40 changes and a few more.
    let all = browser.script(count).await.as_u64().expect("a number");
    assert!((43..50).contains(&all), "{all}");
    // The keyboard goes on where the new ones begin.
    let place = "return [...document.querySelectorAll('[data-testid=activity-list] > li')]\
.indexOf(document.activeElement)";
    assert_eq!(browser.script(place).await, 25);
    browser.check("security with more activity").await;
    browser.done().await;
}
