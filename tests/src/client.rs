//! Clients of the API: a browser with its cookies, or an app with its bearer tokens.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE, USER_AGENT};
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::answer::Answer;
use crate::system::System;

/// Names the source address of a request to the local gateway.
const SOURCE: HeaderName = HeaderName::from_static("x-local-source-ip");

/// A browser or an app.
///
/// A clone is a copy of everything it holds, as a thief would take it: what one learns
/// afterwards, the other does not.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) system: System,
    /// What it proves itself with.
    pub credentials: Credentials,
    /// What it sends as `Origin`.
    pub origin: Option<String>,
    /// The address it comes from; loopback if there is none.
    pub address: Option<String>,
    /// What it sends as `User-Agent`.
    pub user_agent: Option<String>,
}

/// What a client proves itself with.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// A browser's cookies by name. It keeps them for good, whatever `Max-Age` says, so that
    /// only the system can refuse one.
    Cookies(BTreeMap<String, String>),
    /// An app's tokens.
    Bearer {
        /// Of its session.
        session: Option<String>,
        /// Of the remembered device.
        device: Option<String>,
    },
}

/// A request to be sent as it is, apart from credentials.
#[derive(Clone, Debug)]
pub struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

/// A request's body and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was sent.
    pub sent: Bytes,
    /// What was answered.
    pub answer: Answer,
}

impl Request {
    /// A request without a body.
    #[must_use]
    pub fn new(method: &'static str, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// With this header, besides others.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = value.parse().expect("a header value");
        self.headers.push((HeaderName::from_static(name), value));
        self
    }

    /// With this body, of no particular type.
    #[must_use]
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            ..self
        }
    }

    /// With this body, said to be JSON.
    #[must_use]
    pub fn json_text(self, body: impl Into<Bytes>) -> Self {
        self.header("content-type", "application/json").body(body)
    }

    /// With this JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.json_text(body.to_string())
    }
}

impl Client {
    pub(crate) fn new(system: &System, credentials: Credentials) -> Self {
        let is_browser = matches!(credentials, Credentials::Cookies(_));
        Self {
            origin: is_browser.then(|| system.url().to_owned()),
            system: system.clone(),
            credentials,
            address: None,
            user_agent: None,
        }
    }

    /// The same client, coming from `address`.
    #[must_use]
    pub fn from(mut self, address: &str) -> Self {
        self.address = Some(address.to_owned());
        self
    }

    /// The same client with this `User-Agent`.
    #[must_use]
    pub fn user_agent(mut self, user_agent: &str) -> Self {
        self.user_agent = Some(user_agent.to_owned());
        self
    }

    /// The same client with this `Origin`, or with none.
    #[must_use]
    pub fn origin(mut self, origin: Option<&str>) -> Self {
        self.origin = origin.map(str::to_owned);
        self
    }

    /// The system this is a client of.
    #[must_use]
    pub fn system(&self) -> &System {
        &self.system
    }

    /// Whether it is an app, with bearer tokens.
    #[must_use]
    pub const fn is_bearer(&self) -> bool {
        matches!(self.credentials, Credentials::Bearer { .. })
    }

    /// The token of its session.
    #[must_use]
    pub fn session_token(&self) -> Option<String> {
        match &self.credentials {
            Credentials::Cookies(cookies) => cookies.get("__Host-session").cloned(),
            Credentials::Bearer { session, .. } => session.clone(),
        }
    }

    /// The name and value of its only device cookie.
    #[must_use]
    pub fn device_cookie(&self) -> Option<(String, String)> {
        let mut devices = self.device_cookies().into_iter();
        let first = devices.next();
        assert_eq!(devices.next(), None, "more than one remembered user");
        first
    }

    /// The names and values of its device cookies.
    #[must_use]
    pub fn device_cookies(&self) -> Vec<(String, String)> {
        let Credentials::Cookies(cookies) = &self.credentials else {
            return Vec::new();
        };
        let devices = cookies
            .iter()
            .filter(|(name, _)| name.starts_with("__Host-device-"));
        devices
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The same client without a session, as after the browser was closed.
    #[must_use]
    pub fn without_session(mut self) -> Self {
        match &mut self.credentials {
            Credentials::Cookies(cookies) => {
                cookies.remove("__Host-session");
            }
            Credentials::Bearer { session, .. } => *session = None,
        }
        self
    }

    /// `GET path`.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::new("GET", path)).await
    }

    /// `POST path` with JSON.
    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.send(Request::new("POST", path).json(&body)).await
    }

    /// `PUT path` with JSON.
    pub async fn put(&mut self, path: &str, body: Value) -> Answer {
        self.send(Request::new("PUT", path).json(&body)).await
    }

    /// `PUT path` without a body.
    pub async fn put_empty(&mut self, path: &str) -> Answer {
        self.send(Request::new("PUT", path)).await
    }

    /// `DELETE path`.
    pub async fn delete(&mut self, path: &str) -> Answer {
        self.send(Request::new("DELETE", path)).await
    }

    /// Sends a request with what this client adds to it, and keeps the credentials that the
    /// answer brings.
    pub async fn send(&mut self, request: Request) -> Answer {
        let url = format!("{}{}", self.system.url(), request.path);
        let mut built = http::Request::builder().method(request.method).uri(url);
        for (name, value) in self.headers() {
            built = built.header(name, value);
        }
        for (name, value) in request.headers {
            built = built.header(name, value);
        }
        let sent = request.body.clone();
        let built = built.body(request.body).expect("a request");
        let answer = self.system.http().send(built).await;
        if let Some(tape) = &mut *self.system.tape() {
            let answer = answer.clone();
            tape.push(Exchange { sent, answer });
        }
        self.keep(&answer);
        answer
    }

    fn headers(&self) -> Vec<(HeaderName, String)> {
        let mut headers = Vec::new();
        let own = [
            (ORIGIN, &self.origin),
            (SOURCE, &self.address),
            (USER_AGENT, &self.user_agent),
        ];
        for (name, value) in own {
            headers.extend(value.clone().map(|value| (name, value)));
        }
        match &self.credentials {
            Credentials::Cookies(cookies) if !cookies.is_empty() => {
                let pairs = cookies
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"));
                headers.push((COOKIE, pairs.collect::<Vec<_>>().join("; ")));
            }
            Credentials::Bearer {
                session: Some(token),
                ..
            } => headers.push((AUTHORIZATION, format!("Bearer {token}"))),
            _ => {}
        }
        headers
    }

    fn keep(&mut self, answer: &Answer) {
        match &mut self.credentials {
            Credentials::Cookies(cookies) => {
                for line in answer.header_lines(SET_COOKIE.as_str()) {
                    keep_cookie(cookies, line);
                }
            }
            Credentials::Bearer { session, device } => {
                let body = answer.json();
                if let Some(token) = body["session"]["token"].as_str() {
                    *session = Some(token.to_owned());
                }
                if let Some(token) = body["device_token"].as_str() {
                    *device = Some(token.to_owned());
                }
            }
        }
    }
}

/// Does what `Set-Cookie: line` says, but for expiry by time.
fn keep_cookie(cookies: &mut BTreeMap<String, String>, line: &str) {
    let (pair, attributes) = line.split_once("; ").unwrap_or((line, ""));
    let (name, value) = pair.split_once('=').expect("a cookie");
    if attributes
        .split("; ")
        .any(|attribute| attribute == "Max-Age=0")
    {
        cookies.remove(name);
    } else {
        cookies.insert(name.to_owned(), value.to_owned());
    }
}

/// The type of a request's body, for requests made by hand.
#[must_use]
pub(crate) fn content_type_json() -> (HeaderName, HeaderValue) {
    (CONTENT_TYPE, HeaderValue::from_static("application/json"))
}
