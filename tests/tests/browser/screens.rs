//! Every screen and dialog, checked for accessibility and size, with its picture.

use twostep_tests::{Kind, MINUTE, Person, text_of};

use crate::browser::start;
use crate::sign_in::dana;

const CHROME_ON_WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
    (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

#[tokio::test]
async fn those_of_setting_up() {
    let Some((_, browser)) = start().await else {
        return;
    };
    let mut dana = Person::new("desk@harbour.test");
    browser.screen("sign-in").await;
    browser.check("sign-in").await;
    browser.whole_picture("sign-in", "light", 720).await;
    browser.click("sign-in-submit").await;
    browser.see("sign-in-email-error").await;
    browser.check("sign-in with errors").await;
    browser.password(&dana).await;
    browser.screen("set-up-choice").await;
    browser.check("set-up-choice").await;
    for kind in [Kind::Authenticator, Kind::Email, Kind::Sms] {
        browser.click(&format!("set-up-choice-{kind}")).await;
        browser.screen("set-up").await;
        browser.check(&format!("set-up {kind}")).await;
        if kind == Kind::Authenticator {
            browser.whole_picture("set-up", "light", 720).await;
            browser.click("set-up-show-secret").await;
            browser.check("set-up with the secret").await;
        }
        assert_eq!(browser.has("set-up-caution").await, kind == Kind::Sms);
        if kind != Kind::Sms {
            browser.click("set-up-back").await;
            browser.screen("set-up-choice").await;
        }
    }
    browser.fill("set-up-phone", &dana.phone).await;
    browser.click("set-up-send").await;
    browser.screen("set-up-code").await;
    browser.reads("set-up-intro", "We sent").await;
    browser.check("set-up-code").await;
    browser.code("set-up", &mut dana, Kind::Sms).await;
    browser.screen("security").await;
    browser.done().await;
}

#[tokio::test]
async fn those_of_the_code_and_the_settings() {
    let Some((system, browser, mut dana)) = dana(&Kind::ALL).await else {
        return;
    };
    browser.password(&dana).await;
    browser.screen("code").await;
    browser.click("code-other-method").await;
    browser.screen("other-method").await;
    browser.check("other-method").await;
    browser.click("other-method-sms").await;
    browser.reads("code-intro", "We sent").await;
    browser.check("code").await;
    browser.whole_picture("code", "light", 720).await;
    browser.whole_picture("code-dark", "dark", 720).await;
    browser.phone_picture("code-phone").await;
    browser.fill("code-code", "123").await;
    browser.click("code-submit").await;
    browser.see("code-code-error").await;
    browser.check("code with an error").await;
    browser.click("code-remember").await;
    browser.code("code", &mut dana, Kind::Sms).await;
    browser.screen("security").await;
    browser.click("whitelist-new_addresses_only").await;
    browser.click("whitelist-save").await;
    browser.see("toast").await;
    browser.check("security").await;
    browser.click("toast-dismiss").await;
    browser.picture("security", 1120, 760).await;
    browser.dark_picture("security-dark", 1120, 760).await;
    browser.phone_picture("security-phone").await;
    browser.click("method-sms-remove").await;
    browser.see("confirm").await;
    browser.check("confirm").await;
    browser.click("confirm-cancel").await;
    system.advance(16 * MINUTE).await;
    browser.click("method-email-make-primary").await;
    browser.see("step-up").await;
    browser.check("step-up").await;
    browser.picture("step-up", 1120, 760).await;
    browser.click("step-up-other").await;
    browser.check("step-up with other methods").await;
    browser.click("step-up-cancel").await;
    browser.click("method-email-replace").await;
    browser.screen("set-up").await;
    browser.check("replace").await;
    browser.done().await;
}

#[tokio::test]
async fn those_of_full_access() {
    let Some((system, browser)) = start().await else {
        return;
    };
    let mut desk = system.browser().user_agent(CHROME_ON_WINDOWS);
    let mut dana = Person::new("desk@harbour.test");
    desk.enroll_at_sign_in(&mut dana, Kind::Authenticator).await;
    desk.enroll(&mut dana, Kind::Sms).await;
    let id = text_of(&desk.get("/session").await.ok()["user"], "id");
    let (_, mut admin) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    browser.sign_in(&mut admin, Kind::Email, false).await;
    browser.click("nav-practice").await;
    browser.screen("practice").await;
    browser.check("practice").await;
    browser.picture("practice", 1120, 760).await;
    browser.click(&format!("user-open-{id}")).await;
    browser.screen("user").await;
    browser.check("user").await;
    browser.picture("user", 1120, 760).await;
    browser.done().await;
}
