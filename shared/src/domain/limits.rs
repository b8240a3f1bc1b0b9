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
    /// Admits one more event now.
    ///
    /// # Errors
    /// [`Wait`] until the window ends, if it is full.
    pub fn admit(&self, seen: Option<Window>, now: Timestamp) -> Result<WindowStep, Wait> {
        match seen.filter(|window| self.is_open(*window, now)) {
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
/// E-mail codes to one mailbox in an hour.
pub const EMAILS_PER_MAILBOX: WindowPolicy = WindowPolicy {
    limit: 10,
    seconds: HOUR,
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const T0: Timestamp = Timestamp(1_000_000);

    #[test]
    fn window_runs_from_its_first_event() {
        let policy = WindowPolicy {
            limit: 2,
            seconds: 60,
        };
        let first = policy.admit(None, T0).unwrap().after();
        assert_eq!(
            first,
            Window {
                since: T0,
                count: 1,
                last: T0,
                failed: 0
            }
        );
        let second = policy.admit(Some(first), T0.plus(59)).unwrap().after();
        assert_eq!(
            second,
            Window {
                since: T0,
                count: 2,
                last: T0.plus(59),
                failed: 0
            }
        );
        assert_eq!(
            policy.admit(Some(second), T0.plus(59)),
            Err(Wait { seconds: 1 })
        );
        assert_eq!(
            policy.admit(Some(second), T0.plus(10)),
            Err(Wait { seconds: 50 })
        );
        let again = policy.admit(Some(second), T0.plus(60)).unwrap();
        assert_eq!(
            again,
            WindowStep::Open {
                seen: Some(second),
                since: T0.plus(60)
            }
        );
    }

    #[test]
    fn delay_doubles_from_one_second_to_fifteen_minutes() {
        let delays: Vec<i64> = (0..=17).map(|n| PASSWORDS_PER_ACCOUNT.delay(n)).collect();
        let expected = [
            0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900,
        ];
        assert_eq!(delays, expected);
        assert_eq!(PASSWORDS_PER_ACCOUNT.delay(u32::MAX), 900);
    }

    #[test]
    fn backoff_ends_by_itself_and_is_forgotten_after_a_quiet_day() {
        let policy = PASSWORDS_PER_ACCOUNT;
        let mut state = None;
        for _ in 0..5 {
            state = Some(policy.admit(state, T0).unwrap());
        }
        assert_eq!(policy.admit(state, T0), Err(Wait { seconds: 1 }));
        let sixth = policy.admit(state, T0.plus(1)).unwrap();
        assert_eq!((sixth.failures, sixth.until), (6, T0.plus(3)));
        let after_a_day = policy.admit(Some(sixth), T0.plus(1 + DAY)).unwrap();
        assert_eq!(
            (after_a_day.failures, after_a_day.until),
            (1, T0.plus(1 + DAY))
        );
    }

    proptest! {
        /// Whatever the pattern of tries, no `seconds` that begin with an admitted event hold
        /// more than `limit` of them.
        #[test]
        fn window_never_admits_more(gaps in prop::collection::vec(0_i64..40, 1..200)) {
            let policy = WindowPolicy { limit: 3, seconds: 60 };
            let (mut now, mut state, mut opened): (_, Option<Window>, Vec<(Timestamp, u32)>) =
                (T0, None, Vec::new());
            for gap in gaps {
                now = now.plus(gap);
                if let Ok(step) = policy.admit(state, now) {
                    let after = step.after();
                    match opened.last_mut() {
                        Some((since, count)) if *since == after.since => *count += 1,
                        _ => opened.push((after.since, 1)),
                    }
                    state = Some(after);
                }
            }
            for pair in opened.windows(2) {
                prop_assert!(pair[1].0.since(pair[0].0) >= 60);
            }
            prop_assert!(opened.iter().all(|(_, count)| *count <= 3));
        }

        /// An attacker who tries every second for a day makes few guesses.
        #[test]
        fn backoff_bounds_guesses(start in 0_i64..1_000_000) {
            let (mut state, mut guesses) = (None, 0);
            for second in 0..DAY {
                if let Ok(next) = PASSWORDS_PER_ACCOUNT.admit(state, Timestamp(start + second)) {
                    state = Some(next);
                    guesses += 1;
                }
            }
            prop_assert!(guesses < 115, "{guesses}");
        }
    }
}
