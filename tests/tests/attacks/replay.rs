//! Codes and tokens used again, or in places they are not for.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use twostep_local::ROUTES;
use twostep_tests::{Answer, Client, Credentials, Kind, Person, Request, System, text_of};

/// Where a code may be tried.
struct Place {
    what: &'static str,
    client: Client,
    /// `POST /validate` but for the code.
    body: Value,
    /// The code that was sent for it.
    code: String,
}

impl Place {
    async fn try_code(&mut self, code: &str) -> Answer {
        let mut body = self.body.clone();
        body["code"] = json!(code);
        self.client.post("/validate", body).await
    }
}

#[tokio::test]
async fn a_sent_code_is_good_for_what_it_was_sent_for_and_nothing_else() {
    let system = System::start().await;
    let mailbox = "shared@mailbox.test";
    let at_shared = |email| Person {
        mailbox: mailbox.to_owned(),
        ..Person::new(email)
    };
    // Two people of one mailbox, with every purpose there is.
    let mut dana = at_shared("desk@harbour.test");
    let mut nils = at_shared("nurse@harbour.test");
    let mut browser = system.browser();
    browser.enroll_at_sign_in(&mut dana, Kind::Email).await;
    let mut other = system.browser();
    other.enroll_at_sign_in(&mut nils, Kind::Email).await;

    let mut places = Vec::new();
    for (what, person) in [("her sign-in", &dana), ("his sign-in", &nils)] {
        let mut client = system.browser().from("203.0.113.9");
        let ticket = client.login(person).await.challenge_required();
        client.challenge(&ticket, Kind::Email).await.ok();
        let code = system.code_sent(Kind::Email, mailbox).await;
        let body = json!({"ticket": ticket, "method": "email"});
        places.push(Place {
            what,
            client,
            body,
            code,
        });
    }
    let asked = browser.challenge_in_session(Kind::Email).await.ok();
    places.push(Place {
        what: "her step-up",
        client: browser.clone(),
        body: json!({"ticket": asked["ticket"], "method": "email"}),
        code: system.code_sent(Kind::Email, mailbox).await,
    });
    let mut setting_up = system.browser().from("203.0.113.9");
    setting_up.sign_in(&mut dana).await;
    for (what, to) in [("to a number", "+61491570006"), ("to a mailbox", mailbox)] {
        let body = match what {
            "to a number" => json!({"method": "sms", "phone": to}),
            _ => json!({"method": "email", "email": to}),
        };
        let started = setting_up.post("/enroll", body).await.created();
        let kind = if to == mailbox {
            Kind::Email
        } else {
            Kind::Sms
        };
        places.push(Place {
            what,
            client: setting_up.clone(),
            body: json!({"enrollment": started["enrollment"]}),
            code: system.code_sent(kind, to).await,
        });
    }
    let codes: Vec<_> = places.iter().map(|place| place.code.clone()).collect();
    for place in &mut places {
        // At most four each, which leaves one guess for the right one.
        let own = place.code.clone();
        for code in codes.iter().filter(|code| **code != own) {
            let answer = place.try_code(code).await;
            assert_eq!(answer.json()["code"], "invalid_code", "{}", place.what);
        }
    }
    // The last replaces a method, with which trust is lost, and with it all that is pending.
    for place in &mut places {
        let code = place.code.clone();
        let answer = place.try_code(&code).await;
        assert_eq!(answer.status, 200, "{}: {}", place.what, answer.text());
        let answer = place.try_code(&code).await;
        assert!(matches!(answer.status, 401 | 404), "{}: twice", place.what);
    }
}

#[tokio::test]
async fn a_code_sent_to_one_destination_does_not_enable_another() {
    let system = System::start().await;
    let (mut browser, _) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    let mut codes = Vec::new();
    let mut enrollments = Vec::new();
    for phone in ["+61491570006", "+61491570156"] {
        let body = json!({"method": "sms", "phone": phone});
        let started = browser.post("/enroll", body).await.created();
        enrollments.push(text_of(&started, "enrollment"));
        codes.push(system.code_sent(Kind::Sms, phone).await);
    }
    if codes[0] != codes[1] {
        let answer = browser
            .validate_enrollment(&enrollments[1], &codes[0])
            .await;
        answer.wrong_code("invalid_code");
    }
    let answer = browser
        .validate_enrollment(&enrollments[0], &codes[0])
        .await;
    answer.problem(404, "not_found");
    let answer = browser
        .validate_enrollment(&enrollments[1], &codes[1])
        .await;
    answer.ok();
    // With the number went the sessions that a code sent to the old one might have had.
    let answer = browser
        .validate_enrollment(&enrollments[1], &codes[1])
        .await;
    answer.problem(404, "not_found");
}

#[tokio::test]
async fn a_ticket_confirms_only_the_enrollment_that_was_started_with_it() {
    let system = System::start().await;
    let mut started = Vec::new();
    for email in [
        "desk@harbour.test",
        "desk@harbour.test",
        "nurse@harbour.test",
    ] {
        let person = Person::new(email);
        let mut browser = system.browser();
        let ticket = browser.login(&person).await.enrollment_required();
        // Of one kind the newest would take the place of the other.
        let kind = [Kind::Email, Kind::Sms][started.len() % 2];
        let answer = browser.start_first_enrollment(&ticket, &person, kind).await;
        let enrollment = text_of(&answer.created(), "enrollment");
        let code = system.code_sent(kind, person.destination(kind)).await;
        started.push((ticket, enrollment, code));
    }
    let mut thief = system.browser();
    for (at, (_, enrollment, code)) in started.iter().enumerate() {
        for (_, (ticket, ..)) in started.iter().enumerate().filter(|(n, _)| *n != at) {
            let answer = thief.validate_first(ticket, enrollment, code).await;
            answer.problem(404, "not_found");
            let body = json!({"ticket": ticket, "enrollment": enrollment});
            thief.post("/enroll", body).await.problem(404, "not_found");
        }
    }
    let (ticket, enrollment, code) = &started[1];
    let answer = thief.validate_first(ticket, enrollment, code).await;
    answer.authenticated("second_factor");
    let answer = thief.validate_first(ticket, enrollment, code).await;
    answer.problem(401, "invalid_ticket");
}

#[tokio::test]
async fn a_ticket_is_good_for_one_purpose() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Email])
        .await;
    // One of a sign-in starts no enrollment.
    let mut fresh = system.browser();
    let sign_in = fresh.login(&dana).await.challenge_required();
    let answer = fresh
        .start_first_enrollment(&sign_in, &dana, Kind::Authenticator)
        .await;
    answer.problem(401, "invalid_ticket");
    // One of an enrollment asks for no code, and takes none but with its enrollment.
    let nils = Person::new("nurse@harbour.test");
    let mut newcomer = system.browser();
    let enrolling = newcomer.login(&nils).await.enrollment_required();
    for kind in Kind::ALL {
        let answer = newcomer.challenge(&enrolling, kind).await;
        answer.problem(409, "method_not_enabled");
        let answer = newcomer.validate(&enrolling, kind, "123456").await;
        answer.problem(409, "method_not_enabled");
    }
    // One of a step-up signs nobody in, not even with its code.
    let asked = browser.challenge_in_session(Kind::Sms).await.ok();
    let step_up = text_of(&asked, "ticket");
    let code = dana.code(&system, Kind::Sms).await;
    let answer = fresh.validate(&step_up, Kind::Sms, &code).await;
    answer.problem(401, "unauthenticated");
    let answer = fresh
        .start_first_enrollment(&step_up, &dana, Kind::Authenticator)
        .await;
    answer.problem(401, "invalid_ticket");
    let answer = browser.validate(&step_up, Kind::Sms, &code).await;
    assert_eq!(answer.ok()["status"], "verified");
}

/// A request to each route that takes a session, as somebody with one would make it.
fn requests_with_a_session() -> Vec<Request> {
    let bodies: BTreeMap<&str, Value> = BTreeMap::from([
        ("POST /challenge", json!({"method": "email"})),
        (
            "POST /validate",
            json!({"enrollment": "A".repeat(64), "code": "123456"}),
        ),
        ("POST /enroll", json!({"method": "authenticator"})),
        ("PUT /whitelist", json!({"mode": "always"})),
        ("PUT /practice/alerts", json!({"new_login_alerts": "off"})),
    ]);
    let routes = ROUTES
        .iter()
        .filter(|route| !matches!(route.path, "/login" | "/logout"));
    routes
        .map(|route| {
            let path = route.path.replace("{kind}", "email");
            let path = path.replace("{user_id}", "abcdefghijklmnopqrstuvwx");
            let path = path.replace("{id}", "abcdefgh");
            let request = Request::new(route.method, &path);
            match bodies.get(route.key().as_str()) {
                Some(body) => request.json(body),
                None => request,
            }
        })
        .collect()
}

/// Asserts that `token` is no session on any route, neither as a cookie nor as a bearer token.
async fn assert_no_session(system: &System, what: &str, token: &str) {
    let cookie = BTreeMap::from([("__Host-session".to_owned(), token.to_owned())]);
    let mut browser = system.browser();
    let mut app = system.bearer();
    for request in requests_with_a_session() {
        browser.credentials = Credentials::Cookies(cookie.clone());
        app.credentials = Credentials::Bearer {
            session: Some(token.to_owned()),
            device: None,
        };
        for client in [&mut browser, &mut app] {
            let answer = client.send(request.clone()).await;
            let code = answer.json()["code"].clone();
            assert_eq!(
                (answer.status, &code),
                (401, &json!("unauthenticated")),
                "{what}: {request:?}"
            );
        }
    }
}

#[tokio::test]
async fn no_other_token_is_a_session_on_any_route() {
    let system = System::start().await;
    let mut app = system.bearer();
    let mut dana = Person::new("admin@harbour.test");
    app.enroll_at_sign_in(&mut dana, Kind::Email).await;
    app.sign_in_and_remember(&mut dana).await;
    let Credentials::Bearer {
        device: Some(device),
        ..
    } = app.credentials.clone()
    else {
        panic!("a device");
    };
    let mut fresh = system.browser();
    let sign_in = fresh.login(&dana).await.challenge_required();
    let asked = app.challenge_in_session(Kind::Email).await.ok();
    let answer = app.start_enrollment(&dana, Kind::Authenticator).await;
    let nils = Person::new("nurse@harbour.test");
    let enrolling = fresh.login(&nils).await.enrollment_required();
    for (what, token) in [
        ("the ticket of a sign-in", sign_in),
        ("the ticket of a step-up", text_of(&asked, "ticket")),
        ("the ticket of an enrollment", enrolling),
        ("an enrollment", text_of(&answer.created(), "enrollment")),
        ("a device token", device),
    ] {
        assert_no_session(&system, what, &token).await;
    }
    // What is refused here works with the session, so that the test means something.
    for request in requests_with_a_session() {
        let answer = app.send(request.clone()).await;
        assert_ne!(answer.status, 401, "{request:?}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_session_is_no_ticket_enrollment_or_device() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    browser.sign_in(&mut dana).await;
    let session = browser.session_token().expect("a session");
    let mut fresh = system.browser();
    for kind in Kind::ALL {
        let answer = fresh.challenge(&session, kind).await;
        answer.problem(401, "invalid_ticket");
        let answer = fresh.validate(&session, kind, "123456").await;
        answer.problem(401, "invalid_ticket");
        let answer = fresh.start_first_enrollment(&session, &dana, kind).await;
        answer.problem(401, "invalid_ticket");
    }
    let answer = browser.validate_enrollment(&session, "123456").await;
    answer.problem(404, "not_found");
    let mut app = system.bearer();
    app.credentials = Credentials::Bearer {
        session: None,
        device: Some(session),
    };
    app.login(&dana).await.challenge_required();
}

#[tokio::test]
async fn an_ended_session_is_none_on_any_route() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    let signed_in = browser.session_token().expect("a session");
    browser.step_up(&mut dana, Kind::Email).await;
    assert_no_session(&system, "before a step-up", &signed_in).await;
    let stepped_up = browser.session_token().expect("a session");
    browser.sign_in(&mut dana).await;
    assert_no_session(&system, "before a new sign-in", &stepped_up).await;
    let last = browser.session_token().expect("a session");
    let asked = browser.challenge_in_session(Kind::Email).await.ok();
    let code = dana.code(&system, Kind::Email).await;
    let mut copy = browser.clone();
    browser.post("/logout", json!({})).await.no_content();
    assert_no_session(&system, "after a sign-out", &last).await;
    // A step-up that was under way ends with it.
    let answer = copy
        .validate(&text_of(&asked, "ticket"), Kind::Email, &code)
        .await;
    answer.problem(401, "unauthenticated");
}
