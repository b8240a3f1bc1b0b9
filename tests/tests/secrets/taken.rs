//! A step of a journey, taken apart: the secrets it must hold, and the rest, which must hold none.

use std::fmt::Write as _;

use serde_json::Value;
use twostep_tests::Exchange;

use crate::secret::{Kind, Secret};

/// A request and its answer.
#[derive(Debug)]
pub(crate) struct Taken {
    /// Method and path.
    pub(crate) asked: String,
    /// Secrets the client sent where they belong.
    pub(crate) sent: Vec<Secret>,
    /// Secrets it was given where the contract has them.
    pub(crate) given: Vec<Secret>,
    /// All of the answer.
    pub(crate) whole: String,
    /// The answer without what was given.
    pub(crate) rest: String,
}

/// Where a successful answer holds secrets: the route, the way to the member, and what it is.
const GIVEN: [(&str, &[&str], Kind); 10] = [
    ("POST /login", &["ticket"], Kind::Ticket),
    ("POST /login", &["session", "token"], Kind::Session),
    ("POST /login", &["device_token"], Kind::Device),
    ("POST /challenge", &["ticket"], Kind::Ticket),
    ("POST /validate", &["session", "token"], Kind::Session),
    ("POST /validate", &["device_token"], Kind::Device),
    ("POST /enroll", &["enrollment"], Kind::Enrollment),
    ("POST /enroll", &["authenticator", "secret"], Kind::App),
    ("POST /enroll", &["authenticator", "otpauth_uri"], Kind::App),
    ("POST /enroll", &["authenticator", "qr_svg"], Kind::App),
];

impl Taken {
    pub(crate) fn apart(exchange: &Exchange) -> Self {
        let answer = &exchange.answer;
        let asked = answer.asked().to_owned();
        let mut given = Vec::new();
        let mut whole = answer.status.to_string();
        let mut rest = whole.clone();
        for (name, value) in &answer.headers {
            let value = value.to_str().expect("a header of ASCII");
            let _ = write!(whole, "\n{name}: {value}");
            let left = match name.as_str() {
                "set-cookie" => without_value(&asked, value, &mut given),
                _ => value.to_owned(),
            };
            let _ = write!(rest, "\n{name}: {left}");
        }
        let _ = write!(whole, "\n{}", answer.text());
        let mut body = answer.json();
        let was = body.clone();
        if answer.status < 300 {
            for (_, way, kind) in GIVEN.iter().filter(|(route, ..)| *route == asked) {
                take(&mut body, way, *kind, &mut given);
            }
        }
        let left = if body == was {
            answer.text().to_owned()
        } else {
            body.to_string()
        };
        let _ = write!(rest, "\n{left}");
        Self {
            asked,
            sent: typed(&exchange.sent),
            given,
            whole,
            rest,
        }
    }
}

/// Takes the value out of a `Set-Cookie` of a sign-in.
fn without_value(asked: &str, line: &str, given: &mut Vec<Secret>) -> String {
    let (pair, attributes) = line.split_once("; ").unwrap_or((line, ""));
    let (name, value) = pair.split_once('=').expect("a cookie");
    if value.is_empty() {
        return line.to_owned();
    }
    assert!(
        ["POST /login", "POST /validate"].contains(&asked),
        "{asked}"
    );
    let kind = match name {
        "__Host-session" => Kind::Session,
        name if name.starts_with("__Host-device-") => Kind::Device,
        other => panic!("a cookie {other}"),
    };
    given.push(Secret::new(kind, value));
    format!("{name}=; {attributes}")
}

/// Takes a member out of `body`, if it is there.
fn take(body: &mut Value, way: &[&str], kind: Kind, given: &mut Vec<Secret>) {
    let (last, parents) = way.split_last().expect("a member");
    let parent = parents.iter().try_fold(body, |at, name| at.get_mut(name));
    let member = parent.and_then(|parent| parent.as_object_mut()?.remove(*last));
    match (member, *last) {
        (None, _) => {}
        // The same secret in other forms.
        (Some(Value::String(uri)), "otpauth_uri") => {
            let secret = uri
                .split(['?', '&'])
                .find_map(|part| part.strip_prefix("secret="));
            let secret = secret.expect("a secret").to_owned();
            assert!(given.contains(&Secret::new(kind, &secret)), "of this app");
        }
        (Some(Value::String(image)), "qr_svg") => assert!(image.starts_with("<svg")),
        (Some(Value::String(text)), _) => given.push(Secret::new(kind, &text)),
        (Some(other), _) => panic!("{way:?}: {other}"),
    }
}

/// Passwords and codes in a request, right or wrong.
fn typed(sent: &[u8]) -> Vec<Secret> {
    let body: Value = serde_json::from_slice(sent).unwrap_or_default();
    // A shorter one can be nobody's password, and would be found by chance.
    let password = body["password"]
        .as_str()
        .filter(|password| password.len() >= 8);
    let code = body["code"]
        .as_str()
        .map(|code| code.replace([' ', '-'], ""));
    let code = code.filter(|code| code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));
    let password = password.map(|password| Secret::new(Kind::Password, password));
    let code = code.map(|code| Secret::new(Kind::Code, &code));
    password.into_iter().chain(code).collect()
}
