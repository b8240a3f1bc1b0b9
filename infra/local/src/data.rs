//! The data directory: what outlives a stack that was started with `--data`.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use twostep::random::Random;

use crate::aws::MasterKey;
use crate::stack::StartError;

/// A locked data directory; nothing at all if data is kept in memory.
#[derive(Debug)]
pub(crate) struct Data {
    kept: Option<Directory>,
}

#[derive(Debug)]
struct Directory {
    path: PathBuf,
    /// Unlocks when closed.
    _lock: File,
}

impl Data {
    /// Makes `directory` if missing, and keeps other stacks out of it.
    pub(crate) fn open(directory: Option<&Path>) -> Result<Self, StartError> {
        let Some(path) = directory else {
            return Ok(Self { kept: None });
        };
        let refusal = |error: &dyn ToString| refusal(path, error);
        std::fs::create_dir_all(path).map_err(|error| refusal(&error))?;
        let lock = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path.join("lock"));
        let lock = lock.map_err(|error| refusal(&error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(refusal(&"another stack is using it")),
            Err(TryLockError::Error(error)) => return Err(refusal(&error)),
        }
        Ok(Self {
            kept: Some(Directory {
                path: path.to_owned(),
                _lock: lock,
            }),
        })
    }

    /// The file of the tables, if there is one.
    pub(crate) fn database(&self) -> Option<PathBuf> {
        self.file("dynamodb.sqlite")
    }

    /// The file that notes how far the stream was delivered.
    pub(crate) fn stream_position(&self) -> Option<PathBuf> {
        self.file("stream-position")
    }

    /// The file that notes how far the clock was moved forward.
    pub(crate) fn clock(&self) -> Option<PathBuf> {
        self.file("clock")
    }

    /// The master key of the local KMS: the one of earlier, or a new one.
    pub(crate) fn master_key(&self, random: Random) -> Result<MasterKey, StartError> {
        let Some(file) = self.file("kms-master-key") else {
            return Ok(random.bytes());
        };
        match std::fs::read(&file) {
            Ok(bytes) => MasterKey::try_from(bytes.as_slice())
                .map_err(|_| self.refusal("kms-master-key must have 32 bytes")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key: MasterKey = random.bytes();
                write_private(&file, &key).map_err(|error| self.refusal(error))?;
                Ok(key)
            }
            Err(error) => Err(self.refusal(error)),
        }
    }

    /// The error that says the directory can't be used because of `reason`.
    pub(crate) fn refusal(&self, reason: impl ToString) -> StartError {
        let path = self
            .kept
            .as_ref()
            .map(|kept| kept.path.clone())
            .unwrap_or_default();
        refusal(&path, &reason)
    }

    fn file(&self, name: &str) -> Option<PathBuf> {
        Some(self.kept.as_ref()?.path.join(name))
    }
}

fn refusal(path: &Path, reason: &dyn ToString) -> StartError {
    StartError::Data(path.to_owned(), reason.to_string())
}

/// Writes a file that only its owner may read.
fn write_private(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(content)
}
