//! One person's way through every call, each of them measured.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use twostep_tests::{Authenticator, Client, Kind, NewUser, Person, Request, System, text_of};

use crate::binaries::FLOOR;
use crate::fleet::Fleet;
use crate::instance::Sample;

/// A recorded event for the minimal function; its query will name a user.
const EVENT: &str = include_str!("../../events/session.json");

/// A call that was measured.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) function: &'static str,
    pub(crate) call: &'static str,
    /// The start of the process, if it was started for this call.
    pub(crate) start: Option<Sample>,
    pub(crate) sample: Sample,
    pub(crate) usage: Usage,
    /// AWS requests of the start.
    pub(crate) start_requests: u64,
}

/// AWS requests of a call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Usage {
    /// Requests by service and operation.
    pub(crate) requests: BTreeMap<String, u64>,
    pub(crate) read_units: f64,
    pub(crate) write_units: f64,
}

/// Measures calls one after another.
pub(crate) struct Bench {
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) system: System,
    /// Whether a function is started afresh for each call.
    pub(crate) cold: bool,
    pub(crate) measured: Vec<Measured>,
}

impl Usage {
    /// What `function` has asked AWS for since that was last cleared.
    pub(crate) async fn of(system: &System, function: &str) -> Self {
        let report = system.local("GET", "usage", None).await.json();
        let lines = report["requests"].as_array().expect("a list of requests");
        let mut usage = Self::default();
        for line in lines.iter().filter(|line| line["function"] == function) {
            let operation = text_of(line, "operation");
            usage
                .requests
                .insert(operation, line["count"].as_u64().unwrap_or(0));
            usage.read_units += line["read_units"].as_f64().unwrap_or(0.0);
            usage.write_units += line["write_units"].as_f64().unwrap_or(0.0);
        }
        usage
    }

    /// The requests in words: `1 BatchGetItem`.
    pub(crate) fn list(&self) -> Vec<String> {
        let requests = self.requests.iter();
        requests
            .map(|(name, count)| format!("{count} {name}"))
            .collect()
    }
}

impl Bench {
    /// Runs `request`, which makes one call of `function`, and keeps what it took.
    pub(crate) async fn measure<T>(
        &mut self,
        function: &'static str,
        call: &'static str,
        request: impl Future<Output = T>,
    ) -> T {
        self.system.clear_usage().await;
        let mut start = None;
        let mut start_requests = 0;
        if self.cold {
            start = Some(self.fleet.restart(function).await);
            start_requests = Usage::of(&self.system, function)
                .await
                .requests
                .values()
                .sum();
            self.system.clear_usage().await;
        }
        self.fleet.take_calls(function).await;
        let result = request.await;
        let usage = Usage::of(&self.system, function).await;
        let calls = self.fleet.take_calls(function).await;
        let [sample] = calls[..] else {
            panic!("{call}: {} calls of {function}", calls.len());
        };
        self.measured.push(Measured {
            function,
            call,
            start,
            sample,
            usage,
            start_requests,
        });
        result
    }

    /// Takes one person, who has no method yet, through every call.
    pub(crate) async fn round(&mut self, user: &NewUser, email: &str, address: &str) {
        let mut person = Person::new(email);
        let mut browser = self.system.browser().from(address);
        self.floor(user).await;
        self.enroll(&mut browser, &mut person).await;
        self.read(&mut browser).await;
        self.sign_in_by_app(&mut person, address).await;
        self.floor(user).await;
        self.sign_in_by_message(&mut person, address).await;
    }

    async fn floor(&mut self, user: &NewUser) {
        let mut event: Value = serde_json::from_str(EVENT).expect("an event");
        event["rawQueryString"] = format!("user={}", user.user_id).into();
        event["queryStringParameters"] = serde_json::json!({"user": user.user_id});
        let fleet = Arc::clone(&self.fleet);
        let call = async move { fleet.invoke(FLOOR, event.to_string()).await };
        let answer = self.measure(FLOOR, "one GetItem", call).await;
        assert_eq!(answer.expect("an answer")["statusCode"], 200);
    }

    /// Enables all three methods: e-mail during the sign-in, the others in the session.
    async fn enroll(&mut self, browser: &mut Client, person: &mut Person) {
        browser.enroll_at_sign_in(person, Kind::Email).await;
        let request = browser.start_enrollment(person, Kind::Authenticator);
        let started = self
            .measure("enroll", "`POST /enroll`, authenticator", request)
            .await;
        let started = started.created();
        let code = person
            .first_code(browser, Kind::Authenticator, &started)
            .await;
        let enrollment = text_of(&started, "enrollment");
        let request = browser.validate_enrollment(&enrollment, &code);
        self.measure("validate", "`POST /validate`, enrollment", request)
            .await
            .ok();
        let system = self.system.clone();
        let notice = async {
            browser.enroll(person, Kind::Sms).await;
            system.messages().await
        };
        self.measure("notify", "a notice by one e-mail", notice)
            .await;
    }

    async fn read(&mut self, browser: &mut Client) {
        for (function, call, path) in [
            ("login", "`GET /session`", "/session"),
            ("enroll", "`GET /methods`", "/methods"),
            ("whitelist", "`GET /whitelist`", "/whitelist"),
            ("practice", "`GET /users`, 25 of them", "/users"),
            ("practice", "`GET /activity`", "/activity"),
        ] {
            self.measure(function, call, browser.get(path)).await.ok();
        }
    }

    /// Signs in by app, is remembered, signs in again, and changes the methods.
    async fn sign_in_by_app(&mut self, person: &mut Person, address: &str) {
        let mut browser = self.system.browser().from(address);
        let request = browser.login(person);
        let answer = self
            .measure("login", "`POST /login`, code asked for", request)
            .await;
        let ticket = answer.challenge_required();
        // What the app shows now was used to enable it; what it shows next is accepted already.
        let next = self.system.now().await + Authenticator::STEP;
        let code = person.authenticator.as_ref().expect("an app").at(next);
        let kind = Kind::Authenticator;
        let request = browser.validate_and_remember(&ticket, kind, &code);
        let answer = self
            .measure("validate", "`POST /validate`, authenticator", request)
            .await;
        answer.authenticated("second_factor");
        let request = browser.login(person);
        let answer = self
            .measure("login", "`POST /login`, remembered", request)
            .await;
        answer.authenticated("remembered_device");
        let request = browser.send(Request::new("POST", "/logout"));
        self.measure("login", "`POST /logout`", request)
            .await
            .no_content();
    }

    /// Signs in once more with a code by SMS and one by e-mail, and removes a method.
    async fn sign_in_by_message(&mut self, person: &mut Person, address: &str) {
        let mut browser = self.system.browser().from(address);
        let ticket = browser.login(person).await.challenge_required();
        let request = browser.challenge(&ticket, Kind::Sms);
        self.measure("challenge", "`POST /challenge`, SMS", request)
            .await
            .ok();
        let request = browser.challenge(&ticket, Kind::Email);
        self.measure("challenge", "`POST /challenge`, e-mail", request)
            .await
            .ok();
        let code = person.code(&self.system, Kind::Email).await;
        let request = browser.validate(&ticket, Kind::Email, &code);
        let answer = self
            .measure("validate", "`POST /validate`, e-mail", request)
            .await;
        answer.authenticated("second_factor");
        let request = browser.put_empty("/methods/authenticator/primary");
        self.measure("enroll", "`PUT /methods/{kind}/primary`", request)
            .await
            .ok();
        let request = browser.delete("/methods/sms");
        self.measure("remove", "`DELETE /methods/{kind}`", request)
            .await
            .ok();
    }
}
