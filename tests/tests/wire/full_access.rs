//! Full Access: taking methods of colleagues away, and nothing else of theirs.

use serde_json::json;
use twostep_tests::{Client, Kind, System, text_of};

async fn id(browser: &mut Client) -> String {
    text_of(&browser.get("/session").await.ok()["user"], "id")
}

#[tokio::test]
async fn all_methods_of_a_colleague_go_and_a_new_one_is_asked_for() {
    let system = System::start().await;
    let (mut desk, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator, Kind::Sms])
        .await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    let path = format!("/users/{}/methods", id(&mut desk).await);
    admin.delete(&path).await.no_content();
    // At once.
    desk.get("/session").await.problem(401, "unauthenticated");
    desk.login(&dana).await.enrollment_required();
    desk.enroll_at_sign_in(&mut dana, Kind::Email).await;
    assert_eq!(desk.enabled_methods().await, ["email"]);
    admin.get("/session").await.ok();
}

#[tokio::test]
async fn one_method_of_a_colleague_goes_and_the_others_stay() {
    let system = System::start().await;
    let (mut desk, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Authenticator])
        .await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    let path = format!("/users/{}/methods", id(&mut desk).await);
    admin.delete(&format!("{path}/sms")).await.no_content();
    desk.get("/session").await.problem(401, "unauthenticated");
    desk.sign_in_by(&mut dana, Kind::Authenticator).await;
    assert_eq!(desk.enabled_methods().await, ["authenticator"]);

    // The last one as well, which they could not remove themselves.
    admin
        .delete(&format!("{path}/authenticator"))
        .await
        .no_content();
    desk.login(&dana).await.enrollment_required();
}

#[tokio::test]
async fn a_method_that_is_not_enabled_can_not_be_removed_but_all_of_none_can() {
    let system = System::start().await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    let (mut desk, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    let path = format!("/users/{}/methods", id(&mut desk).await);
    let answer = admin.delete(&format!("{path}/sms")).await;
    answer.problem(409, "method_not_enabled");
    desk.get("/session").await.ok();
    admin.delete(&path).await.no_content();
    admin.delete(&path).await.no_content();
    let answer = admin.delete(&format!("{path}/email")).await;
    answer.problem(409, "method_not_enabled");
    desk.enroll_at_sign_in(&mut dana, Kind::Sms).await;
}

#[tokio::test]
async fn oneself_is_a_conflict() {
    let system = System::start().await;
    let (mut admin, _) = system
        .signed_in("admin@harbour.test", &[Kind::Email, Kind::Sms])
        .await;
    let path = format!("/users/{}/methods", id(&mut admin).await);
    admin.delete(&path).await.problem(409, "conflict");
    admin
        .delete(&format!("{path}/sms"))
        .await
        .problem(409, "conflict");
    assert_eq!(admin.enabled_methods().await, ["email", "sms"]);
}

#[tokio::test]
async fn another_practice_looks_like_nobody() {
    let system = System::start().await;
    let (mut summit, _) = system.signed_in("desk@summit.test", &[Kind::Sms]).await;
    let stranger = id(&mut summit).await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    let nobody = "a".repeat(24);
    for (method, path) in [
        ("DELETE", "/users/{id}/methods"),
        ("DELETE", "/users/{id}/methods/sms"),
        ("DELETE", "/users/{id}/methods/email"),
        ("GET", "/users/{id}/activity"),
    ] {
        let mut answers = Vec::new();
        for id in [&stranger, &nobody, &"not-an-id".to_owned()] {
            let path = path.replace("{id}", id);
            let answer = match method {
                "GET" => admin.get(&path).await,
                _ => admin.delete(&path).await,
            };
            answers.push(answer.problem(404, "not_found"));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]));
    }
    summit.get("/session").await.ok();
    assert_eq!(summit.enabled_methods().await, ["sms"]);
}

#[tokio::test]
async fn the_standard_role_may_none_of_it() {
    let system = System::start().await;
    let (mut nurse, _) = system.signed_in("nurse@harbour.test", &[Kind::Sms]).await;
    let (mut desk, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let colleague = id(&mut nurse).await;
    let own = id(&mut desk).await;
    for id in [&colleague, &own, &"a".repeat(24)] {
        for path in [
            format!("/users/{id}/methods"),
            format!("/users/{id}/methods/sms"),
        ] {
            desk.delete(&path)
                .await
                .problem(403, "full_access_required");
        }
        let answer = desk.get(&format!("/users/{id}/activity")).await;
        answer.problem(403, "full_access_required");
    }
    for path in ["/users", "/practice/alerts"] {
        desk.get(path).await.problem(403, "full_access_required");
    }
    let body = json!({"new_login_alerts": "user"});
    let answer = desk.put("/practice/alerts", body).await;
    answer.problem(403, "full_access_required");
    nurse.get("/session").await.ok();
}

#[tokio::test]
async fn a_disabled_or_demoted_admin_may_nothing_any_more() {
    let system = System::start().await;
    let (mut desk, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let path = format!("/users/{}/methods", id(&mut desk).await);
    let own = id(&mut admin).await;
    system.change_user(&own, json!({"role": "standard"})).await;
    admin
        .delete(&path)
        .await
        .problem(403, "full_access_required");
    system
        .change_user(&own, json!({"role": "full_access", "disabled": true}))
        .await;
    admin.delete(&path).await.problem(401, "unauthenticated");
    assert_eq!(desk.enabled_methods().await, ["sms"]);
}

#[tokio::test]
async fn a_reset_kills_what_the_colleague_had_pending() {
    let system = System::start().await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    let (mut desk, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let path = format!("/users/{}/methods", id(&mut desk).await);
    admin.delete(&path).await.no_content();
    // A ticket to enroll with, from before a second reset.
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    admin.delete(&path).await.no_content();
    let answer = browser
        .start_first_enrollment(&ticket, &dana, Kind::Sms)
        .await;
    answer.problem(401, "invalid_ticket");
    browser
        .enroll_at_sign_in(&mut dana, Kind::Authenticator)
        .await;
}

#[tokio::test]
async fn two_admins_can_reset_each_other() {
    let system = System::start().await;
    system
        .add_user("Harbour Clinic", "second@harbour.test", "full_access")
        .await;
    let (mut first, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let (mut second, mut sam) = system.signed_in("second@harbour.test", &[Kind::Sms]).await;
    let path = format!("/users/{}/methods", id(&mut second).await);
    first.delete(&path).await.no_content();
    let back = format!("/users/{}/methods", id(&mut first).await);
    second.delete(&back).await.problem(401, "unauthenticated");
    second.enroll_at_sign_in(&mut sam, Kind::Email).await;
    second.delete(&back).await.no_content();
    first.get("/session").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_reset_is_told_though_there_was_nothing_to_remove() {
    let system = System::start().await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    let (mut desk, dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    let path = format!("/users/{}/methods", id(&mut desk).await);
    for times in 1..=2 {
        admin.delete(&path).await.no_content();
        let subjects = system.subjects_to(&dana.email).await;
        let told = subjects.iter().filter(|subject| subject.contains("reset"));
        assert_eq!(told.count(), times);
    }
}

#[tokio::test]
async fn a_reset_ends_the_lock_of_an_hour() {
    let system = System::start().await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    let (mut desk, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    for _ in 0..2 {
        let ticket = desk.login(&dana).await.challenge_required();
        for _ in 0..5 {
            let answer = desk.validate(&ticket, Kind::Authenticator, "123456").await;
            answer.wrong_code("invalid_code");
        }
    }
    let path = format!("/users/{}/methods", id(&mut desk).await);
    admin.delete(&path).await.no_content();
    desk.enroll_at_sign_in(&mut dana, Kind::Authenticator).await;
    system.browser().sign_in(&mut dana).await;
}
