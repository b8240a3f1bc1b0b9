//! The embedded DynamoDB: opened once, emptied by a reset, shared by everything that reads it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dynoxide::errors::{DynoxideError, Result};
use tokio::sync::{RwLock, watch};
use twostep::random::Random;

use crate::ids;

/// The database itself, as the embedded engine offers it.
pub(crate) use dynoxide::Database as Engine;

/// The tables of a stack, in memory or in a file. Clones are the same tables.
#[derive(Clone)]
pub(crate) struct Database {
    /// Operations share the lock; a reset takes it alone, so none of them ever meets a database
    /// that is half there.
    engine: Arc<RwLock<Engine>>,
    file: Option<PathBuf>,
    /// Goes up with every write; the stream driver waits for it.
    writes: watch::Sender<u64>,
}

impl Database {
    /// Opens the database kept in `file`, or one in memory.
    pub(crate) fn open(file: Option<PathBuf>) -> Result<Self> {
        let engine = Arc::new(RwLock::new(open(file.as_deref())?));
        Ok(Self {
            engine,
            file,
            writes: watch::Sender::new(0),
        })
    }

    /// Runs `operation`, which may wait for the disk, where it holds nobody else up. It runs to
    /// its end even if nobody waits for the result any more.
    pub(crate) async fn run<T, F>(&self, operation: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Engine) -> Result<T> + Send + 'static,
    {
        let engine = Arc::clone(&self.engine).read_owned().await;
        tokio::task::spawn_blocking(move || operation(&engine))
            .await
            .unwrap_or_else(ended)
    }

    /// Like [`Database::run`], and tells the stream driver that there may be new records.
    pub(crate) async fn write<T, F>(&self, operation: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Engine) -> Result<T> + Send + 'static,
    {
        let writes = self.writes.clone();
        self.run(move |engine| {
            let result = operation(engine);
            writes.send_modify(|count| *count += 1);
            result
        })
        .await
    }

    /// How many writes there were, to wait for more.
    pub(crate) fn writes(&self) -> watch::Receiver<u64> {
        self.writes.subscribe()
    }

    /// Forgets every table and everything in them, once the operations under way are done.
    pub(crate) async fn erase(&self) -> Result<()> {
        let mut engine = Arc::clone(&self.engine).write_owned().await;
        let file = self.file.clone();
        let erase = move || {
            // The file can go only when nothing has it open any more.
            *engine = open(None)?;
            if let Some(file) = file {
                remove(&file)?;
                *engine = open(Some(&file))?;
            }
            Ok(())
        };
        tokio::task::spawn_blocking(erase)
            .await
            .unwrap_or_else(ended)
    }
}

/// Opens the database in `file`, or a fresh one in memory that only this process can name.
fn open(file: Option<&Path>) -> Result<Engine> {
    let name = match file {
        Some(file) => file.to_str().map(str::to_owned),
        None => Some(format!("file:/{}?vfs=memdb", ids::uuid(Random))),
    };
    let name = name.ok_or_else(|| internal("its path is not UTF-8"))?;
    let engine = Engine::new(&name)?;
    if let Err(error) = index_stream(&name) {
        tracing::debug!(%error, "writes will slow down as the stream grows");
    }
    Ok(engine)
}

/// The engine finds the end of the stream by looking at every record, with every write. An
/// index makes that independent of how many there are.
fn index_stream(name: &str) -> rusqlite::Result<()> {
    rusqlite::Connection::open(name)?.execute_batch(
        "CREATE INDEX IF NOT EXISTS twostep_stream_order
            ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
    )
}

/// Removes the database `file` and what SQLite keeps beside it.
fn remove(file: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(internal(format!("{}: {error}", file.display())));
            }
            _ => {}
        }
    }
    Ok(())
}

fn internal(message: impl ToString) -> DynoxideError {
    DynoxideError::InternalServerError(message.to_string())
}

fn ended<T>(error: tokio::task::JoinError) -> Result<T> {
    Err(internal(error))
}
