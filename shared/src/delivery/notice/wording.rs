//! What each notice says.
//!
//! The plain text and the HTML say the same, so each sentence is written once, here; the
//! templates arrange them. There are no links: people who never get links to sign in by are
//! not taken in by a forged one.

use super::{Audience, MAX_NAME, Notice, NoticeEvent};
use crate::delivery::words::one_line;

const TRUST_LOST: &str = "Remembered devices and known addresses were forgotten, the IP \
                          whitelist was turned off, and other sessions have ended.";

/// The sentences of one notice.
pub(super) struct Wording {
    pub(super) subject: String,
    pub(super) happened: String,
    pub(super) question: &'static str,
    pub(super) advice: &'static str,
}

impl Wording {
    pub(super) fn of(product: &str, notice: &Notice) -> Self {
        let account = match notice.audience {
            Audience::Owner => format!("your {product} account"),
            Audience::FullAccess => {
                let name = one_line(&notice.account.name, MAX_NAME);
                format!("the {product} account of {name}")
            }
        };
        let (question, advice) = advice(notice);
        Self {
            subject: subject(&notice.event, &account),
            happened: happened(&notice.event, &account),
            question,
            advice,
        }
    }
}

fn subject(event: &NoticeEvent, account: &str) -> String {
    match event {
        NoticeEvent::NewSignIn => format!("New sign-in to {account}"),
        NoticeEvent::MethodEnabled { .. } => format!("Second factor enabled for {account}"),
        NoticeEvent::MethodReplaced { .. } => format!("Second factor replaced for {account}"),
        NoticeEvent::MethodRemoved { .. } => format!("Second factor removed from {account}"),
        NoticeEvent::MethodSuspended { .. } => format!("Second factor suspended for {account}"),
        NoticeEvent::ResetByColleague { .. } => format!("Second factor reset for {account}"),
        NoticeEvent::ResetBySupport { .. } => format!("Support reset {account}"),
        NoticeEvent::WhitelistTurnedOn => format!("IP whitelist turned on for {account}"),
        NoticeEvent::DeviceMisused { .. } => format!("Possible misuse of {account}"),
        NoticeEvent::PasswordChanged => format!("Password changed for {account}"),
    }
}

fn happened(event: &NoticeEvent, account: &str) -> String {
    match event {
        NoticeEvent::NewSignIn => format!(
            "Somebody signed in to {account} from a device that is not remembered and an \
             address that is not known."
        ),
        NoticeEvent::MethodEnabled { .. } => {
            format!("A second factor was enabled for {account}.")
        }
        NoticeEvent::MethodReplaced { .. } => format!(
            "A second factor of {account} was replaced; the old one no longer works. {TRUST_LOST}"
        ),
        NoticeEvent::MethodRemoved { .. } => {
            format!("A second factor was removed from {account}. {TRUST_LOST}")
        }
        NoticeEvent::MethodSuspended { .. } => format!(
            "A second factor of {account} was suspended after too many wrong codes in a row. It \
             works again once it is enabled anew, or after a Full Access user has removed it."
        ),
        NoticeEvent::ResetByColleague { .. } => format!(
            "A Full Access user of the practice removed second factors from {account}. \
             {TRUST_LOST} If none is left, the next sign-in asks for a new one."
        ),
        NoticeEvent::ResetBySupport { .. } => format!(
            "Support removed all second factors from {account}. {TRUST_LOST} The next sign-in \
             asks for a new one."
        ),
        NoticeEvent::WhitelistTurnedOn => format!(
            "The IP whitelist was turned on for {account}: from addresses it was recently used \
             from, the password alone is enough to sign in."
        ),
        NoticeEvent::DeviceMisused { .. } => format!(
            "Somebody tried to sign in to {account} with an outdated copy of what a remembered \
             device keeps, as a thief would. The device was forgotten and is asked for a code \
             again."
        ),
        NoticeEvent::PasswordChanged => {
            format!("The password of {account} was changed. {TRUST_LOST}")
        }
    }
}

/// A question, and what to do if its answer is yes.
const fn advice(notice: &Notice) -> (&'static str, &'static str) {
    match (notice.audience, &notice.event) {
        (Audience::Owner, NoticeEvent::DeviceMisused { .. }) => (
            "What to do now?",
            "Check the remembered device for malicious software, have your password changed, \
             and tell a Full Access user of your practice.",
        ),
        (Audience::Owner, NoticeEvent::MethodSuspended { .. }) => (
            "Was this not you?",
            "Somebody who knows your password is guessing codes: have it changed, and tell a \
             Full Access user of your practice.",
        ),
        (Audience::Owner, NoticeEvent::ResetBySupport { .. }) => (
            "Did you not ask for this?",
            "Sign in at once to enable a new second factor, and tell support and the Full Access \
             users of your practice.",
        ),
        (Audience::Owner, NoticeEvent::ResetByColleague { .. }) => (
            "Did you not ask for this?",
            "Ask the person named above, and sign in to check your security settings.",
        ),
        (Audience::Owner, _) => (
            "Was this not you?",
            "Tell a Full Access user of your practice at once. Then sign in and check your \
             security settings: methods, remembered devices and known addresses.",
        ),
        (Audience::FullAccess, NoticeEvent::ResetBySupport { .. }) => (
            "Did you not expect this?",
            "Ask the person whose account it is, and tell support at once if neither of you \
             asked for it.",
        ),
        (Audience::FullAccess, _) => (
            "Did you not expect this?",
            "Ask the person whose account it is. If it was somebody else, remove their methods \
             in your list of users, which ends their sessions, and have their password changed.",
        ),
    }
}
