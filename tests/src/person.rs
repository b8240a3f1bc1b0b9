//! People: what they know, and what they have.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use totp_rs::{Algorithm, Builder};

use crate::kind::Kind;
use crate::system::System;

/// A user as a person: password, mailbox, phone and authenticator app.
#[derive(Clone, Debug)]
pub struct Person {
    /// The address they sign in with.
    pub email: String,
    /// Their password.
    pub password: String,
    /// The address their codes by e-mail go to.
    pub mailbox: String,
    /// The number of their mobile, in E.164.
    pub phone: String,
    /// Their authenticator app, once it is set up.
    pub authenticator: Option<Authenticator>,
}

/// An authenticator app that holds one secret.
#[derive(Clone, Debug)]
pub struct Authenticator {
    secret: Vec<u8>,
    /// The last step whose code was used.
    last: i64,
}

impl Person {
    /// Somebody with the password of demo users, and with a mailbox and a number of their own.
    #[must_use]
    pub fn new(email: &str) -> Self {
        static PEOPLE: AtomicU32 = AtomicU32::new(0);
        let number = PEOPLE.fetch_add(1, Ordering::Relaxed) % 1000;
        let (local, _) = email.split_once('@').expect("an e-mail address");
        Self {
            email: email.to_owned(),
            password: twostep_local::DEMO_PASSWORD.to_owned(),
            mailbox: format!("{local}.codes{number}@mailbox.test"),
            phone: format!("+61491570{number:03}"),
            authenticator: None,
        }
    }

    /// What goes into `POST /enroll` to enable a method of this kind.
    #[must_use]
    pub fn enrollment(&self, kind: Kind) -> Value {
        match kind {
            Kind::Authenticator => json!({"method": "authenticator"}),
            Kind::Email => json!({"method": "email", "email": self.mailbox}),
            Kind::Sms => json!({"method": "sms", "phone": self.phone}),
        }
    }

    /// Where codes of this kind go.
    #[must_use]
    pub fn destination(&self, kind: Kind) -> &str {
        match kind {
            Kind::Email => &self.mailbox,
            Kind::Sms => &self.phone,
            Kind::Authenticator => panic!("an app gets no messages"),
        }
    }

    /// The code this person would type: the newest one sent, or what the app shows.
    ///
    /// If what the app shows was used already, the clock is moved to the next step.
    pub async fn code(&mut self, system: &System, kind: Kind) -> String {
        match kind {
            Kind::Authenticator => {
                let app = self.authenticator.as_mut();
                app.expect("an app that is set up").fresh(system).await
            }
            kind => system.code_sent(kind, self.destination(kind)).await,
        }
    }
}

impl Authenticator {
    /// Seconds a code is shown (RFC 6238, section 5.2).
    pub const STEP: i64 = 30;

    /// An app that was given `secret`, in base 32.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes());
        Self {
            secret: secret.expect("base 32"),
            last: 0,
        }
    }

    /// What it shows at `time`, seconds since 1970.
    #[must_use]
    pub fn at(&self, time: i64) -> String {
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_step_duration(Self::STEP.unsigned_abs())
            .with_secret(self.secret.as_slice())
            .build()
            .expect("settings as RFC 6238 has them");
        totp.generate(time.unsigned_abs()).to_string()
    }

    /// What it doesn't show at `time`, nor anywhere near.
    #[must_use]
    pub fn wrong(&self, time: i64) -> String {
        let near: Vec<_> = (-5..=5).map(|n| self.at(time + n * Self::STEP)).collect();
        let mut codes = (0..).map(|n| format!("{n:06}"));
        let free = codes.find(|code| !near.contains(code));
        free.expect("a million codes are more than eleven")
    }

    /// What it shows, once that is something new: the clock is moved if need be.
    pub async fn fresh(&mut self, system: &System) -> String {
        let now = system.now().await;
        let next = (self.last + 1) * Self::STEP;
        if now < next {
            system.advance(next - now).await;
        }
        let now = now.max(next);
        self.last = now / Self::STEP;
        self.at(now)
    }

    /// The first second at which it shows what it showed last.
    #[must_use]
    pub fn shown_since(&self) -> i64 {
        self.last * Self::STEP
    }
}

/// A code that isn't `code`.
#[must_use]
pub fn other_than(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}
