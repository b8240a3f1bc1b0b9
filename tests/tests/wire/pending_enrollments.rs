//! Enrollments that wait for their first code: what they say, sending again, which one counts.

use serde_json::json;
use twostep_tests::{Kind, MINUTE, Message, Person, System, seconds, text_of};

#[tokio::test]
async fn an_authenticator_is_set_up_with_a_secret_a_uri_and_a_qr_code() {
    let system = System::start().await;
    let dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    let before = system.now().await;
    let answer = browser
        .start_first_enrollment(&ticket, &dana, Kind::Authenticator)
        .await;
    let body = answer.created();
    assert_eq!(body["method"], "authenticator");
    let expires = seconds(&text_of(&body, "expires_at"));
    assert!((before..=system.now().await).contains(&(expires - 10 * MINUTE)));
    let shown = &body["authenticator"];
    let secret = text_of(shown, "secret");
    assert_eq!(secret.len(), 32, "160 bits in base 32");
    assert!(
        secret
            .bytes()
            .all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b))
    );
    assert_eq!(
        shown["otpauth_uri"],
        format!(
            "otpauth://totp/twostep:desk%40harbour.test?secret={secret}\
             &issuer=twostep&algorithm=SHA1&digits=6&period=30"
        )
    );
    let svg = text_of(shown, "qr_svg");
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
    assert!(body["destination"].is_null() && body["resend_after"].is_null());
    assert!(system.messages().await.is_empty());
}

#[tokio::test]
async fn each_set_up_gets_a_secret_of_its_own() {
    let system = System::start().await;
    let dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    let mut secrets = Vec::new();
    for _ in 0..3 {
        let answer = browser
            .start_first_enrollment(&ticket, &dana, Kind::Authenticator)
            .await;
        secrets.push(text_of(&answer.created()["authenticator"], "secret"));
    }
    secrets.dedup();
    assert_eq!(secrets.len(), 3);
}

#[tokio::test]
async fn contact_details_are_shown_masked() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    dana.mailbox = "dana.reed@post.example".to_owned();
    dana.phone = "+61 491 570 006".to_owned();
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    for (kind, masked) in [
        (Kind::Email, "d***@post.example"),
        (Kind::Sms, "+61 *** *** 006"),
    ] {
        let answer = browser.start_first_enrollment(&ticket, &dana, kind).await;
        let body = answer.created();
        assert_eq!(body["destination"], masked);
        assert_eq!(body["resend_after"], 30);
        assert!(body["authenticator"].is_null());
    }
    // The number is kept, and sent to, in E.164.
    let sent = system.messages_to("+61491570006").await;
    assert_eq!(sent.len(), 1);
}

#[tokio::test]
async fn a_resend_carries_the_same_code_and_comes_after_thirty_seconds() {
    let system = System::start().await;
    let dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    let answer = browser
        .start_first_enrollment(&ticket, &dana, Kind::Sms)
        .await;
    let first = answer.created();
    let again = json!({"ticket": ticket, "enrollment": first["enrollment"]});
    let soon = browser.post("/enroll", again.clone()).await;
    soon.problem(429, "resend_too_soon");
    assert!((1..=30).contains(&soon.retry_after()));

    system.advance(30).await;
    let second = browser.post("/enroll", again).await.ok();
    assert_eq!(second, first);
    let messages = system.messages_to(&dana.phone).await;
    let codes: Vec<_> = messages.iter().filter_map(Message::code).collect();
    assert_eq!(codes.len(), 2);
    assert_eq!(codes[0], codes[1]);
    let enrollment = text_of(&first, "enrollment");
    let answer = browser
        .validate_first(&ticket, &enrollment, &codes[0])
        .await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn five_codes_are_sent_for_an_enrollment() {
    let system = System::start().await;
    let (mut browser, dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let started = browser.start_enrollment(&dana, Kind::Email).await.created();
    let again = json!({"enrollment": started["enrollment"]});
    for _ in 0..4 {
        system.advance(30).await;
        browser.post("/enroll", again.clone()).await.ok();
    }
    system.advance(30).await;
    let answer = browser.post("/enroll", again).await;
    answer.problem(429, "send_limit_reached");
    assert_eq!(system.messages_to(&dana.mailbox).await.len(), 5);
}

#[tokio::test]
async fn an_authenticator_has_no_code_to_send_again() {
    let system = System::start().await;
    let (mut browser, dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let started = browser
        .start_enrollment(&dana, Kind::Authenticator)
        .await
        .created();
    let again = json!({"enrollment": started["enrollment"]});
    browser.post("/enroll", again).await.invalid("enrollment");
}

#[tokio::test]
async fn of_several_of_one_kind_the_newest_counts() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let first = browser.start_enrollment(&dana, Kind::Email).await.created();
    let first_code = system.code_sent(Kind::Email, &dana.mailbox).await;
    dana.mailbox = "second@mailbox.test".to_owned();
    let second = browser.start_enrollment(&dana, Kind::Email).await.created();
    let second_code = system.code_sent(Kind::Email, &dana.mailbox).await;

    let superseded = text_of(&first, "enrollment");
    let answer = browser.validate_enrollment(&superseded, &first_code).await;
    answer.problem(404, "not_found");
    let answer = browser
        .post("/enroll", json!({"enrollment": superseded}))
        .await;
    answer.problem(404, "not_found");
    let enrollment = text_of(&second, "enrollment");
    let body = browser
        .validate_enrollment(&enrollment, &second_code)
        .await
        .ok();
    assert_eq!(body["method"]["destination"], "s***@mailbox.test");
}

#[tokio::test]
async fn enrollments_of_different_kinds_wait_side_by_side() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let email = browser.start_enrollment(&dana, Kind::Email).await.created();
    let app = browser
        .start_enrollment(&dana, Kind::Authenticator)
        .await
        .created();
    for (kind, started) in [(Kind::Authenticator, app), (Kind::Email, email)] {
        let code = dana.first_code(&browser, kind, &started).await;
        let enrollment = text_of(&started, "enrollment");
        let body = browser.validate_enrollment(&enrollment, &code).await.ok();
        assert_eq!(body["method"]["kind"], kind.as_str());
    }
    assert_eq!(
        browser.enabled_methods().await,
        ["sms", "authenticator", "email"]
    );
}

#[tokio::test]
async fn an_enrollment_is_used_once_and_only_where_it_was_started() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let mut other = system.browser();
    other.sign_in(&mut dana).await;
    let started = browser.start_enrollment(&dana, Kind::Email).await.created();
    let enrollment = text_of(&started, "enrollment");
    let code = system.code_sent(Kind::Email, &dana.mailbox).await;

    let answer = other.validate_enrollment(&enrollment, &code).await;
    answer.problem(404, "not_found");
    let answer = system
        .browser()
        .validate_enrollment(&enrollment, &code)
        .await;
    answer.problem(401, "unauthenticated");
    let (mut nurse, _) = system.signed_in("nurse@harbour.test", &[Kind::Email]).await;
    let answer = nurse.validate_enrollment(&enrollment, &code).await;
    answer.problem(404, "not_found");

    browser.validate_enrollment(&enrollment, &code).await.ok();
    let answer = browser.validate_enrollment(&enrollment, &code).await;
    answer.problem(404, "not_found");
}

#[tokio::test]
async fn sms_go_only_to_mobiles_of_the_allowed_countries() {
    let system = System::start().await;
    let mut dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    for phone in [
        "+61291234567",
        "+12025550123",
        "+4915123456789",
        "+611300975707",
    ] {
        dana.phone = phone.to_owned();
        let answer = browser
            .start_first_enrollment(&ticket, &dana, Kind::Sms)
            .await;
        answer.problem(422, "destination_not_allowed");
    }
    for phone in [
        "+61491570006",
        "+64211234567",
        "+447700900123",
        "+353851234567",
    ] {
        dana.phone = phone.to_owned();
        let answer = browser
            .start_first_enrollment(&ticket, &dana, Kind::Sms)
            .await;
        answer.created();
    }
    assert_eq!(system.messages().await.len(), 4);
}

#[tokio::test]
async fn what_is_no_enrollment_is_unknown_once_it_is_clear_who_asks() {
    let system = System::start().await;
    let dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let ticket = browser.login(&dana).await.enrollment_required();
    let app = browser
        .start_first_enrollment(&ticket, &dana, Kind::Authenticator)
        .await
        .created();
    let dead_ticket = "A".repeat(ticket.len());
    let (mut known, _) = system.signed_in("nurse@harbour.test", &[Kind::Sms]).await;
    for enrollment in ["", "x", &"A".repeat(64), &text_of(&app, "enrollment")] {
        for (path, mut body) in [
            ("/enroll", json!({"enrollment": enrollment})),
            (
                "/validate",
                json!({"enrollment": enrollment, "code": "123456"}),
            ),
        ] {
            let answer = browser.post(path, body.clone()).await;
            answer.problem(401, "unauthenticated");
            let answer = known.post(path, body.clone()).await;
            answer.problem(404, "not_found");
            body["ticket"] = json!(dead_ticket);
            let answer = browser.post(path, body).await;
            answer.problem(401, "invalid_ticket");
        }
    }
    for enrollment in ["", "x"] {
        let body = json!({"ticket": ticket, "enrollment": enrollment});
        let answer = browser.post("/enroll", body).await;
        answer.problem(404, "not_found");
        let answer = browser.validate_first(&ticket, enrollment, "123456").await;
        answer.problem(404, "not_found");
    }
}

#[tokio::test]
async fn one_at_sign_in_ends_with_its_ticket() {
    let system = System::start().await;
    let dana = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    let answer = browser.login(&dana).await;
    let ticket = answer.enrollment_required();
    system.advance(9 * MINUTE).await;
    let started = browser
        .start_first_enrollment(&ticket, &dana, Kind::Email)
        .await;
    assert_eq!(started.created()["expires_at"], answer.json()["expires_at"]);
    let messages = system.messages().await;
    let text = messages.last().expect("a message").text();
    assert!(text.contains("1 minute"), "{text}");
}
