//! Entering the code: other methods, sending it again, mistakes.

use twostep_tests::{Kind, MINUTE, other_than};

use crate::sign_in::dana;

#[tokio::test]
async fn the_primary_method_comes_first_and_the_others_are_offered() {
    let Some((_, browser, mut dana)) = dana(&Kind::ALL).await else {
        return;
    };
    browser.password(&dana).await;
    browser.screen("code").await;
    browser.reads("code-intro", "authenticator app").await;
    assert!(
        !browser.has("code-resend").await,
        "nothing is sent to an app"
    );
    for kind in [Kind::Sms, Kind::Email] {
        browser.click("code-other-method").await;
        browser.screen("other-method").await;
        let offered = browser.text(&format!("other-method-{kind}")).await;
        assert!(
            !offered.contains(dana.destination(kind)),
            "shown masked: {offered}"
        );
        browser.click(&format!("other-method-{kind}")).await;
        browser.reads("code-intro", "We sent").await;
    }
    browser.code("code", &mut dana, Kind::Email).await;
    browser.screen("security").await;
    browser.done().await;
}

#[tokio::test]
async fn is_sent_again_after_a_countdown() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Sms]).await else {
        return;
    };
    browser.password(&dana).await;
    browser.reads("code-intro", "We sent a text message").await;
    let sent = system.messages_to(&dana.phone).await.len();
    browser.reads("code-resend", "Send again in 0:").await;
    browser
        .attribute("code-resend", "aria-disabled", Some("true"))
        .await;
    // It stays where the keyboard can reach it, and does nothing yet.
    browser.click("code-resend").await;
    system.advance(30).await;
    browser.let_countdowns_pass(30).await;
    browser
        .attribute("code-resend", "aria-disabled", None)
        .await;
    assert_eq!(system.messages_to(&dana.phone).await.len(), sent);
    browser.click("code-resend").await;
    browser.reads("code-resend", "Send again in 0:").await;
    assert_eq!(system.messages_to(&dana.phone).await.len(), sent + 1);
    // The service's own time decides: too soon only goes on counting.
    browser.let_countdowns_pass(30).await;
    browser
        .attribute("code-resend", "aria-disabled", None)
        .await;
    browser.click("code-resend").await;
    browser.reads("code-resend", "Send again in 0:").await;
    assert_eq!(system.messages_to(&dana.phone).await.len(), sent + 1);
    assert!(
        !browser.has("code-code-error").await,
        "no mistake of the person's"
    );
    browser.code("code", &mut dana, Kind::Sms).await;
    browser.screen("security").await;
    browser.done().await;
}

#[tokio::test]
async fn takes_a_code_with_spaces_as_soon_as_the_screen_is_there() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Authenticator]).await else {
        return;
    };
    browser.password(&dana).await;
    browser.screen("code").await;
    browser
        .attribute("code-code", "autocomplete", Some("one-time-code"))
        .await;
    browser
        .attribute("code-code", "inputmode", Some("numeric"))
        .await;
    let code = dana.code(&system, Kind::Authenticator).await;
    // As pasted, with the focus still on the heading.
    browser.press(&code[..1]).await;
    browser
        .press(&format!("{} {}- ", &code[1..3], &code[3..]))
        .await;
    browser.press("\u{e007}").await;
    browser.screen("security").await;
    browser.done().await;
}

#[tokio::test]
async fn counts_wrong_codes_down_and_starts_over() {
    let Some((system, browser, dana)) = dana(&[Kind::Email]).await else {
        return;
    };
    browser.password(&dana).await;
    browser.reads("code-intro", "We sent").await;
    let code = system.code_sent(Kind::Email, &dana.mailbox).await;
    browser.fill("code-code", other_than(&code)).await;
    for left in ["4 tries", "3 tries", "2 tries", "1 try"] {
        browser.click("code-submit").await;
        browser
            .reads(
                "code-code-error",
                &format!("That code isn't right. Check it and try again. {left} left."),
            )
            .await;
        assert_eq!(browser.focus().await, "code-code");
    }
    browser.click("code-submit").await;
    browser
        .reads("sign-in-notice", "Too many wrong codes.")
        .await;
    // The address needn't be typed again; the password is.
    let email = browser
        .script("return document.querySelector('[name=email]').value")
        .await;
    assert_eq!(email, dana.email);
    browser.done().await;
}

#[tokio::test]
async fn too_many_failures_in_an_hour_are_explained() {
    let Some((system, browser, dana)) = dana(&[Kind::Email]).await else {
        return;
    };
    let mut thief = system.browser();
    for _ in 0..2 {
        let ticket = thief.login(&dana).await.challenge_required();
        thief.challenge(&ticket, Kind::Email).await.ok();
        let code = system.code_sent(Kind::Email, &dana.mailbox).await;
        for _ in 0..5 {
            let wrong = thief
                .validate(&ticket, Kind::Email, other_than(&code))
                .await;
            wrong.wrong_code("invalid_code");
        }
    }
    browser.password(&dana).await;
    browser.screen("code").await;
    browser
        .reads(
            "code-code-error",
            "Too many wrong codes lately. Try again in",
        )
        .await;
    browser.done().await;
}

#[tokio::test]
async fn an_expired_sign_in_starts_over_and_a_reload_too() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Authenticator]).await else {
        return;
    };
    browser.password(&dana).await;
    browser.screen("code").await;
    system.advance(10 * MINUTE).await;
    browser.code("code", &mut dana, Kind::Authenticator).await;
    browser.reads("sign-in-notice", "took too long").await;
    browser.fill("sign-in-password", &dana.password).await;
    browser.click("sign-in-submit").await;
    browser.screen("code").await;
    // The ticket is nowhere but in memory.
    browser.reload().await;
    browser.screen("sign-in").await;
    assert_eq!(
        browser
            .script("return localStorage.length + sessionStorage.length")
            .await,
        0
    );
    browser.done().await;
}

#[tokio::test]
async fn a_used_code_is_told_from_a_wrong_one() {
    let Some((system, browser, mut dana)) = dana(&[Kind::Authenticator]).await else {
        return;
    };
    let code = dana.code(&system, Kind::Authenticator).await;
    let mut phone = system.browser();
    let ticket = phone.login(&dana).await.challenge_required();
    let answer = phone.validate(&ticket, Kind::Authenticator, &code).await;
    answer.authenticated("second_factor");
    browser.password(&dana).await;
    browser.fill("code-code", &code).await;
    browser.click("code-submit").await;
    browser
        .reads(
            "code-code-error",
            "That code was used already. Wait for the next one",
        )
        .await;
    browser.done().await;
}
