//! A number that outlives the stack, if there is a data directory to keep it in.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A number, 0 at first, and the file it is kept in.
pub(crate) struct KeptNumber {
    value: Mutex<i64>,
    file: Option<PathBuf>,
}

impl KeptNumber {
    /// The number kept in `file`, which begins at 0; without a file in memory only.
    pub(crate) fn new(file: Option<PathBuf>) -> Self {
        let kept = file
            .as_ref()
            .and_then(|file| std::fs::read_to_string(file).ok());
        let value = kept.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        Self {
            value: Mutex::new(value),
            file,
        }
    }

    pub(crate) fn get(&self) -> i64 {
        *self.value()
    }

    /// Puts `value` in its place.
    pub(crate) fn set(&self, value: i64) {
        let mut kept = self.value();
        *kept = value;
        self.write(value);
    }

    /// Adds `more` to it.
    pub(crate) fn add(&self, more: i64) {
        let mut kept = self.value();
        *kept = kept.saturating_add(more);
        self.write(*kept);
    }

    fn value(&self) -> MutexGuard<'_, i64> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, value: i64) {
        if let Some(file) = &self.file
            && let Err(error) = replace(file, &value.to_string())
        {
            tracing::error!(%error, file = %file.display(), "could not be kept");
        }
    }
}

/// Writes a file so that it holds either what it held or `content`, whenever the process is killed.
fn replace(file: &Path, content: &str) -> io::Result<()> {
    let next = file.with_extension("next");
    std::fs::write(&next, content)?;
    std::fs::rename(next, file)
}
