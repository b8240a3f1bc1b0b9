//! Every kind of event that the API names can come about.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use twostep_tests::{Client, HOUR, Kind, MINUTE, Person, System, text_of};

/// The kinds that the API's document names.
fn documented() -> BTreeSet<String> {
    let document = include_str!("../../../infra/openapi.json");
    let document: Value = serde_json::from_str(document).expect("the document");
    let kinds = document["components"]["schemas"]["EventKind"]["enum"].as_array();
    let kinds = kinds.expect("kinds").iter();
    kinds
        .map(|kind| kind.as_str().expect("a kind").to_owned())
        .collect()
}

/// All events of `path`, of every page.
async fn events(client: &mut Client, path: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let body = client.get(&format!("{path}{cursor}")).await.ok();
        all.extend(body["events"].as_array().expect("events").iter().cloned());
        match body["next"].as_str() {
            Some(next) => cursor = format!("?cursor={next}"),
            None => return all,
        }
    }
}

/// Someone copies the browser of `dana` and uses it after her.
async fn misuse_device(system: &System, browser: &mut Client, dana: &mut Person) {
    browser.sign_in_and_remember(dana).await;
    let mut thief = browser.clone().without_session().from("198.51.100.66");
    browser.login(dana).await.authenticated("remembered_device");
    system.advance(MINUTE + 1).await;
    thief.login(dana).await.challenge_required();
}

/// Someone guesses codes of her app, as many an hour as are judged, until it is suspended.
async fn suspend_app(system: &System, dana: &Person) {
    let app = dana.authenticator.as_ref().expect("an app");
    for n in 0..100 {
        if n % 10 == 0 {
            system.advance(HOUR).await;
        }
        let mut thief = system.browser().from("198.51.100.66");
        let ticket = thief.login(dana).await.challenge_required();
        let wrong = app.wrong(system.now().await);
        let answer = thief.validate(&ticket, Kind::Authenticator, &wrong).await;
        answer.wrong_code("invalid_code");
    }
    system.advance(HOUR).await;
}

#[tokio::test]
async fn each_is_seen_by_whom_it_concerns() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator, Kind::Email])
        .await;
    let id = text_of(&browser.get("/session").await.ok()["user"], "id");
    browser.login_with(&dana.email, "not the password").await;
    misuse_device(&system, &mut browser, &mut dana).await;
    browser.sign_in_and_remember(&mut dana).await;
    browser.delete("/devices").await.no_content();
    let on = json!({"mode": "new_addresses_only"});
    browser.put("/whitelist", on).await.ok();
    browser.put_empty("/methods/email/primary").await.ok();
    browser.enroll(&mut dana, Kind::Authenticator).await;
    suspend_app(&system, &dana).await;
    let mut browser = system.browser();
    browser.sign_in_by(&mut dana, Kind::Email).await;
    browser.delete("/methods/authenticator").await.ok();

    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let alerts = json!({"new_login_alerts": "user"});
    admin.put("/practice/alerts", alerts).await.ok();
    let reset = format!("/users/{id}/methods");
    admin.delete(&reset).await.no_content();
    let change = json!({"password": "another horse battery staple"});
    system.change_user(&id, change).await;

    let hers = events(&mut admin, &format!("/users/{id}/activity")).await;
    let own = events(&mut admin, "/activity").await;
    let kinds: BTreeSet<_> = hers
        .iter()
        .chain(&own)
        .map(|event| text_of(event, "kind"))
        .collect();
    assert_eq!(kinds, documented());
    assert_eq!(kinds.len(), 17);

    let only = |kind: &str| {
        let mut of_kind = hers.iter().filter(|event| event["kind"] == kind);
        let event = of_kind.next().unwrap_or_else(|| panic!("no {kind}"));
        assert_eq!(of_kind.next(), None, "{kind} once");
        event
    };
    // Who did it is somebody unknown: the address tells from where.
    assert_eq!(only("device_misused")["address"], "198.51.100.66");
    assert_eq!(only("method_suspended")["method"], "authenticator");
    assert_eq!(only("method_suspended")["address"], "198.51.100.66");
    assert_eq!(only("reset")["actor"], "Alex Hart");
}
