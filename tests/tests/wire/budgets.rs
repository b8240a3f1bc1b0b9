//! Requests to DynamoDB that each call may cost at most, whatever it ends in.

mod session;

use serde_json::{Value, json};
use twostep_tests::{Answer, Client, Kind, MINUTE, Person, System, other_than, text_of};

/// What a call may cost: a function, and the requests it may make.
#[derive(Clone, Copy)]
struct Budget(&'static str, u64);

const LOGIN: Budget = Budget("login", 4);
const CHALLENGE: Budget = Budget("challenge", 2);
const VALIDATE_SIGN_IN: Budget = Budget("validate", 3);
const VALIDATE: Budget = Budget("validate", 4);
const ENROLL: Budget = Budget("enroll", 4);
const REMOVE: Budget = Budget("remove", 4);
const WHITELIST: Budget = Budget("whitelist", 4);
const PRACTICE: Budget = Budget("practice", 4);

impl Budget {
    /// The same function when it only reads with a session.
    const fn read(self) -> Self {
        Self(self.0, 2)
    }

    /// Awaits `call`, asserts what it cost and gives its answer.
    #[track_caller]
    fn of<F: Future<Output = Answer>>(
        self,
        system: &System,
        call: F,
    ) -> impl Future<Output = Answer> {
        let system = system.clone();
        async move {
            system.clear_usage().await;
            let answer = call.await;
            system.usage().await.assert_within(self.0, self.1);
            answer
        }
    }
}

/// `POST /login` on a budget.
async fn login(client: &mut Client, person: &Person) -> Answer {
    let system = client.system().clone();
    LOGIN.of(&system, client.login(person)).await
}

/// A ticket for a sign-in by somebody who has a method.
async fn ticket(client: &mut Client, person: &Person) -> String {
    client.login(person).await.challenge_required()
}

#[tokio::test]
async fn a_sign_in_that_is_refused() {
    let system = System::start().await;
    let stranger = Person::new("nobody@harbour.test");
    let mut wrong = Person::new("desk@harbour.test");
    wrong.password = "not the password".to_owned();
    let mut browser = system.browser();
    login(&mut browser, &stranger)
        .await
        .problem(401, "invalid_credentials");
    // Until the account is locked, and when it is. The first locks may be over before the next
    // try of a slow machine; each lasts twice as long as the one before.
    let mut statuses = Vec::new();
    while statuses.last() != Some(&429) {
        statuses.push(login(&mut browser, &wrong).await.status);
        assert!(statuses.len() < 20, "{statuses:?}");
    }
    assert_eq!(statuses[..5], [401; 5]);
    let user = system
        .add_user("Harbour Clinic", "off@harbour.test", "standard")
        .await;
    system
        .change_user(&user.user_id, json!({"disabled": true}))
        .await;
    let off = Person::new("off@harbour.test");
    login(&mut browser, &off)
        .await
        .problem(401, "invalid_credentials");
    // From an address that tries too many accounts.
    for n in 0..50 {
        browser
            .login(&Person::new(&format!("n{n}@harbour.test")))
            .await;
    }
    let answer = login(&mut browser, &Person::new("admin@harbour.test")).await;
    answer.problem(429, "too_many_attempts");
}

#[tokio::test]
async fn a_sign_in_that_goes_on() {
    let system = System::start().await;
    let mut person = Person::new("desk@harbour.test");
    let mut browser = system.browser();
    login(&mut browser, &person).await.enrollment_required();
    browser
        .enroll_at_sign_in(&mut person, Kind::Authenticator)
        .await;
    login(&mut browser, &person).await.challenge_required();
    browser
        .put("/whitelist", json!({"mode": "new_addresses_only"}))
        .await
        .ok();
    login(&mut browser, &person)
        .await
        .authenticated("known_address");
    // Remembered; by a superseded token within its grace; and by a stolen one.
    let mut laptop = system.browser().from("203.0.113.9");
    laptop.sign_in_and_remember(&mut person).await;
    let copy = laptop.clone();
    login(&mut laptop, &person)
        .await
        .authenticated("remembered_device");
    login(&mut copy.clone(), &person)
        .await
        .authenticated("remembered_device");
    system.advance(61).await;
    let mut thief = copy.from("198.51.100.9");
    login(&mut thief, &person).await.challenge_required();
}

#[tokio::test]
async fn the_end_of_a_session() {
    let system = System::start().await;
    let (mut browser, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let read = LOGIN.read();
    read.of(&system, browser.get("/session")).await.ok();
    let mut copy = browser.clone();
    LOGIN
        .of(&system, browser.post("/logout", json!({})))
        .await
        .no_content();
    read.of(&system, copy.get("/session"))
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_challenge() {
    let system = System::start().await;
    let (mut browser, person) = system.signed_in("desk@harbour.test", &Kind::ALL).await;
    for kind in Kind::ALL {
        let ticket = ticket(&mut browser, &person).await;
        system.advance(31).await;
        CHALLENGE
            .of(&system, browser.challenge(&ticket, kind))
            .await
            .ok();
        if kind != Kind::Authenticator {
            let again = CHALLENGE
                .of(&system, browser.challenge(&ticket, kind))
                .await;
            again.problem(429, "resend_too_soon");
            system.advance(31).await;
            CHALLENGE
                .of(&system, browser.challenge(&ticket, kind))
                .await
                .ok();
        }
        system.advance(31).await;
        CHALLENGE
            .of(&system, browser.challenge_in_session(kind))
            .await
            .ok();
    }
    // What is refused costs no more.
    let unknown = ticket(&mut browser, &person).await.to_lowercase();
    browser
        .challenge(&unknown, Kind::Sms)
        .await
        .problem(401, "invalid_ticket");
    browser.delete("/methods/sms").await.ok();
    let ticket = ticket(&mut browser, &person).await;
    let answer = CHALLENGE
        .of(&system, browser.challenge(&ticket, Kind::Sms))
        .await;
    answer.problem(409, "method_not_enabled");
    system.advance(10 * MINUTE).await;
    let answer = CHALLENGE
        .of(&system, browser.challenge(&ticket, Kind::Email))
        .await;
    answer.problem(401, "invalid_ticket");
}

#[tokio::test]
async fn a_code_at_sign_in() {
    let system = System::start().await;
    let (_, mut person) = system.signed_in("desk@harbour.test", &Kind::ALL).await;
    for kind in Kind::ALL {
        system.advance(31).await;
        let mut browser = system.browser();
        let ticket = ticket(&mut browser, &person).await;
        let code = browser.code_for(&ticket, &mut person, kind).await;
        let wrong = browser.validate(&ticket, kind, other_than(&code));
        VALIDATE_SIGN_IN
            .of(&system, wrong)
            .await
            .wrong_code("invalid_code");
        let right = browser.validate_and_remember(&ticket, kind, &code);
        let answer = VALIDATE_SIGN_IN.of(&system, right).await;
        answer.authenticated("second_factor");
        // The ticket is used up.
        let again = browser.validate(&ticket, kind, &code);
        let answer = VALIDATE_SIGN_IN.of(&system, again).await;
        answer.problem(401, "invalid_ticket");
    }
    let mut browser = system.browser();
    let ticket = ticket(&mut browser, &person).await;
    let app = person.authenticator.clone().expect("an app");
    let wrong = app.wrong(system.now().await);
    for _ in 0..5 {
        let guess = browser.validate(&ticket, Kind::Authenticator, &wrong);
        VALIDATE_SIGN_IN
            .of(&system, guess)
            .await
            .wrong_code("invalid_code");
    }
    let guess = browser.validate(&ticket, Kind::Authenticator, &wrong);
    let answer = VALIDATE_SIGN_IN.of(&system, guess).await;
    answer.problem(401, "invalid_ticket");
}

#[tokio::test]
async fn a_code_that_alerts_a_practice_of_many_admins() {
    let system = System::start().await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let setting = json!({"new_login_alerts": "user_and_full_access"});
    admin.put("/practice/alerts", setting).await.ok();
    for n in 0..20 {
        system
            .add_user(
                "Harbour Clinic",
                &format!("a{n}@harbour.test"),
                "full_access",
            )
            .await;
    }
    let (_, mut person) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let mut away = system.browser().from("203.0.113.9");
    let ticket = ticket(&mut away, &person).await;
    let code = person.code(&system, Kind::Authenticator).await;
    let right = away.validate(&ticket, Kind::Authenticator, &code);
    let answer = VALIDATE_SIGN_IN.of(&system, right).await;
    answer.authenticated("second_factor");
    assert_eq!(system.subjects_to("a7@harbour.test").await.len(), 1);
}

#[tokio::test]
async fn a_step_up() {
    let system = System::start().await;
    let (mut browser, mut person) = system.signed_in("desk@harbour.test", &Kind::ALL).await;
    for kind in Kind::ALL {
        system.advance(31).await;
        let started = browser.challenge_in_session(kind).await.ok();
        let ticket = text_of(&started, "ticket");
        let code = person.code(&system, kind).await;
        let wrong = browser.validate(&ticket, kind, other_than(&code));
        VALIDATE.of(&system, wrong).await.wrong_code("invalid_code");
        let right = browser.validate(&ticket, kind, &code);
        assert_eq!(VALIDATE.of(&system, right).await.ok()["status"], "verified");
    }
}

/// Starts to enable a method, sends again if a code is sent, and enables it; each on its budget.
async fn enroll(
    client: &mut Client,
    person: &mut Person,
    kind: Kind,
    ticket: Option<&str>,
) -> Answer {
    let system = client.system().clone();
    let with_ticket = |mut body: Value| {
        if let Some(ticket) = ticket {
            body["ticket"] = json!(ticket);
        }
        body
    };
    system.advance(31).await;
    let body = with_ticket(person.enrollment(kind));
    let started = ENROLL
        .of(&system, client.post("/enroll", body))
        .await
        .created();
    let enrollment = text_of(&started, "enrollment");
    if kind != Kind::Authenticator {
        let again = with_ticket(json!({"enrollment": enrollment}));
        let answer = ENROLL
            .of(&system, client.post("/enroll", again.clone()))
            .await;
        answer.problem(429, "resend_too_soon");
        system.advance(31).await;
        ENROLL.of(&system, client.post("/enroll", again)).await.ok();
    }
    let code = person.first_code(client, kind, &started).await;
    let body = |code: &str| with_ticket(json!({"enrollment": enrollment, "code": code}));
    let wrong = client.post("/validate", body(other_than(&code)));
    VALIDATE.of(&system, wrong).await.wrong_code("invalid_code");
    VALIDATE
        .of(&system, client.post("/validate", body(&code)))
        .await
}

#[tokio::test]
async fn enabling_a_method() {
    let system = System::start().await;
    for (kind, email) in Kind::ALL.into_iter().zip([
        "admin@harbour.test",
        "desk@harbour.test",
        "nurse@harbour.test",
    ]) {
        let mut person = Person::new(email);
        let mut browser = system.browser();
        let ticket = browser.login(&person).await.enrollment_required();
        let answer = enroll(&mut browser, &mut person, kind, Some(&ticket)).await;
        answer.authenticated("second_factor");
        for other in kind.others() {
            let answer = enroll(&mut browser, &mut person, other, None).await;
            assert_eq!(answer.ok()["status"], "enabled");
        }
        // And replacing one.
        let answer = enroll(&mut browser, &mut person, kind, None).await;
        assert_eq!(answer.ok()["status"], "enabled");
    }
}
