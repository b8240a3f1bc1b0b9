//! How far the stream has been delivered, kept with the data.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};

/// A place in the stream: everything up to it has been dealt with.
pub(super) struct Position {
    value: AtomicI64,
    file: Option<PathBuf>,
}

impl Position {
    /// The place noted in `file`; the beginning if there is none.
    pub(super) fn new(file: Option<PathBuf>) -> Self {
        let noted = file
            .as_ref()
            .and_then(|file| std::fs::read_to_string(file).ok());
        let value = noted.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        Self {
            value: AtomicI64::new(value),
            file,
        }
    }

    pub(super) fn get(&self) -> i64 {
        self.value.load(Ordering::SeqCst)
    }

    /// Moves on to `value`.
    pub(super) fn set(&self, value: i64) {
        self.value.store(value, Ordering::SeqCst);
        if let Some(file) = &self.file
            && let Err(error) = std::fs::write(file, value.to_string())
        {
            tracing::error!(%error, file = %file.display(), "could not note the place in the stream");
        }
    }

    /// Goes back to the beginning.
    pub(super) fn forget(&self) {
        self.set(0);
    }
}
