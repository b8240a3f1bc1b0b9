//! Tickets: what a client holds between the steps of a sign-in or a step-up, and enrollments,
//! what it holds while a new method waits for its first code.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::limits::{GUESSES_PER_TICKET, RESEND_AFTER, SENDS_PER_TICKET, Wait};
use crate::domain::method::MethodKind;
use crate::domain::session::Transport;
use crate::domain::token::TokenHash;
use crate::domain::user::User;

/// Seconds a ticket or enrollment lives.
pub const TICKET_LIFETIME: i64 = 10 * 60;

/// What a ticket was made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketPurpose {
    /// The password was right; a code finishes the sign-in.
    SignIn,
    /// The password was right; enabling a method finishes the sign-in.
    Enrollment,
    /// A session asks for a code again.
    StepUp {
        /// The session it was made in.
        session_id: String,
    },
}

/// A ticket as stored, under the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// What it was made for.
    pub purpose: TicketPurpose,
    /// The user's trust generation when it was made; a later one ends it.
    pub generation: u64,
    /// How the client wants its session.
    pub transport: Transport,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Guesses made.
    pub attempts: u32,
    /// Codes sent.
    #[serde(default)]
    pub sends: Sends,
}

impl Ticket {
    /// A new ticket for `user`.
    #[must_use]
    pub fn new(user: &User, purpose: TicketPurpose, transport: Transport, now: Timestamp) -> Self {
        Self {
            purpose,
            generation: user.generation,
            transport,
            expires_at: now.plus(TICKET_LIFETIME),
            attempts: 0,
            sends: Sends::default(),
        }
    }

    /// Whether it is good for anything at `now`: unexpired, guesses left, trust unchanged, and,
    /// for an enrollment, nobody has enabled a method meanwhile.
    #[must_use]
    pub fn is_live(&self, user: &User, now: Timestamp) -> bool {
        now < self.expires_at
            && self.attempts_left() > 0
            && self.generation == user.generation
            && !user.disabled
            && match self.purpose {
                TicketPurpose::Enrollment => !user.methods.any_enabled(),
                TicketPurpose::SignIn | TicketPurpose::StepUp { .. } => true,
            }
    }

    /// Guesses left.
    #[must_use]
    pub fn attempts_left(&self) -> u32 {
        GUESSES_PER_TICKET.left(self.attempts)
    }
}

/// Where an enrollment was started: only there can it be finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrollmentOrigin {
    /// During a sign-in, with this ticket.
    Ticket(TokenHash),
    /// In this session.
    Session(String),
}

/// What is being enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrollmentTarget {
    /// An authenticator with this sealed secret.
    Authenticator(SealedSecret),
    /// An e-mail address.
    Email(String),
    /// A mobile number, E.164.
    Sms(String),
}

/// A TOTP secret under a data key of the keyring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedSecret {
    /// Id of the data key.
    pub key_id: String,
    /// Nonce and ciphertext, base64.
    pub sealed: String,
}

/// A pending enrollment. There is one place per kind of method, so the newest one counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrollment {
    /// Hash of its token.
    pub token: TokenHash,
    /// Where it was started.
    pub origin: EnrollmentOrigin,
    /// What is being enrolled.
    pub target: EnrollmentTarget,
    /// The user's trust generation when it was started.
    pub generation: u64,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Guesses made.
    pub attempts: u32,
    /// Codes sent.
    #[serde(default)]
    pub sends: Sends,
}

impl Enrollment {
    /// Whether it can still be finished at `now` with this token from this place.
    #[must_use]
    pub fn is_live(
        &self,
        token: &TokenHash,
        origin: &EnrollmentOrigin,
        user: &User,
        now: Timestamp,
    ) -> bool {
        now < self.expires_at
            && self.attempts_left() > 0
            && self.token == *token
            && self.origin == *origin
            && self.generation == user.generation
    }

    /// Guesses left.
    #[must_use]
    pub fn attempts_left(&self) -> u32 {
        GUESSES_PER_TICKET.left(self.attempts)
    }
}

/// One method's last send for a ticket or enrollment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Where to.
    pub destination: String,
    /// When; `None` once it is unclear whether the provider took it, so that it may be asked
    /// for again at once.
    pub at: Option<Timestamp>,
    /// Id of the keyring key the code is derived with.
    pub key_id: String,
}

/// The sends of a ticket or enrollment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sends {
    /// How many, by any method.
    pub count: u32,
    /// The last one by e-mail.
    pub email: Option<Sent>,
    /// The last one by SMS.
    pub sms: Option<Sent>,
}

/// Why another code can't be sent for this ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendRefusal {
    /// The last one was sent less than [`RESEND_AFTER`] seconds ago.
    TooSoon(Wait),
    /// [`SENDS_PER_TICKET`] were sent; only a new ticket helps.
    UsedUp,
}

impl Sends {
    /// The last send by `kind`.
    #[must_use]
    pub fn last(&self, kind: MethodKind) -> Option<&Sent> {
        match kind {
            MethodKind::Authenticator => None,
            MethodKind::Email => self.email.as_ref(),
            MethodKind::Sms => self.sms.as_ref(),
        }
    }

    /// Counts one more send by `kind`.
    ///
    /// # Errors
    /// [`SendRefusal`] if it comes too soon or is one too many.
    pub fn admit(&self, kind: MethodKind, sent: Sent, now: Timestamp) -> Result<Self, SendRefusal> {
        if let Some(at) = self.last(kind).and_then(|last| last.at)
            && now.since(at) < RESEND_AFTER
        {
            return Err(SendRefusal::TooSoon(Wait::seconds(
                at.plus(RESEND_AFTER).since(now),
            )));
        }
        if SENDS_PER_TICKET.left(self.count) == 0 {
            return Err(SendRefusal::UsedUp);
        }
        let mut next = self.clone();
        next.count = next.count.saturating_add(1);
        next.record(kind, Some(sent));
        Ok(next)
    }

    /// The same sends, with the last one by `kind` open to be asked for again at once.
    #[must_use]
    pub fn unclear(&self, kind: MethodKind) -> Self {
        let mut next = self.clone();
        if let Some(sent) = self.last(kind) {
            next.record(
                kind,
                Some(Sent {
                    at: None,
                    ..sent.clone()
                }),
            );
        }
        next
    }

    fn record(&mut self, kind: MethodKind, sent: Option<Sent>) {
        match kind {
            MethodKind::Authenticator => {}
            MethodKind::Email => self.email = sent,
            MethodKind::Sms => self.sms = sent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Timestamp = Timestamp(1_000_000);

    fn sent(at: Timestamp) -> Sent {
        Sent {
            destination: "d@example.test".into(),
            at: Some(at),
            key_id: "k".into(),
        }
    }

    #[test]
    fn thirty_seconds_between_sends_and_five_in_all() {
        let mut sends = Sends::default();
        for n in 0..5 {
            let now = T0.plus(30 * n);
            sends = sends.admit(MethodKind::Email, sent(now), now).unwrap();
            let soon = sends.admit(MethodKind::Email, sent(now), now.plus(29));
            assert_eq!(soon, Err(SendRefusal::TooSoon(Wait { seconds: 1 })));
        }
        let later = T0.plus(300);
        for kind in [MethodKind::Email, MethodKind::Sms] {
            assert_eq!(
                sends.admit(kind, sent(later), later),
                Err(SendRefusal::UsedUp)
            );
        }
    }

    #[test]
    fn another_method_may_send_at_once_but_shares_the_count() {
        let sends = Sends::default()
            .admit(MethodKind::Email, sent(T0), T0)
            .unwrap();
        let sends = sends.admit(MethodKind::Sms, sent(T0), T0).unwrap();
        assert_eq!(sends.count, 2);
        assert!(sends.admit(MethodKind::Email, sent(T0), T0).is_err());
    }

    #[test]
    fn an_unclear_send_keeps_its_count_and_may_be_repeated() {
        let sends = Sends::default()
            .admit(MethodKind::Email, sent(T0), T0)
            .unwrap();
        let sends = sends.unclear(MethodKind::Email);
        assert!(sends.last(MethodKind::Email).is_some());
        assert_eq!(
            sends.admit(MethodKind::Email, sent(T0), T0).unwrap().count,
            2
        );
    }
}
