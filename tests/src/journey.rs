//! What people do with the API, a step or a whole way at a time.
//!
//! A step gives the answer for the test to judge; a whole way asserts that it succeeds.

use serde_json::{Value, json};

use crate::answer::{Answer, text_of};
use crate::client::{Client, Credentials};
use crate::kind::Kind;
use crate::person::{Authenticator, Person};

impl Client {
    /// `POST /login` with what this client would send along.
    pub async fn login(&mut self, person: &Person) -> Answer {
        self.login_with(&person.email, &person.password).await
    }

    /// The same with any address and password.
    pub async fn login_with(&mut self, email: &str, password: &str) -> Answer {
        let mut body = json!({"email": email, "password": password});
        if let Credentials::Bearer { device, .. } = &self.credentials {
            body["transport"] = json!("bearer");
            if let Some(device) = device {
                body["device_token"] = json!(device);
            }
        }
        self.post("/login", body).await
    }

    /// `POST /challenge` with a ticket.
    pub async fn challenge(&mut self, ticket: &str, kind: Kind) -> Answer {
        let body = json!({"ticket": ticket, "method": kind.as_str()});
        self.post("/challenge", body).await
    }

    /// `POST /challenge` in the session: a step-up.
    pub async fn challenge_in_session(&mut self, kind: Kind) -> Answer {
        self.post("/challenge", json!({"method": kind.as_str()}))
            .await
    }

    /// `POST /validate` with a ticket.
    pub async fn validate(&mut self, ticket: &str, kind: Kind, code: &str) -> Answer {
        let body = json!({"ticket": ticket, "method": kind.as_str(), "code": code});
        self.post("/validate", body).await
    }

    /// The same, asking for the device to be remembered.
    pub async fn validate_and_remember(&mut self, ticket: &str, kind: Kind, code: &str) -> Answer {
        let body = json!({
            "ticket": ticket, "method": kind.as_str(), "code": code, "remember_device": true,
        });
        self.post("/validate", body).await
    }

    /// `POST /validate` for an enrollment in the session.
    pub async fn validate_enrollment(&mut self, enrollment: &str, code: &str) -> Answer {
        let body = json!({"enrollment": enrollment, "code": code});
        self.post("/validate", body).await
    }

    /// `POST /validate` for an enrollment during sign-in.
    pub async fn validate_first(&mut self, ticket: &str, enrollment: &str, code: &str) -> Answer {
        let body = json!({"ticket": ticket, "enrollment": enrollment, "code": code});
        self.post("/validate", body).await
    }

    /// `POST /enroll` in the session.
    pub async fn start_enrollment(&mut self, person: &Person, kind: Kind) -> Answer {
        self.post("/enroll", person.enrollment(kind)).await
    }

    /// `POST /enroll` with the ticket of a sign-in.
    pub async fn start_first_enrollment(
        &mut self,
        ticket: &str,
        person: &Person,
        kind: Kind,
    ) -> Answer {
        let mut body = person.enrollment(kind);
        body["ticket"] = json!(ticket);
        self.post("/enroll", body).await
    }

    /// A code for `ticket` by `kind`, sent first if need be.
    pub async fn code_for(&mut self, ticket: &str, person: &mut Person, kind: Kind) -> String {
        if kind != Kind::Authenticator {
            self.challenge(ticket, kind).await.ok();
        }
        person.code(&self.system.clone(), kind).await
    }

    /// Signs in with the password and, if asked, a code by the primary method.
    pub async fn sign_in(&mut self, person: &mut Person) -> Value {
        self.sign_in_choosing(person, None, false).await
    }

    /// The same, and the device is remembered.
    pub async fn sign_in_and_remember(&mut self, person: &mut Person) -> Value {
        self.sign_in_choosing(person, None, true).await
    }

    /// Signs in with a code by `kind`.
    pub async fn sign_in_by(&mut self, person: &mut Person, kind: Kind) -> Value {
        self.sign_in_choosing(person, Some(kind), false).await
    }

    async fn sign_in_choosing(
        &mut self,
        person: &mut Person,
        kind: Option<Kind>,
        remember: bool,
    ) -> Value {
        let answer = self.login(person).await;
        let body = answer.ok();
        if body["status"] == "authenticated" {
            return body;
        }
        let ticket = answer.challenge_required();
        let primary = Kind::ALL.into_iter().find(|kind| {
            let first = &body["methods"][0];
            first["kind"] == kind.as_str() && first["primary"] == true
        });
        let kind = kind.or(primary).expect("a primary method, first");
        let code = self.code_for(&ticket, person, kind).await;
        let answer = if remember {
            self.validate_and_remember(&ticket, kind, &code).await
        } else {
            self.validate(&ticket, kind, &code).await
        };
        answer.authenticated("second_factor")
    }

    /// Signs somebody in who has no method, by enabling this one.
    pub async fn enroll_at_sign_in(&mut self, person: &mut Person, kind: Kind) -> Value {
        let ticket = self.login(person).await.enrollment_required();
        let answer = self.start_first_enrollment(&ticket, person, kind).await;
        let started = answer.created();
        let code = person.first_code(self, kind, &started).await;
        let enrollment = text_of(&started, "enrollment");
        let answer = self.validate_first(&ticket, &enrollment, &code).await;
        answer.authenticated("second_factor")
    }

    /// Enables or replaces a method in the session, whose second factor must be recent.
    pub async fn enroll(&mut self, person: &mut Person, kind: Kind) -> Value {
        let started = self.start_enrollment(person, kind).await.created();
        let code = person.first_code(self, kind, &started).await;
        let enrollment = text_of(&started, "enrollment");
        let body = self.validate_enrollment(&enrollment, &code).await.ok();
        assert_eq!(body["status"], "enabled", "{body}");
        body
    }

    /// Runs a challenge inside the session.
    pub async fn step_up(&mut self, person: &mut Person, kind: Kind) -> Value {
        let ticket = text_of(&self.challenge_in_session(kind).await.ok(), "ticket");
        let code = person.code(&self.system.clone(), kind).await;
        let body = self.validate(&ticket, kind, &code).await.ok();
        assert_eq!(body["status"], "verified", "{body}");
        body
    }

    /// The kinds of the enabled methods, the primary one first.
    pub async fn enabled_methods(&mut self) -> Vec<String> {
        let body = self.get("/methods").await.ok();
        let methods = body["methods"].as_array().expect("methods");
        let mut enabled: Vec<&Value> = methods
            .iter()
            .filter(|method| method["enabled"] == true)
            .collect();
        enabled.sort_by_key(|method| method["primary"] != true);
        enabled
            .into_iter()
            .map(|method| text_of(method, "kind"))
            .collect()
    }
}

impl Person {
    /// The first code of a method whose enrollment was `started`; an app is set up for it.
    pub async fn first_code(&mut self, client: &Client, kind: Kind, started: &Value) -> String {
        if kind == Kind::Authenticator {
            let secret = text_of(&started["authenticator"], "secret");
            self.authenticator = Some(Authenticator::new(&secret));
        }
        self.code(client.system(), kind).await
    }
}
