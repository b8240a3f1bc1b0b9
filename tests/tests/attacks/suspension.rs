//! A hundred failures of one method in a row suspend it, whatever time is between them.

use serde_json::json;
use twostep_tests::{Client, HOUR, Kind, Person, System, text_of};

/// Wrong guesses at `kind` for somebody, each hour as many as are judged.
async fn fail(system: &System, person: &Person, kind: Kind, times: u32) {
    for n in 0..times {
        if n % 10 == 0 {
            system.advance(HOUR).await;
        }
        let mut thief = system.browser().from("198.51.100.66");
        let ticket = thief.login(person).await.challenge_required();
        let answer = thief.validate(&ticket, kind, "123456").await;
        answer.wrong_code("invalid_code");
    }
    system.advance(HOUR).await;
}

async fn suspended(client: &mut Client) -> Vec<String> {
    let body = client.get("/methods").await.ok();
    let methods = body["methods"].as_array().expect("methods").iter();
    methods
        .filter(|method| method["suspended"] == true)
        .map(|method| text_of(method, "kind"))
        .collect()
}

fn told(subjects: &[String]) -> usize {
    let told = |subject: &&String| subject.contains("suspended");
    subjects.iter().filter(told).count()
}

#[tokio::test]
async fn a_hundred_in_a_row_suspend_a_method_until_it_is_enabled_again() {
    let system = System::start().await;
    let (_, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Email])
        .await;
    fail(&system, &dana, Kind::Sms, 99).await;
    assert_eq!(told(&system.subjects_to(&dana.email).await), 0);
    fail(&system, &dana, Kind::Sms, 1).await;
    assert_eq!(told(&system.subjects_to(&dana.email).await), 1);

    // It stays so, however long one waits; the other method works.
    system.advance(48 * HOUR).await;
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.challenge_required();
    let answer = browser.challenge(&ticket, Kind::Sms).await;
    let body = answer.problem(409, "method_suspended");
    assert_eq!(body["methods"], json!(["email"]), "what still works");
    let answer = browser.validate(&ticket, Kind::Sms, "123456").await;
    let body = answer.problem(409, "method_suspended");
    assert_eq!(body["methods"], json!(["email"]), "what still works");
    let code = browser.code_for(&ticket, &mut dana, Kind::Email).await;
    let answer = browser.validate(&ticket, Kind::Email, &code).await;
    answer.authenticated("second_factor");
    assert_eq!(suspended(&mut browser).await, ["sms"]);

    browser.enroll(&mut dana, Kind::Sms).await;
    assert_eq!(suspended(&mut browser).await, [""; 0]);
    browser.step_up(&mut dana, Kind::Sms).await;
}

#[tokio::test]
async fn a_colleague_s_reset_ends_a_suspension_too() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let id = text_of(&browser.get("/session").await.ok()["user"], "id");
    fail(&system, &dana, Kind::Sms, 100).await;
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.challenge_required();
    let answer = browser.challenge(&ticket, Kind::Sms).await;
    let body = answer.problem(409, "method_suspended");
    assert_eq!(body["methods"], json!([]), "nothing else works");

    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let path = format!("/users/{id}/methods");
    admin.delete(&path).await.no_content();
    let mut browser = system.browser();
    browser.enroll_at_sign_in(&mut dana, Kind::Sms).await;
    browser.step_up(&mut dana, Kind::Sms).await;
}

#[tokio::test]
async fn a_right_code_begins_the_row_anew() {
    let system = System::start().await;
    let (_, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    fail(&system, &dana, Kind::Sms, 99).await;
    let mut browser = system.browser();
    browser.sign_in(&mut dana).await;
    fail(&system, &dana, Kind::Sms, 1).await;
    // The hundredth would have suspended it.
    browser = system.browser();
    browser.sign_in(&mut dana).await;
    assert_eq!(suspended(&mut browser).await, [""; 0]);
}

#[tokio::test]
async fn the_last_method_that_works_stays() {
    let system = System::start().await;
    let (_, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator, Kind::Email])
        .await;
    fail(&system, &dana, Kind::Email, 100).await;
    let mut browser = system.browser();
    browser.sign_in(&mut dana).await;
    assert_eq!(suspended(&mut browser).await, ["email"]);
    let answer = browser.delete("/methods/authenticator").await;
    answer.problem(409, "last_method");
    browser.delete("/methods/email").await.ok();
    system.browser().sign_in(&mut dana).await;
}
