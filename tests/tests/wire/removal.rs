//! Removing one's own methods: never the last one.

use serde_json::json;
use twostep_tests::{Kind, System};

#[tokio::test]
async fn the_last_method_stays() {
    for kind in Kind::ALL {
        let system = System::start().await;
        let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[kind]).await;
        let answer = browser.delete(&format!("/methods/{kind}")).await;
        answer.problem(409, "last_method");
        for other in kind.others() {
            let answer = browser.delete(&format!("/methods/{other}")).await;
            answer.problem(409, "method_not_enabled");
        }
        system.browser().sign_in(&mut dana).await;
    }
}

#[tokio::test]
async fn a_removed_method_is_offered_no_more() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator, Kind::Email])
        .await;
    let body = browser.delete("/methods/email").await.ok();
    let email = &body["methods"][1];
    assert_eq!(
        *email,
        json!({"kind": "email", "enabled": false, "primary": false})
    );
    assert_eq!(body, browser.get("/methods").await.ok());

    let mut elsewhere = system.browser();
    let answer = elsewhere.login(&dana).await;
    let ticket = answer.challenge_required();
    assert_eq!(
        answer.ok()["methods"],
        json!([{"kind": "authenticator", "primary": true}])
    );
    let answer = elsewhere.challenge(&ticket, Kind::Email).await;
    answer.problem(409, "method_not_enabled");
    elsewhere.sign_in(&mut dana).await;
}

#[tokio::test]
async fn when_the_primary_goes_another_takes_its_place() {
    let system = System::start().await;
    let (mut browser, _) = system
        .signed_in(
            "desk@harbour.test",
            &[Kind::Sms, Kind::Authenticator, Kind::Email],
        )
        .await;
    browser.delete("/methods/sms").await.ok();
    let left = browser.enabled_methods().await;
    assert_eq!(left.len(), 2);
    let body = browser.get("/methods").await.ok();
    let primaries = body["methods"].as_array().expect("methods").iter();
    assert_eq!(
        primaries.filter(|method| method["primary"] == true).count(),
        1
    );
    // And goes on until one is left.
    browser.delete(&format!("/methods/{}", left[0])).await.ok();
    assert_eq!(browser.enabled_methods().await, [left[1].as_str()]);
    let answer = browser.delete(&format!("/methods/{}", left[1])).await;
    answer.problem(409, "last_method");
}

#[tokio::test]
async fn a_removed_kind_can_be_enabled_again() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Email])
        .await;
    browser.delete("/methods/email").await.ok();
    let body = browser.enroll(&mut dana, Kind::Email).await;
    assert_eq!(body["method"]["primary"], false);
    assert_eq!(browser.enabled_methods().await, ["sms", "email"]);
}
