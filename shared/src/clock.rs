//! Time, injected. Nothing else in the workspace may ask the operating system what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time: whole seconds since 1970-01-01T00:00:00Z.
///
/// Serialized as the number of seconds, which is what the table stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This time plus `seconds` (negative goes back).
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this time; negative if this time is before it.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// RFC 3339 in UTC with whole seconds, `2026-01-31T09:30:00Z`, as the API writes times.
    #[must_use]
    pub fn rfc3339(self) -> String {
        OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .and_then(|time| time.format(&Rfc3339).ok())
            .unwrap_or_else(|| "9999-12-31T23:59:59Z".to_owned())
    }

    /// The UTC calendar day, `2026-01-31`: the unit of daily send limits.
    #[must_use]
    pub fn day(self) -> String {
        self.rfc3339().chars().take(10).collect()
    }

    /// Seconds until the UTC calendar day ends (1 to 86400).
    #[must_use]
    pub const fn seconds_left_in_day(self) -> i64 {
        86_400 - self.0.rem_euclid(86_400)
    }
}

/// The clock every rule is given its time from.
///
/// The system clock, moved forward by an offset that only the local stack ever sets.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset: Arc<AtomicI64>,
    /// The last moment given out.
    last: Arc<AtomicI64>,
    /// How many times faster than real time waits pass; 0 is as good as 1.
    pace: Arc<AtomicU32>,
}

/// What waits for time to pass waits by the clock: the time limits and retries of the AWS clients
/// as well as the product's own.
impl AsyncSleep for Clock {
    fn sleep(&self, duration: Duration) -> Sleep {
        let pace = self.pace.load(Ordering::SeqCst).max(1);
        Sleep::new(tokio::time::sleep(duration / pace))
    }
}

impl Clock {
    /// The system clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp(self.micros().div_euclid(1_000_000))
    }

    /// Microseconds since 1970, later at each call: what orders the events of one second.
    #[must_use]
    pub fn moment(&self) -> i64 {
        let now = self.micros();
        let last = self.last.fetch_max(now, Ordering::SeqCst);
        if last < now {
            now
        } else {
            self.last.fetch_add(1, Ordering::SeqCst) + 1
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the system clock"
    )]
    fn micros(&self) -> i64 {
        let real = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| {
                i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX)
            });
        let offset = self.offset.load(Ordering::SeqCst);
        real.saturating_add(offset.saturating_mul(1_000_000))
    }

    /// Moves this clock, and every clone of it, forward by `seconds`. For the local stack.
    pub fn advance(&self, seconds: i64) {
        self.offset.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Makes waits that begin from now on pass `pace` times faster than real time, so that tests
    /// of time limits need not wait for them. For the local stack.
    pub fn hurry(&self, pace: u32) {
        self.pace.store(pace, Ordering::SeqCst);
    }

    /// Returns this clock, and every clone of it, to the system time. For the local stack.
    pub fn reset(&self) {
        self.hurry(1);
        self.offset.store(0, Ordering::SeqCst);
        self.last.store(0, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_rfc3339_in_utc() {
        assert_eq!(Timestamp(0).rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp(1_769_851_800).rfc3339(), "2026-01-31T09:30:00Z");
        assert_eq!(Timestamp(1_769_851_800).day(), "2026-01-31");
    }

    #[test]
    fn moments_only_go_forward() {
        let clock = Clock::system();
        let moments: Vec<_> = (0..1000).map(|_| clock.moment()).collect();
        assert!(moments.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn clones_move_together() {
        let clock = Clock::system();
        let clone = clock.clone();
        let before = clone.now();
        clock.advance(3600);
        assert!(clone.now().since(before) >= 3600);
        clone.reset();
        assert!(clock.now().since(before) < 3600);
    }
}
