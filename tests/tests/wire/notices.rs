//! Always told: e-mails to the account's address, whatever the alert setting.

use serde_json::json;
use twostep_tests::{Client, Kind, Person, System, text_of};

async fn fresh(system: &System, kinds: &[Kind]) -> (Client, Person) {
    let (mut browser, dana) = system.signed_in("desk@harbour.test", kinds).await;
    browser.get("/session").await.ok();
    system.clear_messages().await;
    (browser, dana)
}

/// The only notice to the account's address, apart from its codes.
async fn notice(system: &System, person: &Person) -> (String, String) {
    let messages = system.messages_to(&person.email).await;
    let [message] = &messages[..] else {
        panic!("{messages:?}");
    };
    assert_eq!(message.code(), None);
    (message.subject().to_owned(), message.text().to_owned())
}

#[tokio::test]
async fn a_method_is_enabled() {
    for kind in Kind::ALL {
        let system = System::start().await;
        let (_, dana) = system.signed_in("desk@harbour.test", &[kind]).await;
        let (subject, text) = notice(&system, &dana).await;
        assert!(subject.contains("enabled"), "{subject}");
        assert!(text.contains("Dana Reed (desk@harbour.test)"), "{text}");
    }
}

#[tokio::test]
async fn a_method_is_replaced() {
    let system = System::start().await;
    let (mut browser, mut dana) = fresh(&system, &[Kind::Authenticator]).await;
    browser.enroll(&mut dana, Kind::Authenticator).await;
    let (subject, _) = notice(&system, &dana).await;
    assert!(subject.contains("replaced"), "{subject}");
}

#[tokio::test]
async fn a_method_is_removed() {
    let system = System::start().await;
    let (mut browser, dana) = fresh(&system, &[Kind::Sms, Kind::Email]).await;
    browser.delete("/methods/email").await.ok();
    let (subject, text) = notice(&system, &dana).await;
    assert!(subject.contains("removed"), "{subject}");
    assert!(text.contains("codes by e-mail"), "{text}");
}

#[tokio::test]
async fn a_colleague_takes_methods_away() {
    for (path, methods) in [
        ("", "authenticator app and codes by text message"),
        ("/sms", "codes by text message"),
    ] {
        let system = System::start().await;
        let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
        let (mut browser, dana) = fresh(&system, &[Kind::Sms, Kind::Authenticator]).await;
        let id = text_of(&browser.get("/session").await.ok()["user"], "id");
        admin
            .delete(&format!("/users/{id}/methods{path}"))
            .await
            .no_content();
        let (subject, text) = notice(&system, &dana).await;
        assert!(subject.contains("reset"), "{subject}");
        assert!(text.contains("Alex Hart"), "{text}");
        assert!(text.contains(&format!("Methods: {methods}\n")), "{text}");
        assert!(system.messages_to("admin@harbour.test").await.is_empty());
    }
}

#[tokio::test]
async fn the_whitelist_is_turned_on_but_not_off() {
    let system = System::start().await;
    let (mut browser, dana) = fresh(&system, &[Kind::Sms]).await;
    let on = json!({"mode": "new_addresses_only"});
    browser.put("/whitelist", on.clone()).await.ok();
    let (subject, _) = notice(&system, &dana).await;
    assert!(subject.contains("whitelist turned on"), "{subject}");
    // Once: neither for being on already nor for turning it off.
    browser.put("/whitelist", on).await.ok();
    browser
        .put("/whitelist", json!({"mode": "always"}))
        .await
        .ok();
    notice(&system, &dana).await;
}

#[tokio::test]
async fn the_password_is_changed() {
    let system = System::start().await;
    let (mut browser, dana) = fresh(&system, &[Kind::Sms]).await;
    let id = text_of(&browser.get("/session").await.ok()["user"], "id");
    let change = json!({"password": "another horse battery staple"});
    system.change_user(&id, change).await;
    let (subject, text) = notice(&system, &dana).await;
    assert!(subject.contains("Password changed"), "{subject}");
    assert!(!text.contains("another horse"), "{text}");
}

#[tokio::test]
async fn they_go_to_the_account_s_address_and_nowhere_else() {
    let system = System::start().await;
    let (mut browser, mut dana) = fresh(&system, &[Kind::Email]).await;
    browser.enroll(&mut dana, Kind::Authenticator).await;
    browser.delete("/methods/email").await.ok();
    assert_eq!(system.messages_to(&dana.email).await.len(), 2);
    assert!(system.messages_to(&dana.mailbox).await.is_empty());
    assert_eq!(system.messages().await.len(), 2);
}

#[tokio::test]
async fn what_loses_no_trust_is_not_told() {
    let system = System::start().await;
    let (mut browser, mut dana) = fresh(&system, &[Kind::Authenticator, Kind::Sms]).await;
    browser.sign_in_and_remember(&mut dana).await;
    browser.put_empty("/methods/sms/primary").await.ok();
    browser.delete("/devices").await.no_content();
    browser.start_enrollment(&dana, Kind::Email).await.created();
    browser.post("/logout", json!({})).await.no_content();
    assert!(system.messages_to(&dana.email).await.is_empty());
}
