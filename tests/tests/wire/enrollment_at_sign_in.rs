//! Two-factor is mandatory: who has no method enables one while signing in.

use serde_json::json;
use twostep_tests::{Kind, MINUTE, Person, System, other_than, seconds, text_of};

#[tokio::test]
async fn each_kind_can_be_the_first_method_and_signs_in() {
    for kind in Kind::ALL {
        let system = System::start().await;
        let mut dana = Person::new("desk@harbour.test");
        let mut browser = system.browser();
        let body = browser.enroll_at_sign_in(&mut dana, kind).await;
        assert_eq!(body["method"]["kind"], kind.as_str());
        assert_eq!(body["method"]["enabled"], true);
        assert_eq!(body["method"]["primary"], true);
        assert!(body["session"]["second_factor_at"].is_string());
        browser.get("/session").await.ok();

        let mut elsewhere = system.browser();
        elsewhere.sign_in(&mut dana).await;
        assert_eq!(elsewhere.enabled_methods().await, [kind.as_str()]);
    }
}

#[tokio::test]
async fn the_password_alone_gives_a_ticket_and_no_session() {
    let system = System::start().await;
    let mut browser = system.browser();
    let before = system.now().await;
    let answer = browser.login(&Person::new("desk@harbour.test")).await;
    let ticket = answer.enrollment_required();
    let body = answer.ok();
    assert_eq!(
        body["available"],
        json!(["authenticator", "email", "sms"]),
        "{body}"
    );
    let expires = seconds(&text_of(&body, "expires_at"));
    let after = system.now().await;
    assert!((before..=after).contains(&(expires - 10 * MINUTE)));
    assert_eq!(answer.header_lines("set-cookie"), [""; 0]);
    browser
        .get("/session")
        .await
        .problem(401, "unauthenticated");

    // Nor does the ticket pass for a session, or for the ticket of a sign-in by code.
    let mut bearer = system.bearer();
    bearer.credentials = twostep_tests::Credentials::Bearer {
        session: Some(ticket.clone()),
        device: None,
    };
    bearer.get("/methods").await.problem(401, "unauthenticated");
    for kind in Kind::ALL {
        let answer = browser.challenge(&ticket, kind).await;
        answer.problem(409, "method_not_enabled");
        let answer = browser.validate(&ticket, kind, "123456").await;
        answer.problem(409, "method_not_enabled");
    }
}

#[tokio::test]
async fn nothing_is_enabled_before_the_first_code_validates() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    for kind in Kind::ALL {
        let answer = browser.start_first_enrollment(&ticket, &dana, kind).await;
        let started = answer.created();
        let enrollment = text_of(&started, "enrollment");
        let code = dana.first_code(&browser, kind, &started).await;
        let wrong = match &dana.authenticator {
            Some(app) if kind == Kind::Authenticator => app.wrong(system.now().await),
            _ => other_than(&code).to_owned(),
        };
        let answer = browser.validate_first(&ticket, &enrollment, &wrong).await;
        assert_eq!(answer.wrong_code("invalid_code"), 4);
    }
    browser.login(&dana).await.enrollment_required();
}

#[tokio::test]
async fn five_wrong_codes_use_the_enrollment_up_but_not_the_ticket() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    let answer = browser
        .start_first_enrollment(&ticket, &dana, Kind::Email)
        .await;
    let enrollment = text_of(&answer.created(), "enrollment");
    let code = dana.code(&system, Kind::Email).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for left in [4, 3, 2, 1, 0] {
        let answer = browser.validate_first(&ticket, &enrollment, wrong).await;
        assert_eq!(answer.wrong_code("invalid_code"), left);
    }
    let answer = browser.validate_first(&ticket, &enrollment, &code).await;
    answer.problem(404, "not_found");

    let answer = browser
        .start_first_enrollment(&ticket, &dana, Kind::Sms)
        .await;
    let started = answer.created();
    let code = dana.first_code(&browser, Kind::Sms, &started).await;
    let enrollment = text_of(&started, "enrollment");
    let answer = browser.validate_first(&ticket, &enrollment, &code).await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn the_ticket_and_the_enrollment_live_for_ten_minutes() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    system.advance(5 * MINUTE).await;
    let answer = browser
        .start_first_enrollment(&ticket, &dana, Kind::Sms)
        .await;
    let enrollment = text_of(&answer.created(), "enrollment");
    let code = dana.code(&system, Kind::Sms).await;
    system.advance(5 * MINUTE).await;
    let answer = browser
        .start_first_enrollment(&ticket, &dana, Kind::Sms)
        .await;
    answer.problem(401, "invalid_ticket");
    let answer = browser.validate_first(&ticket, &enrollment, &code).await;
    answer.problem(401, "invalid_ticket");

    // The enrollment would have lived on, but it belongs to its ticket.
    let second = browser.login(&dana).await.enrollment_required();
    let answer = browser.validate_first(&second, &enrollment, &code).await;
    answer.problem(404, "not_found");
}

#[tokio::test]
async fn an_enrollment_outlived_by_its_ticket_is_not_found() {
    let system = System::start().await;
    let (mut browser, dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let started = browser.start_enrollment(&dana, Kind::Email).await.created();
    let enrollment = text_of(&started, "enrollment");
    let code = system.code_sent(Kind::Email, &dana.mailbox).await;
    let expires = seconds(&text_of(&started, "expires_at"));
    system.advance_to(expires).await;
    let answer = browser.validate_enrollment(&enrollment, &code).await;
    answer.problem(404, "not_found");
    let answer = browser
        .post("/enroll", json!({"enrollment": enrollment}))
        .await;
    answer.problem(404, "not_found");
    assert_eq!(browser.enabled_methods().await, ["sms"]);
}

#[tokio::test]
async fn the_device_can_be_remembered_at_once() {
    let system = System::start().await;
    let dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    let answer = browser
        .start_first_enrollment(&ticket, &dana, Kind::Sms)
        .await;
    let body = json!({
        "ticket": ticket, "enrollment": text_of(&answer.created(), "enrollment"),
        "code": system.code_sent(Kind::Sms, &dana.phone).await, "remember_device": true,
    });
    browser
        .post("/validate", body)
        .await
        .authenticated("second_factor");
    assert!(browser.device_cookie().is_some());
    let mut later = browser.without_session();
    later.login(&dana).await.authenticated("remembered_device");
}

#[tokio::test]
async fn once_a_method_is_enabled_every_other_enrollment_ticket_is_dead() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut stranger = system.browser();
    let tickets = [
        stranger.login(&dana).await.enrollment_required(),
        stranger.login(&dana).await.enrollment_required(),
    ];
    let strangers = Person::new("stranger@elsewhere.test");
    let answer = stranger
        .start_first_enrollment(&tickets[0], &strangers, Kind::Email)
        .await;
    let enrollment = text_of(&answer.created(), "enrollment");
    let code = system.code_sent(Kind::Email, &strangers.mailbox).await;

    system
        .browser()
        .enroll_at_sign_in(&mut dana, Kind::Sms)
        .await;

    for ticket in &tickets {
        for kind in Kind::ALL {
            let answer = stranger
                .start_first_enrollment(ticket, &strangers, kind)
                .await;
            answer.problem(401, "invalid_ticket");
        }
        let body = json!({"ticket": ticket, "enrollment": enrollment});
        stranger
            .post("/enroll", body)
            .await
            .problem(401, "invalid_ticket");
        let answer = stranger.validate_first(ticket, &enrollment, &code).await;
        answer.problem(401, "invalid_ticket");
    }
    let mut browser = system.browser();
    browser.sign_in(&mut dana).await;
    assert_eq!(browser.enabled_methods().await, ["sms"]);
}
