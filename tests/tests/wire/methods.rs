//! Several methods: the primary one, and using a different one.

use serde_json::{Value, json};
use twostep_tests::{Kind, System, seconds, text_of};

fn kinds(methods: &Value) -> Vec<(&str, bool)> {
    let methods = methods.as_array().expect("methods");
    let kind = |method: &Value| method["primary"].as_bool().expect("primary");
    methods
        .iter()
        .map(|method| (method["kind"].as_str().expect("kind"), kind(method)))
        .collect()
}

#[tokio::test]
async fn all_three_can_be_enabled_and_the_first_is_primary() {
    let system = System::start().await;
    let (mut browser, dana) = system
        .signed_in(
            "desk@harbour.test",
            &[Kind::Email, Kind::Sms, Kind::Authenticator],
        )
        .await;
    assert_eq!(
        browser.enabled_methods().await,
        ["email", "authenticator", "sms"]
    );
    let answer = system.browser().login(&dana).await;
    answer.challenge_required();
    assert_eq!(
        kinds(&answer.ok()["methods"]),
        [("email", true), ("authenticator", false), ("sms", false)]
    );
}

#[tokio::test]
async fn methods_are_listed_with_what_a_person_needs_and_no_more() {
    let system = System::start().await;
    let (mut browser, dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let body = browser.get("/methods").await.ok();
    let listed = body["methods"].as_array().expect("methods");
    let listed_kinds: Vec<_> = listed
        .iter()
        .map(|method| text_of(method, "kind"))
        .collect();
    assert_eq!(listed_kinds, ["authenticator", "email", "sms"]);
    for off in &listed[..2] {
        let kind = &off["kind"];
        assert_eq!(
            *off,
            json!({"kind": kind, "enabled": false, "primary": false})
        );
    }
    let sms = &listed[2];
    assert_eq!(
        sms["destination"],
        format!("+61 *** *** {}", &dana.phone[9..])
    );
    assert_eq!(sms["enabled_at"], sms["last_used_at"]);
    assert!(sms["suspended"].is_null());
    assert!(!body.to_string().contains(&dana.phone));
}

#[tokio::test]
async fn last_use_is_noted() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    system.advance(100).await;
    browser.sign_in(&mut dana).await;
    let sms = browser.get("/methods").await.ok()["methods"][2].clone();
    let [enabled, used] =
        ["enabled_at", "last_used_at"].map(|member| seconds(&text_of(&sms, member)));
    assert!(used - enabled >= 100, "{sms}");
}

#[tokio::test]
async fn another_method_can_be_made_primary() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Authenticator])
        .await;
    let body = browser
        .put_empty("/methods/authenticator/primary")
        .await
        .ok();
    assert_eq!(
        kinds(&body["methods"]),
        [("authenticator", true), ("email", false), ("sms", false)]
    );
    // Again changes nothing.
    let again = browser
        .put_empty("/methods/authenticator/primary")
        .await
        .ok();
    assert_eq!(again, body);
    let answer = system.browser().login(&dana).await;
    answer.challenge_required();
    assert_eq!(
        kinds(&answer.ok()["methods"]),
        [("authenticator", true), ("sms", false)]
    );
    // It neither ends sessions nor asks for more than the primary's code.
    system.browser().sign_in(&mut dana).await;
    browser.get("/session").await.ok();
}

#[tokio::test]
async fn only_an_enabled_method_can_be_primary() {
    let system = System::start().await;
    let (mut browser, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let answer = browser.put_empty("/methods/email/primary").await;
    answer.problem(409, "method_not_enabled");
    assert_eq!(browser.enabled_methods().await, ["sms"]);
}

#[tokio::test]
async fn a_different_method_can_be_used_for_the_same_ticket() {
    let system = System::start().await;
    let (_, mut dana) = system.signed_in("desk@harbour.test", &Kind::ALL).await;
    for kind in [Kind::Email, Kind::Sms, Kind::Authenticator] {
        let mut browser = system.browser();
        let ticket = browser.login(&dana).await.challenge_required();
        // Looking at the others first takes nothing away.
        for other in kind.others() {
            browser.challenge(&ticket, other).await.ok();
        }
        let code = browser.code_for(&ticket, &mut dana, kind).await;
        let answer = browser.validate(&ticket, kind, &code).await;
        answer.authenticated("second_factor");
    }
}

#[tokio::test]
async fn a_challenge_says_where_the_code_went() {
    let system = System::start().await;
    let (_, dana) = system.signed_in("desk@harbour.test", &Kind::ALL).await;
    let mut browser = system.browser();
    let answer = browser.login(&dana).await;
    let ticket = answer.challenge_required();
    let login = answer.ok();
    for (kind, destination, resend_after) in [
        (Kind::Authenticator, Value::Null, 0),
        (Kind::Email, json!("d***@mailbox.test"), 30),
        (
            Kind::Sms,
            json!(format!("+61 *** *** {}", &dana.phone[9..])),
            30,
        ),
    ] {
        let body = browser.challenge(&ticket, kind).await.ok();
        assert_eq!(body["ticket"], ticket);
        assert_eq!(body["method"], kind.as_str());
        assert_eq!(body["destination"], destination);
        assert_eq!(body["expires_at"], login["expires_at"]);
        assert_eq!(body["resend_after"], resend_after);
        assert_eq!(body["attempts_left"], 5);
    }
    let shown = login["methods"].as_array().expect("methods");
    assert!(
        shown
            .iter()
            .any(|method| method["destination"] == "d***@mailbox.test")
    );
    assert!(!login.to_string().contains(&dana.mailbox));
    assert!(!login.to_string().contains(&dana.phone));
}

#[tokio::test]
async fn a_method_that_is_not_enabled_asks_for_nothing() {
    let system = System::start().await;
    let (_, dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    system.clear_messages().await;
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.challenge_required();
    for kind in Kind::Sms.others() {
        let answer = browser.challenge(&ticket, kind).await;
        answer.problem(409, "method_not_enabled");
        let answer = browser.validate(&ticket, kind, "123456").await;
        answer.problem(409, "method_not_enabled");
    }
    assert!(system.messages().await.is_empty());
    assert_eq!(
        browser.challenge(&ticket, Kind::Sms).await.ok()["attempts_left"],
        5
    );
}
