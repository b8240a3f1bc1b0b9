//! What a session reads and changes.

use serde_json::json;
use twostep_tests::{DAY, Kind, MINUTE, System, text_of};

use super::{ENROLL, LOGIN, PRACTICE, REMOVE, WHITELIST};

#[tokio::test]
async fn what_is_read_with_a_session() {
    let system = System::start().await;
    let (mut admin, mut person) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    for _ in 0..30 {
        admin.sign_in_and_remember(&mut person).await;
        system.advance(20 * MINUTE).await;
        admin.login(&person).await;
    }
    for n in 0..60 {
        system
            .add_user("Harbour Clinic", &format!("n{n}@harbour.test"), "standard")
            .await;
    }
    admin.sign_in(&mut person).await;
    let me = text_of(&admin.get("/session").await.ok()["user"], "id");
    for (budget, path) in [
        (LOGIN.read(), "/session".to_owned()),
        (ENROLL.read(), "/methods".to_owned()),
        (WHITELIST.read(), "/whitelist".to_owned()),
        (WHITELIST.read(), "/devices".to_owned()),
        (PRACTICE.read(), "/practice/alerts".to_owned()),
        (PRACTICE, "/users".to_owned()),
        (PRACTICE, "/activity".to_owned()),
        (PRACTICE, format!("/users/{me}/activity")),
    ] {
        let page = budget.of(&system, admin.get(&path)).await.ok();
        if let Some(next) = page["next"].as_str() {
            let path = format!("{path}?cursor={next}");
            budget.of(&system, admin.get(&path)).await.ok();
        }
        // What is refused costs no more.
        let mut stranger = system.browser();
        system.clear_usage().await;
        stranger.get(&path).await.problem(401, "unauthenticated");
        assert_eq!(system.usage().await.dynamodb(budget.0), 0);
    }
    system.advance(DAY).await;
    let answer = LOGIN.read().of(&system, admin.get("/session")).await;
    answer.problem(401, "unauthenticated");
}

#[tokio::test]
async fn every_other_change() {
    let system = System::start().await;
    let (mut admin, mut person) = system.signed_in("admin@harbour.test", &Kind::ALL).await;
    admin.sign_in_and_remember(&mut person).await;
    let (mut desk, _) = system.signed_in("desk@harbour.test", &Kind::ALL).await;
    let desk = text_of(&desk.get("/session").await.ok()["user"], "id");
    let home = admin.get("/whitelist").await.ok()["addresses"][0].clone();
    let device = admin.get("/devices").await.ok()["devices"][0].clone();

    let primary = admin.put_empty("/methods/email/primary");
    ENROLL.of(&system, primary).await.ok();
    for mode in ["new_addresses_only", "always"] {
        let set = admin.put("/whitelist", json!({"mode": mode}));
        WHITELIST.of(&system, set).await.ok();
    }
    let path = format!("/whitelist/addresses/{}", text_of(&home, "id"));
    // Going back to `always` has forgotten it.
    let forget = admin.delete(&path);
    WHITELIST
        .of(&system, forget)
        .await
        .problem(404, "not_found");
    let path = format!("/devices/{}", text_of(&device, "id"));
    WHITELIST
        .of(&system, admin.delete(&path))
        .await
        .no_content();
    WHITELIST
        .of(&system, admin.delete(&path))
        .await
        .problem(404, "not_found");
    WHITELIST
        .of(&system, admin.delete("/devices"))
        .await
        .no_content();
    let set = admin.put("/practice/alerts", json!({"new_login_alerts": "user"}));
    PRACTICE.of(&system, set).await.ok();
    REMOVE.of(&system, admin.delete("/methods/sms")).await.ok();
    let again = admin.delete("/methods/sms");
    REMOVE
        .of(&system, again)
        .await
        .problem(409, "method_not_enabled");
    for path in [
        format!("/users/{desk}/methods/sms"),
        format!("/users/{desk}/methods"),
    ] {
        REMOVE.of(&system, admin.delete(&path)).await.no_content();
    }
    let nobody = admin.delete("/users/nobody/methods");
    REMOVE.of(&system, nobody).await.problem(404, "not_found");
    system.advance(15 * MINUTE + 1).await;
    let stale = admin.delete("/methods/email");
    REMOVE
        .of(&system, stale)
        .await
        .problem(403, "step_up_required");
}

#[tokio::test]
async fn an_address_that_is_forgotten() {
    let system = System::start().await;
    let (mut browser, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let home = browser.get("/whitelist").await.ok()["addresses"][0].clone();
    let path = format!("/whitelist/addresses/{}", text_of(&home, "id"));
    WHITELIST
        .of(&system, browser.delete(&path))
        .await
        .no_content();
}
