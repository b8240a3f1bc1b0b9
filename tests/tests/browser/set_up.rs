//! Two-factor sign-in is set up during the first sign-in, by each method.

use twostep_tests::{Kind, MINUTE, Person};

use crate::browser::{Browser, start};
use crate::phone;

const TURNED_ON: &str = "turned on. You're signed in.";

async fn choose(browser: &Browser, person: &Person, kind: Kind) {
    browser.password(person).await;
    browser.screen("set-up-choice").await;
    browser.click(&format!("set-up-choice-{kind}")).await;
    browser.screen("set-up").await;
}

#[tokio::test]
async fn with_an_authenticator_app_by_qr_code() {
    let Some((system, browser)) = start().await else {
        return;
    };
    let mut dana = Person::new("desk@harbour.test");
    choose(&browser, &dana, Kind::Authenticator).await;
    let secret = phone::scan(&browser, &mut dana).await;
    // Or typed: the same secret in groups.
    browser.click("set-up-show-secret").await;
    let typed = browser.text("set-up-secret").await;
    assert_eq!(typed.replace(' ', ""), secret);
    browser.fill("set-up-code", "12345").await;
    browser.click("set-up-submit").await;
    browser
        .reads("set-up-code-error", "The code has 6 digits.")
        .await;
    let code = phone::shown(&system, &mut dana, &secret).await;
    browser.fill("set-up-code", &code).await;
    browser.click("set-up-submit").await;
    browser.screen("security").await;
    browser.reads("toast-text", TURNED_ON).await;
    browser.see("method-authenticator-primary").await;

    // From the second time on, the app's code is asked for.
    browser.sign_out().await;
    browser.password(&dana).await;
    browser.screen("code").await;
    let code = phone::shown(&system, &mut dana, &secret).await;
    browser.fill("code-code", &code).await;
    browser.click("code-submit").await;
    browser.screen("security").await;
    browser.done().await;
}

#[tokio::test]
async fn with_codes_by_email() {
    let Some((_, browser)) = start().await else {
        return;
    };
    let mut dana = Person::new("desk@harbour.test");
    choose(&browser, &dana, Kind::Email).await;
    browser.fill("set-up-email", "no address").await;
    browser.click("set-up-send").await;
    browser
        .reads("set-up-email-error", "Enter a full e-mail address")
        .await;
    browser.fill("set-up-email", &dana.mailbox).await;
    browser.click("set-up-send").await;
    browser.screen("set-up-code").await;
    let intro = browser.reads("set-up-intro", "We sent an e-mail").await;
    assert!(!intro.contains(&dana.mailbox), "shown masked: {intro}");
    browser.click("set-up-remember").await;
    browser.code("set-up", &mut dana, Kind::Email).await;
    browser.screen("security").await;
    browser.reads("toast-text", TURNED_ON).await;
    // Remembered, from the first sign-in on.
    browser.sign_out().await;
    browser.password(&dana).await;
    browser
        .reads("toast-text", "this browser is remembered for you")
        .await;
    browser.done().await;
}

#[tokio::test]
async fn with_text_messages_after_correcting_the_number() {
    let Some((_, browser)) = start().await else {
        return;
    };
    let mut dana = Person::new("desk@harbour.test");
    choose(&browser, &dana, Kind::Sms).await;
    browser.fill("set-up-phone", "0491 570 006").await;
    browser.click("set-up-send").await;
    browser
        .reads("set-up-phone-error", "Start with + and the country code")
        .await;
    // A country that is not on the list.
    browser.fill("set-up-phone", "+1 202 555 0143").await;
    browser.click("set-up-send").await;
    browser
        .reads("set-up-phone-error", "Codes can't be sent there.")
        .await;
    browser.fill("set-up-phone", "+61 (491) 570-999").await;
    browser.click("set-up-send").await;
    browser.screen("set-up-code").await;
    browser
        .reads("set-up-intro", "We sent a text message")
        .await;
    browser.click("set-up-change").await;
    browser.screen("set-up").await;
    browser.fill("set-up-phone", &dana.phone).await;
    browser.click("set-up-send").await;
    browser.screen("set-up-code").await;
    browser.code("set-up", &mut dana, Kind::Sms).await;
    browser.screen("security").await;
    browser.see("method-sms-primary").await;
    browser.done().await;
}

#[tokio::test]
async fn starts_over_when_it_took_too_long_or_too_many_tries() {
    let Some((system, browser)) = start().await else {
        return;
    };
    let dana = Person::new("desk@harbour.test");
    choose(&browser, &dana, Kind::Authenticator).await;
    for left in (1..5).rev() {
        browser.fill("set-up-code", "000000").await;
        browser.click("set-up-submit").await;
        let (tries, word) = (left, if left == 1 { "try" } else { "tries" });
        browser
            .reads("set-up-code-error", &format!("{tries} {word} left"))
            .await;
    }
    browser.click("set-up-submit").await;
    browser.screen("set-up-choice").await;
    browser.reads("toast-text", "Too many wrong codes.").await;
    browser.click("set-up-choice-authenticator").await;
    browser.screen("set-up").await;
    system.advance(11 * MINUTE).await;
    browser.fill("set-up-code", "123456").await;
    browser.click("set-up-submit").await;
    browser.reads("sign-in-notice", "took too long").await;
    browser.done().await;
}
