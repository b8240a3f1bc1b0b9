//! A running system of one's own, with what testers may do to it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use twostep_local::{Environment, Functions, Options, Stack};

use crate::answer::{Answer, text_of};
use crate::client::{Client, Credentials, Exchange, content_type_json};
use crate::kind::Kind;
use crate::messages::Message;
use crate::transport::Http;
use crate::usage::Usage;

/// A running system; clones are the same one. It stops with the last of them.
#[derive(Clone)]
pub struct System {
    url: Arc<str>,
    /// Keeps the stack running; there is none if it runs in another process.
    stack: Option<Arc<Stack>>,
    http: Http,
    /// What clients were told, if that is written down.
    tape: Arc<Mutex<Option<Vec<Exchange>>>>,
}

impl fmt::Debug for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url())
    }
}

/// A user that was made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The user's id.
    pub user_id: String,
    /// The id of the practice.
    pub practice_id: String,
}

impl System {
    /// A system with the demo practices and their users.
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    /// A system started in some other way.
    pub async fn start_with(options: Options) -> Self {
        Self::of(Stack::start(options).await.expect("a system"))
    }

    /// A system with functions that `build` makes for it.
    pub async fn start_with_functions(
        build: impl Fn(&Environment) -> Functions + Send + Sync + 'static,
    ) -> Self {
        let stack = Stack::start_with(Options::default(), build).await;
        Self::of(stack.expect("a system"))
    }

    /// The system that another process runs at `url`.
    #[must_use]
    pub fn at(url: &str) -> Self {
        Self {
            url: url.into(),
            stack: None,
            http: Http::new(),
            tape: Arc::default(),
        }
    }

    fn of(stack: Stack) -> Self {
        Self {
            url: stack.url().into(),
            stack: Some(Arc::new(stack)),
            http: Http::new(),
            tape: Arc::default(),
        }
    }

    /// Its address, `http://127.0.0.1:…`, which is also the origin of its front end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The endpoint at which `function` would reach AWS.
    #[must_use]
    pub fn aws_url(&self, function: &str) -> String {
        format!("{}/_aws/{function}", self.url)
    }

    pub(crate) const fn http(&self) -> &Http {
        &self.http
    }

    /// A browser without cookies, on a page of the allowed front end.
    #[must_use]
    pub fn browser(&self) -> Client {
        Client::new(self, Credentials::Cookies(Default::default()))
    }

    /// An app without tokens.
    #[must_use]
    pub fn bearer(&self) -> Client {
        let credentials = Credentials::Bearer {
            session: None,
            device: None,
        };
        Client::new(self, credentials)
    }

    /// Begins to write down what clients ask and are told.
    pub fn record(&self) {
        *self.tape() = Some(Vec::new());
    }

    /// What clients asked and were told since [`System::record`], in order.
    #[must_use]
    pub fn recorded(&self) -> Vec<Exchange> {
        self.tape().clone().unwrap_or_default()
    }

    pub(crate) fn tape(&self) -> std::sync::MutexGuard<'_, Option<Vec<Exchange>>> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time every function sees, seconds since 1970.
    pub async fn now(&self) -> i64 {
        let clock = self.local("GET", "clock", None).await.json();
        seconds(&text_of(&clock, "now"))
    }

    /// Moves the time forward.
    pub async fn advance(&self, by: i64) {
        let body = json!({"advance_seconds": by});
        let answer = self.local("POST", "clock", Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Moves the time forward to `time`, seconds since 1970. Real time goes on from there.
    pub async fn advance_to(&self, time: i64) {
        self.advance(time - self.now().await).await;
    }

    /// Makes the functions' waits pass `pace` times faster than real time: their time limits, and
    /// the pauses before they try again. 1 is real time, as after a reset.
    pub fn hurry(&self, pace: u32) {
        let stack = self.stack.as_ref().expect("a system of this process");
        stack.environment().clock.hurry(pace);
    }

    /// Starts afresh, as if the system had just been started.
    pub async fn reset(&self) {
        let answer = self.local("POST", "reset", None).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
    }

    /// Every message so far to `to`, oldest first; those whose cause has happened are waited
    /// for.
    pub async fn messages_to(&self, to: &str) -> Vec<Message> {
        let mut messages = self.messages().await;
        messages.retain(|message| message.to() == to);
        messages
    }

    /// Every message so far, oldest first; those whose cause has happened are waited for.
    pub async fn messages(&self) -> Vec<Message> {
        let answer = self.local("GET", "messages", None).await.json();
        let messages = answer["messages"].as_array().expect("messages");
        messages.iter().cloned().map(Message).collect()
    }

    /// Subjects of the e-mails so far to `to`, oldest first.
    pub async fn subjects_to(&self, to: &str) -> Vec<String> {
        let messages = self.messages_to(to).await;
        let subject = |message: &Message| message.subject().to_owned();
        messages.iter().map(subject).collect()
    }

    /// Empties the inbox.
    pub async fn clear_messages(&self) {
        self.local("DELETE", "messages", None).await;
    }

    /// The newest code sent to `to`.
    pub async fn code_sent(&self, kind: Kind, to: &str) -> String {
        let messages = self.messages_to(to).await;
        let codes = messages.iter().filter(|message| message.kind() == kind);
        let code = codes.filter_map(Message::code).next_back();
        code.unwrap_or_else(|| panic!("no code by {kind} to {to}"))
    }

    /// Makes a user with the password of demo users, and the practice if there is none yet of
    /// this name. `role` is `full_access` or `standard`.
    pub async fn add_user(&self, practice: &str, email: &str, role: &str) -> NewUser {
        let body = json!({"practice": practice, "email": email, "name": email, "role": role});
        let answer = self.local("POST", "users", Some(body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let body = answer.json();
        NewUser {
            user_id: text_of(&body, "user_id"),
            practice_id: text_of(&body, "practice_id"),
        }
    }

    /// Changes `password`, `disabled` or `role` of a user, as the operator's tool does.
    pub async fn change_user(&self, user_id: &str, change: Value) {
        let path = format!("users/{user_id}");
        let answer = self.local("PUT", &path, Some(change)).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
    }

    /// Makes AWS calls fail as `fault` describes.
    pub async fn fault(&self, fault: Value) {
        let answer = self.local("POST", "faults", Some(fault)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }

    /// Ends every fault.
    pub async fn clear_faults(&self) {
        self.local("DELETE", "faults", None).await;
    }

    /// Whether the faults that were set have all happened.
    pub async fn faults_are_over(&self) -> bool {
        let faults = self.local("GET", "faults", None).await.json();
        faults["faults"].as_array().is_some_and(Vec::is_empty)
    }

    /// Requests to AWS since [`System::clear_usage`].
    pub async fn usage(&self) -> Usage {
        Usage::new(&self.local("GET", "usage", None).await.json())
    }

    /// Starts counting requests to AWS anew.
    pub async fn clear_usage(&self) {
        self.local("DELETE", "usage", None).await;
    }

    /// Every item of the table, as DynamoDB JSON.
    pub async fn items(&self) -> Vec<Value> {
        let mut items = Vec::new();
        let mut path = "items".to_owned();
        loop {
            let page = self.local("GET", &path, None).await.json();
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next"].as_str() {
                Some(next) => path = format!("items?cursor={next}"),
                None => return items,
            }
        }
    }

    /// Calls a testers' endpoint.
    pub async fn local(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let url = format!("{}/_local/{path}", self.url());
        let mut request = http::Request::builder().method(method).uri(url);
        if body.is_some() {
            let (name, value) = content_type_json();
            request = request.header(name, value);
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = request.body(Bytes::from(body)).expect("a request");
        self.http.send(request).await
    }
}

/// The seconds since 1970 of a time as the API writes it: RFC 3339, UTC, whole seconds.
#[must_use]
pub fn seconds(time: &str) -> i64 {
    assert!(time.len() == 20 && time.ends_with('Z'), "{time}");
    let time = OffsetDateTime::parse(time, &Rfc3339).expect("a time");
    time.unix_timestamp()
}
