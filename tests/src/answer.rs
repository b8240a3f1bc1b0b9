//! What the system answered, and what a test may expect of it.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

/// An HTTP answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The method and path that were asked.
    pub(crate) what: String,
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// The method and path that were asked, `POST /login`.
    #[must_use]
    pub fn asked(&self) -> &str {
        &self.what
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or("(not UTF-8)")
    }

    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The values of header `name`.
    #[must_use]
    pub fn header_lines(&self, name: &str) -> Vec<&str> {
        let values = self.headers.get_all(name).iter();
        values
            .map(|value| value.to_str().expect("a header of ASCII"))
            .collect()
    }

    /// The only value of header `name`.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        match self.header_lines(name)[..] {
            [line] => line,
            ref lines => panic!("{self:?}: {name} is there {} times", lines.len()),
        }
    }

    /// Asserts the status and the headers that every answer of the API has; gives the body.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text());
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(self.header(name), value, "{}", self.what);
        }
        let transport = self.header("strict-transport-security");
        assert!(transport.starts_with("max-age="), "{}", self.what);
        self.json()
    }

    /// Asserts a 200 with JSON, and gives it.
    #[track_caller]
    pub fn ok(&self) -> Value {
        self.json_with(200)
    }

    /// Asserts a 201 with JSON, and gives it.
    #[track_caller]
    pub fn created(&self) -> Value {
        self.json_with(201)
    }

    /// Asserts a 204 without a body.
    #[track_caller]
    pub fn no_content(&self) {
        self.expect(204);
        assert!(self.body.is_empty(), "{}: {}", self.what, self.text());
    }

    #[track_caller]
    fn json_with(&self, status: u16) -> Value {
        let json = self.expect(status);
        assert_eq!(
            self.header("content-type"),
            "application/json",
            "{}",
            self.what
        );
        json
    }

    /// Asserts a problem with all of its members (RFC 9457), and gives it.
    ///
    /// `Retry-After` must be there, and positive, exactly where waiting helps, and
    /// `WWW-Authenticate` exactly at 401 (RFC 9110 §15.5.2).
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(body["code"], code, "{}: {}", self.what, self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(body["type"], format!("urn:twostep:problem:{code}"));
        assert_eq!(body["status"], status);
        for member in ["title", "detail"] {
            let text = body[member].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "no {member}: {}", self.text());
        }
        assert_eq!(
            self.headers.contains_key("retry-after"),
            matches!(status, 429 | 503),
            "{}: {}",
            self.what,
            self.text()
        );
        if matches!(status, 429 | 503) {
            assert!(self.retry_after() > 0, "{}", self.what);
        }
        let schemes = self.header_lines("www-authenticate");
        let expected: &[&str] = if status == 401 { &["Bearer"] } else { &[] };
        assert_eq!(schemes, expected, "{}", self.what);
        body
    }

    /// Asserts a 400 `invalid_request` whose `errors` name exactly `field`; gives the message.
    #[track_caller]
    pub fn invalid(&self, field: &str) -> String {
        let body = self.problem(400, "invalid_request");
        let errors = body["errors"].as_array().expect("a list of errors");
        let [error] = &errors[..] else {
            panic!("{}: {}", self.what, self.text());
        };
        assert_eq!(error["field"], field, "{}: {}", self.what, self.text());
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.len() > 5, "{}: {}", self.what, self.text());
        message.to_owned()
    }

    /// Asserts a 422 with this code; gives `attempts_left`.
    #[track_caller]
    pub fn wrong_code(&self, code: &str) -> u64 {
        let body = self.problem(422, code);
        body["attempts_left"].as_u64().expect("attempts_left")
    }

    /// Asserts what the gateway itself says where there is no route.
    #[track_caller]
    pub fn no_route(&self) {
        assert_eq!(self.status, 404, "{}", self.what);
        assert_eq!(self.text(), r#"{"message":"Not Found"}"#, "{}", self.what);
    }

    /// Seconds in `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> i64 {
        self.header("retry-after").parse().expect("seconds")
    }

    /// Asserts a finished sign-in for this `reason`; gives the body.
    #[track_caller]
    pub fn authenticated(&self, reason: &str) -> Value {
        let body = self.ok();
        assert_eq!(body["status"], "authenticated", "{}", self.text());
        assert_eq!(body["reason"], reason, "{}", self.text());
        body
    }

    /// Asserts that a sign-in asks for a code; gives the ticket.
    #[track_caller]
    pub fn challenge_required(&self) -> String {
        self.ticket("challenge_required")
    }

    /// Asserts that a sign-in asks for a method to be enabled; gives the ticket.
    #[track_caller]
    pub fn enrollment_required(&self) -> String {
        self.ticket("enrollment_required")
    }

    #[track_caller]
    fn ticket(&self, status: &str) -> String {
        let body = self.ok();
        assert_eq!(body["status"], status, "{}", self.text());
        text_of(&body, "ticket")
    }
}

/// Member `name` of `body`, which must be a string.
#[track_caller]
#[must_use]
pub fn text_of(body: &Value, name: &str) -> String {
    match body[name].as_str() {
        Some(text) => text.to_owned(),
        None => panic!("no {name} in {body}"),
    }
}
