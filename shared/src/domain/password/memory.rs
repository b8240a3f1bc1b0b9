//! The memory that argon2 works in, kept from one password to the next.
//!
//! 19 MiB that are asked of the system for each password cost as much again as a quarter of the
//! hash: every page is handed over, zeroed, on its first use. And what an allocator keeps of what
//! several threads had is a multiple of it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use argon2::Block;
use zeroize::Zeroize as _;

use super::{MEMORY_KIB, Password, PhcString, Verdict};

/// Memory to verify passwords in. It holds nothing of a password once that is verified.
#[derive(Default)]
pub struct Memory(Vec<Block>);

impl Memory {
    /// At least `blocks` of 1 KiB; `None` if there aren't any.
    pub(super) fn blocks(&mut self, blocks: usize) -> Option<&mut [Block]> {
        let missing = blocks.saturating_sub(self.0.len());
        self.0.try_reserve_exact(missing).ok()?;
        self.0.resize(blocks.max(self.0.len()), Block::new());
        self.0.get_mut(..blocks)
    }

    /// Wipes what the last password has left: from the first blocks alone guesses at it could be
    /// checked without the work that argon2 makes them.
    pub(super) fn wipe(&mut self) {
        // An imported hash may have taken more than today's passwords ever will.
        self.0.truncate(usize::try_from(MEMORY_KIB).unwrap_or(0));
        self.0.shrink_to_fit();
        self.0.iter_mut().zeroize();
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory({} KiB)", self.0.len())
    }
}

/// The memory of a process that verifies one password after another, as a Lambda environment
/// does. Passwords at the same time each get their own, and the last one's is kept. Clones
/// share it.
#[derive(Clone, Debug, Default)]
pub struct SpareMemory(Arc<Mutex<Option<Memory>>>);

impl SpareMemory {
    /// Compares a password with a hash, like [`verify`](super::verify).
    #[must_use]
    pub fn verify(&self, password: &Password, hash: &PhcString) -> Verdict {
        let spare = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = spare().take().unwrap_or_default();
        let verdict = super::verify_in(&mut memory, password, hash);
        *spare() = Some(memory);
        verdict
    }
}
