//! Conflicts: writes that meet another transaction under way on one of their items.
//!
//! DynamoDB cancels such a write within milliseconds, without effect, and the SDK doesn't try it
//! again. It is no failure: whoever was first has only to get done.

use std::time::Duration;

use crate::random::Random;

/// How often one write is tried. With the pauses between them the tries take four seconds or so,
/// in which some hundred transactions on one item pass: a whole practice that signs in behind one
/// address, or asks for text messages, at the same moment.
const TRIES: u32 = 15;
/// Longest pause after the first conflict, in milliseconds. It doubles with each.
const FIRST_PAUSE: u64 = 20;
/// Longest pause, in milliseconds.
const LONGEST_PAUSE: u64 = 640;

/// The conflicts that one write has met.
pub(super) struct Conflicts {
    random: Random,
    met: u32,
}

impl Conflicts {
    /// None yet.
    pub(super) const fn new(random: Random) -> Self {
        Self { random, met: 0 }
    }

    /// Notes one more and waits; `false`, at once, if there have been enough.
    pub(super) async fn try_again(&mut self) -> bool {
        self.met += 1;
        if self.met >= TRIES {
            return false;
        }
        let longest = FIRST_PAUSE << (self.met - 1).min(5);
        pause(self.random, longest.min(LONGEST_PAUSE)).await;
        true
    }
}

/// Waits up to `milliseconds`, by chance, so that those who collided don't collide again.
pub(super) async fn pause(random: Random, milliseconds: u64) {
    let [byte] = random.bytes::<1>();
    let wait = milliseconds * (u64::from(byte) + 64) / 320;
    tokio::time::sleep(Duration::from_millis(wait)).await;
}
