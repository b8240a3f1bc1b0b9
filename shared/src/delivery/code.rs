//! The messages that carry a code.

use askama::Template;

use super::email::Email;
use super::words::{human_time, one_line};
use crate::clock::Timestamp;
use crate::domain::code::{Code, Purpose};
use crate::domain::gsm7;

/// What the person who gets a code is told about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeMessage {
    /// What the code is asked for.
    pub purpose: Purpose,
    /// For how many more minutes the code is good.
    pub valid_minutes: u32,
    /// When it was asked for.
    pub asked_at: Option<Timestamp>,
    /// The label of the browser it was asked from: `Chrome on Windows`.
    pub device: Option<String>,
    /// The network address it was asked from.
    pub address: Option<String>,
}

/// The text message: one segment, whose last line binds the code to the front end's host as
/// origin-bound one-time codes do (WICG draft "Origin-bound one-time codes delivered via
/// SMS"), so that phones offer to fill it in there and nowhere else.
///
/// It fits one segment for names up to 20 characters of the GSM 7-bit basic set and hosts up to
/// 60 characters; beyond that the advice is left out.
pub(super) fn sms(product: &str, host: &str, code: &Code, message: &CodeMessage) -> String {
    let code = code.as_str();
    let kind = match message.purpose {
        Purpose::SignIn => "sign-in",
        Purpose::StepUp => "confirmation",
        Purpose::Enrollment => "set-up",
    };
    let minutes = message.valid_minutes;
    let text = format!("{code} is your {product} {kind} code. Valid {minutes} min.");
    let binding = format!("\n\n@{host} #{code}");
    let advised = format!("{text} Never share it.{binding}");
    match gsm7::septets(&advised) {
        Some(septets) if septets <= gsm7::SEGMENT => advised,
        _ => format!("{text}{binding}"),
    }
}

/// The e-mail. The code is in the body only: subjects are shown on locked screens and kept in
/// the logs of mail servers.
pub(super) fn email(
    product: &str,
    code: &Code,
    message: &CodeMessage,
) -> Result<Email, askama::Error> {
    let words = Words::of(message.purpose);
    let subject = words.subject.replace("{product}", product);
    let facts = facts(message);
    let text = CodeText {
        product,
        code: code.as_str(),
        minutes: message.valid_minutes,
        words: &words,
        facts: &facts,
    };
    let html = CodeHtml {
        subject: &subject,
        product,
        code: code.as_str(),
        minutes: message.valid_minutes,
        words: &words,
        facts: &facts,
    };
    Ok(Email {
        text: text.render()?,
        html: html.render()?,
        subject,
    })
}

fn facts(message: &CodeMessage) -> Vec<(&'static str, String)> {
    let when = message.asked_at.map(|at| ("When", human_time(at)));
    let device = message.device.as_deref();
    let address = message.address.as_deref();
    let device = device.map(|device| ("Device", one_line(device, 60)));
    let address = address.map(|address| ("Address", one_line(address, 60)));
    [when, device, address].into_iter().flatten().collect()
}

/// What differs between purposes.
struct Words {
    subject: &'static str,
    asks: &'static str,
    not_you: &'static str,
}

impl Words {
    const fn of(purpose: Purpose) -> Self {
        match purpose {
            Purpose::SignIn => Self {
                subject: "Your {product} sign-in code",
                asks: "Enter this code to finish signing in:",
                not_you: "Do not give the code to anyone. Somebody knows your password: have it \
                          changed, and tell a Full Access user of your practice.",
            },
            Purpose::StepUp => Self {
                subject: "Your {product} confirmation code",
                asks: "Enter this code to confirm a change to your security settings:",
                not_you: "Do not give the code to anyone. Somebody is signed in as you: sign \
                          out, have your password changed, and tell a Full Access user of your \
                          practice.",
            },
            Purpose::Enrollment => Self {
                subject: "Your {product} set-up code",
                asks: "Enter this code to get your sign-in codes at this address:",
                not_you: "Do not give the code to anyone. Without it nothing happens: somebody \
                          may have mistyped their own address, and you need do nothing.",
            },
        }
    }
}

#[derive(Template)]
#[template(path = "code.txt")]
struct CodeText<'a> {
    product: &'a str,
    code: &'a str,
    minutes: u32,
    words: &'a Words,
    facts: &'a [(&'static str, String)],
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodeHtml<'a> {
    subject: &'a str,
    product: &'a str,
    code: &'a str,
    minutes: u32,
    words: &'a Words,
    facts: &'a [(&'static str, String)],
}

#[cfg(test)]
mod tests;
