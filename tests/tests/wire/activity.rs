//! What happened to an account, newest first.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use twostep_tests::{Client, DAY, Kind, Person, System, seconds, text_of};

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
                      (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36";

async fn events(client: &mut Client, path: &str) -> Vec<Value> {
    let body = client.get(path).await.ok();
    body["events"].as_array().expect("events").clone()
}

fn kinds(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| text_of(event, "kind")).collect()
}

#[tokio::test]
async fn a_sign_in_is_told_with_where_and_how() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut browser = system.browser().from("203.0.113.7").user_agent(CHROME);
    browser.enroll_at_sign_in(&mut dana, Kind::Sms).await;
    let events = events(&mut browser, "/activity").await;
    assert_eq!(kinds(&events), ["signed_in", "method_enabled", "code_sent"]);
    for event in &events {
        assert_eq!(event["address"], "203.0.113.7");
        assert_eq!(event["device"], "Chrome on Windows");
        assert!(event["id"].is_string() && event["at"].is_string());
        assert!(event["actor"].is_null());
    }
    assert_eq!(events[0]["method"], "sms", "the code that was passed");
    assert_eq!(events[1]["method"], "sms");
    assert_eq!(events[2]["method"], "sms");
}

#[tokio::test]
async fn everything_that_happens_has_its_event() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator, Kind::Email])
        .await;
    let id = text_of(&browser.get("/session").await.ok()["user"], "id");
    browser.login_with(&dana.email, "not the password").await;
    let ticket = browser.login(&dana).await.challenge_required();
    let wrong = dana.authenticator.as_ref().expect("an app");
    let wrong = wrong.wrong(system.now().await);
    browser.validate(&ticket, Kind::Authenticator, &wrong).await;
    browser.sign_in_and_remember(&mut dana).await;
    browser.delete("/devices").await.no_content();
    let on = json!({"mode": "new_addresses_only"});
    browser.put("/whitelist", on).await.ok();
    browser.put_empty("/methods/email/primary").await.ok();
    browser.delete("/methods/email").await.ok();
    browser.enroll(&mut dana, Kind::Authenticator).await;
    assert_eq!(
        kinds(&events(&mut browser, "/activity").await),
        [
            "method_replaced",
            "method_removed",
            "primary_changed",
            "whitelist_changed",
            "device_revoked",
            "signed_in",
            "device_remembered",
            "code_failed",
            "sign_in_failed",
            "method_enabled",
            "code_sent",
            "signed_in",
            "method_enabled",
        ]
        .map(str::to_owned)
    );

    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let alerts = json!({"new_login_alerts": "user"});
    admin.put("/practice/alerts", alerts).await.ok();
    assert_eq!(
        kinds(&events(&mut admin, "/activity").await)[0],
        "alerts_changed"
    );
    admin
        .delete(&format!("/users/{id}/methods/authenticator"))
        .await
        .no_content();
    admin
        .delete(&format!("/users/{id}/methods"))
        .await
        .no_content();
    let change = json!({"password": "another horse battery staple"});
    system.change_user(&id, change).await;
    let path = format!("/users/{id}/activity");
    let newest = events(&mut admin, &path).await;
    assert_eq!(
        kinds(&newest)[..3],
        ["password_changed", "reset", "method_removed"]
    );
    assert_eq!(newest[0]["actor"], "support");
    assert_eq!(newest[1]["actor"], "Alex Hart");
    assert_eq!(newest[2]["actor"], "Alex Hart");
    assert_eq!(newest[2]["method"], "authenticator");
}

#[tokio::test]
async fn a_colleague_sees_the_same_and_other_practices_nothing() {
    let system = System::start().await;
    let (mut desk, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let own = events(&mut desk, "/activity").await;
    let id = text_of(&desk.get("/session").await.ok()["user"], "id");
    let path = format!("/users/{id}/activity");
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    assert_eq!(events(&mut admin, &path).await, own);
    let (mut summit, _) = system.signed_in("admin@summit.test", &[Kind::Sms]).await;
    summit.get(&path).await.problem(404, "not_found");
    desk.get(&path).await.problem(403, "full_access_required");
    assert_eq!(
        events(&mut admin, "/activity").await.len(),
        3,
        "only one's own"
    );
}

#[tokio::test]
async fn it_comes_in_pages_newest_first_each_event_once() {
    let system = System::start().await;
    let (mut browser, _) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Email])
        .await;
    for kind in [Kind::Email, Kind::Sms].iter().cycle().take(60) {
        let path = format!("/methods/{kind}/primary");
        browser.put_empty(&path).await.ok();
        system.advance(5).await;
    }
    let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let body = browser.get(&format!("/activity{cursor}")).await.ok();
        let events = body["events"].as_array().expect("events");
        assert!(!events.is_empty(), "page {pages} is empty");
        seen.extend(events.iter().cloned());
        pages += 1;
        match body["next"].as_str() {
            Some(next) => cursor = format!("?cursor={next}"),
            None => break,
        }
    }
    assert!(pages > 1, "all on one page");
    let ids: BTreeSet<_> = seen.iter().map(|event| text_of(event, "id")).collect();
    assert_eq!(ids.len(), seen.len());
    let changes = seen
        .iter()
        .filter(|event| event["kind"] == "primary_changed");
    assert_eq!(changes.count(), 60);
    let times: Vec<_> = seen.iter().map(|event| text_of(event, "at")).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older));
    assert_eq!(seen.last().expect("events")["kind"], "code_sent");
}

#[tokio::test]
async fn events_of_one_second_keep_their_order() {
    let system = System::start().await;
    let (mut browser, _) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Email])
        .await;
    for kind in [Kind::Email, Kind::Sms, Kind::Email, Kind::Sms] {
        browser
            .put_empty(&format!("/methods/{kind}/primary"))
            .await
            .ok();
    }
    let events = events(&mut browser, "/activity").await;
    let methods: Vec<_> = events[..4]
        .iter()
        .map(|event| text_of(event, "method"))
        .collect();
    assert_eq!(methods, ["sms", "email", "sms", "email"]);
}

#[tokio::test]
async fn a_sign_in_without_a_code_has_no_method() {
    let system = System::start().await;
    let (browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    let mut browser = browser.without_session();
    browser.sign_in_and_remember(&mut dana).await;
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
    let events = events(&mut browser, "/activity").await;
    assert_eq!(events[0]["kind"], "signed_in");
    assert!(events[0]["method"].is_null());
    assert_eq!(events[1]["method"], "email");
}

#[tokio::test]
async fn events_are_kept_for_four_hundred_days_to_the_second() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let first = events(&mut browser, "/activity").await;
    let at = |event: &Value| seconds(&text_of(event, "at"));
    let end = first.iter().map(at).max().expect("events") + 400 * DAY;
    // Before the oldest of them ends, with time to ask.
    let oldest = first.iter().map(at).min().expect("events") + 400 * DAY;
    system.advance_to(oldest - 120).await;
    browser.sign_in(&mut dana).await;
    let kept = events(&mut browser, "/activity").await;
    assert_eq!(kinds(&kept)[1..], kinds(&first));

    system.advance_to(end).await;
    let kept = events(&mut browser, "/activity").await;
    assert_eq!(kinds(&kept), ["signed_in"]);
    // They are still in the table: what ends them is not its time to live.
    let items = system.items().await;
    let left = items
        .iter()
        .filter(|item| item["kind"]["S"] == "method_enabled");
    assert_eq!(left.count(), 1);
}

#[tokio::test]
async fn a_page_costs_the_same_however_many_events_there_are() {
    let system = System::start().await;
    let (mut browser, _) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Email])
        .await;
    let mut costs = Vec::new();
    for _ in 0..3 {
        for kind in [Kind::Email, Kind::Sms].iter().cycle().take(40) {
            let path = format!("/methods/{kind}/primary");
            browser.put_empty(&path).await.ok();
        }
        system.clear_usage().await;
        browser.get("/activity").await.ok();
        let usage = system.usage().await;
        costs.push(usage.cost("practice"));
    }
    assert!(costs[0].contains("1 Query"), "{costs:?}");
    assert_eq!(costs[1], costs[0]);
    assert_eq!(costs[2], costs[0]);
}
