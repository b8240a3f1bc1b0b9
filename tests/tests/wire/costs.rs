//! What every call costs: requests to AWS, and the units DynamoDB bills for them. A change of any
//! of it is to be seen here; the limits are in infra/docs/access-patterns.md.

use twostep_tests::{Client, Kind, Person, Request, System, text_of};

/// Functions, calls, and what each asks for.
const COSTS: [(&str, &str, &str); 22] = [
    (
        "login",
        "POST /login, wrong password",
        "1 BatchGetItem, 2 TransactWriteItems; 3 read, 8 write",
    ),
    (
        "login",
        "POST /login, unknown address",
        "1 BatchGetItem, 2 TransactWriteItems; 3 read, 8 write",
    ),
    (
        "login",
        "POST /login, locked",
        "1 BatchGetItem; 3 read, 0 write",
    ),
    (
        "login",
        "POST /login, no method yet",
        "1 BatchGetItem, 2 TransactWriteItems; 3 read, 10 write",
    ),
    (
        "login",
        "POST /login, code asked for",
        "1 BatchGetItem, 2 TransactWriteItems; 3 read, 10 write",
    ),
    (
        "login",
        "POST /login, remembered",
        "1 BatchGetItem, 2 TransactWriteItems; 3 read, 18 write",
    ),
    (
        "login",
        "GET /session",
        "1 BatchGetItem, 1 UpdateItem; 3 read, 1 write",
    ),
    (
        "login",
        "POST /logout",
        "1 TransactWriteItems; 0 read, 2 write",
    ),
    (
        "challenge",
        "POST /challenge, e-mail",
        "1 BatchGetItem, 1 TransactWriteItems, 1 SendEmail; 4 read, 8 write",
    ),
    (
        "challenge",
        "POST /challenge, SMS",
        "1 BatchGetItem, 1 TransactWriteItems, 1 Publish; 4 read, 14 write",
    ),
    (
        "validate",
        "POST /validate, wrong",
        "1 BatchGetItem, 2 TransactWriteItems; 3 read, 6 write",
    ),
    (
        "validate",
        "POST /validate, authenticator",
        "1 BatchGetItem, 2 TransactWriteItems; 3 read, 18 write",
    ),
    (
        "validate",
        "POST /validate, e-mail",
        "1 BatchGetItem, 2 TransactWriteItems; 3 read, 16 write",
    ),
    (
        "validate",
        "POST /validate, enrollment",
        "1 BatchGetItem, 2 TransactWriteItems; 3 read, 14 write",
    ),
    (
        "enroll",
        "GET /methods",
        "1 BatchGetItem, 1 UpdateItem; 3 read, 1 write",
    ),
    (
        "enroll",
        "POST /enroll, authenticator",
        "1 BatchGetItem, 1 TransactWriteItems; 4 read, 4 write",
    ),
    (
        "enroll",
        "PUT /methods/{kind}/primary",
        "1 BatchGetItem, 1 TransactWriteItems; 3 read, 8 write",
    ),
    (
        "remove",
        "DELETE /methods/{kind}",
        "1 BatchGetItem, 1 TransactWriteItems; 3 read, 12 write",
    ),
    (
        "whitelist",
        "GET /whitelist",
        "1 BatchGetItem, 1 UpdateItem; 3 read, 1 write",
    ),
    (
        "practice",
        "GET /users",
        "2 BatchGetItem, 1 Query, 1 UpdateItem; 7 read, 1 write",
    ),
    (
        "practice",
        "GET /activity",
        "1 BatchGetItem, 1 Query, 1 UpdateItem; 4 read, 1 write",
    ),
    (
        "notify",
        "a notice by e-mail",
        "3 UpdateItem, 1 SendEmail; 0 read, 3 write",
    ),
];

/// Runs calls and keeps what they cost.
struct Meter {
    system: System,
    found: Vec<(&'static str, &'static str, String)>,
}

impl Meter {
    async fn measure<T>(
        &mut self,
        function: &'static str,
        call: &'static str,
        request: impl Future<Output = T>,
    ) -> T {
        self.system.clear_usage().await;
        let answer = request.await;
        let cost = self.system.usage().await.cost(function);
        self.found.push((function, call, cost));
        answer
    }
}

#[tokio::test]
async fn every_call_costs_what_it_did() {
    let system = System::start().await;
    let mut meter = Meter {
        system: system.clone(),
        found: Vec::new(),
    };
    let mut person = Person::new("admin@harbour.test");
    failures(&mut meter, &person).await;
    let mut browser = set_up(&mut meter, &mut person).await;
    look_around(&mut meter, &mut browser).await;
    sign_in(&mut meter, &mut person).await;
    change(&mut meter, &mut browser).await;
    let mut wrong = Vec::new();
    for (function, call, cost) in COSTS {
        let found = meter
            .found
            .iter()
            .find(|found| (found.0, found.1) == (function, call));
        let found = found.unwrap_or_else(|| panic!("{call} was not made"));
        if found.2 != cost {
            wrong.push(format!(
                "    (\"{function}\", \"{call}\", \"{}\"),",
                found.2
            ));
        }
    }
    assert_eq!(meter.found.len(), COSTS.len());
    assert!(
        wrong.is_empty(),
        "costs have changed:\n{}",
        wrong.join("\n")
    );
}

/// Sign-ins that fail, each from elsewhere.
async fn failures(meter: &mut Meter, person: &Person) {
    let system = meter.system.clone();
    let mut thief = system.browser().from("198.51.100.1");
    let request = thief.login_with(&person.email, "not the password");
    meter
        .measure("login", "POST /login, wrong password", request)
        .await;
    let mut thief = system.browser().from("198.51.100.2");
    let request = thief.login_with("nobody@harbour.test", "not the password");
    meter
        .measure("login", "POST /login, unknown address", request)
        .await;
    for _ in 0..14 {
        system.advance(1800).await;
        thief
            .login_with("nobody@harbour.test", "not the password")
            .await;
    }
    let request = thief.login_with("nobody@harbour.test", "not the password");
    let answer = meter.measure("login", "POST /login, locked", request).await;
    answer.problem(429, "too_many_attempts");
}

/// Enables all three methods.
async fn set_up(meter: &mut Meter, person: &mut Person) -> Client {
    let system = meter.system.clone();
    let mut browser = system.browser();
    let request = browser.login(person);
    let answer = meter
        .measure("login", "POST /login, no method yet", request)
        .await;
    answer.enrollment_required();
    browser.enroll_at_sign_in(person, Kind::Email).await;
    let request = browser.start_enrollment(person, Kind::Authenticator);
    let answer = meter
        .measure("enroll", "POST /enroll, authenticator", request)
        .await;
    let started = answer.created();
    let code = person
        .first_code(&browser, Kind::Authenticator, &started)
        .await;
    let enrollment = text_of(&started, "enrollment");
    let request = browser.validate_enrollment(&enrollment, &code);
    meter
        .measure("validate", "POST /validate, enrollment", request)
        .await
        .ok();
    system.messages().await;
    let notice = async {
        browser.enroll(person, Kind::Sms).await;
        system.messages().await
    };
    meter.measure("notify", "a notice by e-mail", notice).await;
    browser
}

async fn look_around(meter: &mut Meter, browser: &mut Client) {
    for (function, call, path) in [
        ("login", "GET /session", "/session"),
        ("enroll", "GET /methods", "/methods"),
        ("whitelist", "GET /whitelist", "/whitelist"),
        ("practice", "GET /users", "/users"),
        ("practice", "GET /activity", "/activity"),
    ] {
        meter.measure(function, call, browser.get(path)).await.ok();
    }
}

/// Signs in by each method, and with none.
async fn sign_in(meter: &mut Meter, person: &mut Person) {
    let system = meter.system.clone();
    let mut browser = system.browser();
    let request = browser.login(person);
    let answer = meter
        .measure("login", "POST /login, code asked for", request)
        .await;
    let ticket = answer.challenge_required();
    let app = person.authenticator.as_mut().expect("an app");
    let code = app.fresh(&system).await;
    let wrong = app.wrong(system.now().await);
    let request = browser.validate(&ticket, Kind::Authenticator, &wrong);
    let answer = meter
        .measure("validate", "POST /validate, wrong", request)
        .await;
    answer.wrong_code("invalid_code");
    let request = browser.validate_and_remember(&ticket, Kind::Authenticator, &code);
    let answer = meter
        .measure("validate", "POST /validate, authenticator", request)
        .await;
    answer.authenticated("second_factor");
    let request = browser.login(person);
    let answer = meter
        .measure("login", "POST /login, remembered", request)
        .await;
    answer.authenticated("remembered_device");
    let request = browser.send(Request::new("POST", "/logout"));
    meter
        .measure("login", "POST /logout", request)
        .await
        .no_content();
    let mut browser = system.browser();
    let ticket = browser.login(person).await.challenge_required();
    let request = browser.challenge(&ticket, Kind::Sms);
    meter
        .measure("challenge", "POST /challenge, SMS", request)
        .await
        .ok();
    let request = browser.challenge(&ticket, Kind::Email);
    meter
        .measure("challenge", "POST /challenge, e-mail", request)
        .await
        .ok();
    let code = person.code(&system, Kind::Email).await;
    let request = browser.validate(&ticket, Kind::Email, &code);
    let answer = meter
        .measure("validate", "POST /validate, e-mail", request)
        .await;
    answer.authenticated("second_factor");
}

async fn change(meter: &mut Meter, browser: &mut Client) {
    let request = browser.put_empty("/methods/authenticator/primary");
    meter
        .measure("enroll", "PUT /methods/{kind}/primary", request)
        .await
        .ok();
    let request = browser.delete("/methods/sms");
    meter
        .measure("remove", "DELETE /methods/{kind}", request)
        .await
        .ok();
}
