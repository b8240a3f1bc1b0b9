//! Notices: e-mails about something that happened to an account.

mod wording;

use askama::Template;

use super::email::Email;
use super::words::{human_time, method_list, method_name, one_line};
use crate::clock::Timestamp;
use crate::domain::method::MethodKind;
use wording::Wording;

/// Most characters of a name in an e-mail.
const MAX_NAME: usize = 60;
/// Most characters of any other entered text in an e-mail.
const MAX_TEXT: usize = 500;

/// Something that happened to an account, for one kind of reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// When it happened.
    pub at: Timestamp,
    /// Whose account it happened to.
    pub account: NoticeAccount,
    /// Who is told.
    pub audience: Audience,
    /// The label of the browser it was done with: `Chrome on Windows`.
    pub device: Option<String>,
    /// The network address it was done from.
    pub address: Option<String>,
    /// What happened.
    pub event: NoticeEvent,
}

/// The account that a notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeAccount {
    /// The user's name.
    pub name: String,
    /// The address the user signs in with.
    pub email: String,
}

/// Who reads a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The user whose account it is.
    Owner,
    /// A Full Access user of the same practice.
    FullAccess,
}

/// What a notice tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeEvent {
    /// A sign-in from neither a remembered device nor a known address.
    NewSignIn,
    /// A method was enabled.
    MethodEnabled {
        /// Its kind.
        method: MethodKind,
    },
    /// A method was replaced by another of its kind.
    MethodReplaced {
        /// Its kind.
        method: MethodKind,
    },
    /// The user removed a method.
    MethodRemoved {
        /// Its kind.
        method: MethodKind,
    },
    /// A method was suspended after too many wrong codes in a row.
    MethodSuspended {
        /// Its kind.
        method: MethodKind,
    },
    /// A Full Access user of the practice removed methods.
    ResetByColleague {
        /// Name of the Full Access user.
        actor: String,
        /// Kinds of the methods removed.
        methods: Vec<MethodKind>,
    },
    /// Support removed all methods.
    ResetBySupport {
        /// The reason support gave.
        reason: String,
    },
    /// The IP whitelist was turned on.
    WhitelistTurnedOn,
    /// A superseded token of a remembered device was used.
    DeviceMisused {
        /// The label that the device was remembered under.
        device: String,
    },
    /// The password was changed.
    PasswordChanged,
}

/// The e-mail for a notice. Text that people entered is bounded, kept on one line, and escaped
/// in HTML.
pub(super) fn email(product: &str, notice: &Notice) -> Result<Email, askama::Error> {
    let wording = Wording::of(product, notice);
    let facts = facts(notice);
    let text = NoticeText {
        happened: &wording.happened,
        facts: &facts,
        question: wording.question,
        advice: wording.advice,
        product,
    };
    let html = NoticeHtml {
        subject: &wording.subject,
        heading: &wording.subject,
        happened: &wording.happened,
        facts: &facts,
        question: wording.question,
        advice: wording.advice,
        product,
    };
    Ok(Email {
        text: text.render()?,
        html: html.render()?,
        subject: wording.subject,
    })
}

/// What happened, as names and values.
fn facts(notice: &Notice) -> Vec<(&'static str, String)> {
    let account = format!(
        "{} ({})",
        one_line(&notice.account.name, MAX_NAME),
        one_line(&notice.account.email, MAX_TEXT)
    );
    let mut facts = vec![("Account", account), ("When", human_time(notice.at))];
    match &notice.event {
        NoticeEvent::MethodEnabled { method }
        | NoticeEvent::MethodReplaced { method }
        | NoticeEvent::MethodRemoved { method }
        | NoticeEvent::MethodSuspended { method } => {
            facts.push(("Method", method_name(*method).to_owned()));
        }
        NoticeEvent::ResetByColleague { actor, methods } => {
            let methods = Some(method_list(methods)).filter(|list| !list.is_empty());
            facts.push(("Methods", methods.unwrap_or_else(|| "none".to_owned())));
            facts.push(("By", one_line(actor, MAX_NAME)));
        }
        NoticeEvent::ResetBySupport { reason } => {
            facts.push(("Reason given", one_line(reason, MAX_TEXT)));
        }
        NoticeEvent::DeviceMisused { device } => {
            facts.push(("Remembered device", one_line(device, MAX_NAME)));
        }
        NoticeEvent::NewSignIn | NoticeEvent::WhitelistTurnedOn | NoticeEvent::PasswordChanged => {}
    }
    let device = notice.device.as_deref();
    let address = notice.address.as_deref();
    facts.extend(device.map(|device| ("Device", one_line(device, MAX_NAME))));
    facts.extend(address.map(|address| ("Address", one_line(address, MAX_NAME))));
    facts
}

#[derive(Template)]
#[template(path = "notice.txt")]
struct NoticeText<'a> {
    happened: &'a str,
    facts: &'a [(&'static str, String)],
    question: &'a str,
    advice: &'a str,
    product: &'a str,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct NoticeHtml<'a> {
    subject: &'a str,
    heading: &'a str,
    happened: &'a str,
    facts: &'a [(&'static str, String)],
    question: &'a str,
    advice: &'a str,
    product: &'a str,
}

#[cfg(test)]
mod tests;
