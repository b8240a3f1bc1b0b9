//! How often something may be tried: the lockout policy as pure state machines.
//!
//! Three shapes of limit cover every rule of the product. Each takes the state it finds in the
//! table and the time, and answers either with the state to write *before* the guarded thing is
//! done, or with how long to wait. The store writes that state under the condition that nobody
//! wrote another meanwhile, so that of any number of parallel tries no more than the limit gets
//! through.
//!
//! - [`Window`]: at most `limit` in a span of time that starts with the first event it counts.
//! - [`Backoff`]: a few free failures, then a delay that doubles with each failure.
//! - a plain count, for tries per ticket and failures in a row ([`Attempts`]).
//!
//! A try is counted as a failure before it is judged, and given back when it proves right. A
//! process that dies in between has counted too much, never too little.
//!
//! # The policy
//!
//! Of a password, five failures cost nothing, so that people may mistype; then the delay doubles
//! from a second to fifteen minutes, so that a program that never stops makes about a hundred
//! guesses a day. The delay is the account's, counted apart for each remembered device and known
//! address; fifty failures an hour from one address, over all accounts, stop whoever tries one
//! password on many. Delays end by themselves, and a right password ends them sooner.
//!
//! Of a code there are a million, one of which is right (an app's: three, since neighbouring
//! steps are). Five guesses for a ticket and ten failures an hour leave one chance in a hundred
//! thousand in an hour; a hundred failures in a row suspend the method, so that not even a
//! patient attacker gets beyond one in ten thousand.
//!
//! An hour or a day begins with the first event it counts. Only the messages of a practice and
//! of the service are counted by UTC days.
//!
//! ```
//! use twostep::clock::Timestamp;
//! use twostep::domain::limits::{SECOND_FACTORS, HOUR};
//!
//! let start = Timestamp(0);
//! let mut window = None;
//! for _ in 0..10 {
//!     window = Some(SECOND_FACTORS.admit(window, start)?.after());
//! }
//! let refused = SECOND_FACTORS.admit(window, start.plus(60)).unwrap_err();
//! assert_eq!(refused.seconds, HOUR - 60);
//! assert!(SECOND_FACTORS.admit(window, start.plus(HOUR)).is_ok());
//! # Ok::<(), twostep::domain::limits::Wait>(())
//! ```

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Seconds in an hour.
pub const HOUR: i64 = 3600;
/// Seconds in a day.
pub const DAY: i64 = 86_400;

/// The limit was reached; waiting this many seconds (at least 1) ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait {
    /// Seconds until another try is admitted.
    pub seconds: i64,
}

impl Wait {
    /// A wait of at least one second.
    #[must_use]
    pub fn seconds(seconds: i64) -> Self {
        Self {
            seconds: seconds.max(1),
        }
    }
}

/// A number of events since the first of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// When the first event was counted.
    pub since: Timestamp,
    /// Events counted since.
    pub count: u32,
    /// When the last event was counted.
    pub last: Timestamp,
    /// Events that have turned out to be failures and stay counted, where that is noted. The
    /// others are in flight: they may yet be given back.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failed: u32,
}

impl Window {
    /// Whether events are in flight at `now`, each of which is done with in `seconds`.
    #[must_use]
    pub fn in_flight(&self, seconds: i64, now: Timestamp) -> bool {
        self.failed < self.count && now < self.last.plus(seconds)
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands it over like this"
)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// At most `limit` events in the `seconds` that begin with the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowPolicy {
    /// Events admitted in one window.
    pub limit: u32,
    /// Length of the window in seconds.
    pub seconds: i64,
}

/// What to write to count one more event in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowStep {
    /// No window is open: open one at `since`, if the state is still `seen`.
    Open {
        /// The expired window that was found, if any.
        seen: Option<Window>,
        /// When the new window begins: now.
        since: Timestamp,
    },
    /// Add one to the window that is open, if its count is still below `limit`.
    Add {
        /// The window that was found.
        seen: Window,
        /// The policy's limit.
        limit: u32,
        /// The time of the event.
        now: Timestamp,
    },
}

impl WindowStep {
    /// The window as it is after this step, if nobody else counted meanwhile.
    #[must_use]
    pub fn after(&self) -> Window {
        match *self {
            Self::Open { since, .. } => Window {
                since,
                count: 1,
                last: since,
                failed: 0,
            },
            Self::Add { seen, now, .. } => Window {
                count: seen.count.saturating_add(1),
                last: now,
                ..seen
            },
        }
    }
}

impl WindowPolicy {
    /// Admits one more event now. A window begins with the first event it counts: one whose events
    /// were all given back begins anew.
    ///
    /// # Errors
    /// [`Wait`] until the window ends, if it is full.
    pub fn admit(&self, seen: Option<Window>, now: Timestamp) -> Result<WindowStep, Wait> {
        match seen.filter(|window| window.count > 0 && self.is_open(*window, now)) {
            None => Ok(WindowStep::Open { seen, since: now }),
            Some(window) if window.count < self.limit => Ok(WindowStep::Add {
                seen: window,
                limit: self.limit,
                now,
            }),
            Some(window) => Err(Wait::seconds(window.since.plus(self.seconds).since(now))),
        }
    }

    /// Whether `window` still counts at `now`.
    #[must_use]
    pub fn is_open(&self, window: Window, now: Timestamp) -> bool {
        now < window.since.plus(self.seconds)
    }
}

/// Failures of one account in a row, and the delay they have led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backoff {
    /// Failures since the last success.
    pub failures: u32,
    /// No try is admitted before this time.
    pub until: Timestamp,
    /// When the last failure was counted.
    pub last: Timestamp,
}

/// `free` failures without delay, then a delay that doubles from `first` to `longest` seconds.
/// After `forgotten` seconds without a failure all of them are forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackoffPolicy {
    /// Failures that lead to the first delay.
    pub free: u32,
    /// The first delay in seconds.
    pub first: i64,
    /// The longest delay in seconds.
    pub longest: i64,
    /// Quiet seconds after which the failures are forgotten.
    pub forgotten: i64,
}

impl BackoffPolicy {
    /// Counts a try as failed before it is judged, and gives the state to write.
    ///
    /// # Errors
    /// [`Wait`] while a delay is running.
    pub fn admit(&self, seen: Option<Backoff>, now: Timestamp) -> Result<Backoff, Wait> {
        let seen = seen.filter(|backoff| now < backoff.last.plus(self.forgotten));
        if let Some(backoff) = seen
            && now < backoff.until
        {
            return Err(Wait::seconds(backoff.until.since(now)));
        }
        let failures = seen.map_or(0, |backoff| backoff.failures).saturating_add(1);
        Ok(Backoff {
            failures,
            until: now.plus(self.delay(failures)),
            last: now,
        })
    }

    /// Seconds of delay after this many failures.
    #[must_use]
    pub fn delay(&self, failures: u32) -> i64 {
        let Some(doublings) = failures.checked_sub(self.free) else {
            return 0;
        };
        2_i64
            .checked_pow(doublings)
            .and_then(|factor| self.first.checked_mul(factor))
            .map_or(self.longest, |delay| delay.min(self.longest))
    }
}

/// Tries used up out of a fixed number, with no way to get any back: guesses per ticket,
/// sends per ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// Tries that may be made.
    pub limit: u32,
}

impl Attempts {
    /// Tries left after `used`.
    #[must_use]
    pub fn left(&self, used: u32) -> u32 {
        self.limit.saturating_sub(used)
    }
}

/// Guesses per ticket or enrollment, which is then used up.
pub const GUESSES_PER_TICKET: Attempts = Attempts { limit: 5 };
/// Sends per ticket or enrollment.
pub const SENDS_PER_TICKET: Attempts = Attempts { limit: 5 };
/// Failures of one method in a row after which it is suspended.
pub const FAILURES_IN_A_ROW: Attempts = Attempts { limit: 100 };
/// Seconds between two sends of a code by one method for one ticket or enrollment.
pub const RESEND_AFTER: i64 = 30;

/// Failed second factors of one user, across tickets and methods.
pub const SECOND_FACTORS: WindowPolicy = WindowPolicy {
    limit: 10,
    seconds: HOUR,
};
/// Wrong passwords from one address (/64).
pub const PASSWORDS_PER_ADDRESS: WindowPolicy = WindowPolicy {
    limit: 50,
    seconds: HOUR,
};
/// Wrong passwords for one account from one place (anywhere, one remembered device, one known
/// address).
pub const PASSWORDS_PER_ACCOUNT: BackoffPolicy = BackoffPolicy {
    free: 5,
    first: 1,
    longest: 900,
    forgotten: DAY,
};

/// SMS to one number in an hour.
pub const SMS_PER_NUMBER_HOUR: WindowPolicy = WindowPolicy {
    limit: 5,
    seconds: HOUR,
};
/// SMS to one number in a day.
pub const SMS_PER_NUMBER_DAY: WindowPolicy = WindowPolicy {
    limit: 10,
    seconds: DAY,
};
/// SMS for one user in an hour.
pub const SMS_PER_USER: WindowPolicy = WindowPolicy {
    limit: 10,
    seconds: HOUR,
};
/// SMS asked for from one address (/64) in an hour.
pub const SMS_PER_ADDRESS: WindowPolicy = WindowPolicy {
    limit: 20,
    seconds: HOUR,
};
/// SMS for one practice in a UTC day.
pub const SMS_PER_PRACTICE_DAY: u32 = 500;
/// E-mail codes to set up methods of one user in an hour, whatever their mailboxes: whoever has
/// only a password may choose those.
pub const SET_UP_EMAILS_PER_USER: WindowPolicy = WindowPolicy {
    limit: 20,
    seconds: HOUR,
};
/// E-mail codes to one mailbox in an hour.
pub const EMAILS_PER_MAILBOX: WindowPolicy = WindowPolicy {
    limit: 10,
    seconds: HOUR,
};

#[cfg(test)]
mod tests;
