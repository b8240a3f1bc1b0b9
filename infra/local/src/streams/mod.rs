//! The table's stream, driven into the `notify` function as Lambda's event source mapping
//! would: filtered, in order, in batches, failed items again and in the end aside.

mod delivery;
mod records;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::aws::database::Database;
use crate::kept::KeptNumber;
use crate::runner::Runner;

/// The function that takes the stream.
const FUNCTION: &str = "notify";

/// Longest that anyone waits for the driver to catch up.
const PATIENCE: Duration = Duration::from_secs(5);

/// The stream of a stack. Clones are the same.
#[derive(Clone)]
pub(crate) struct Streams {
    shared: Arc<Shared>,
}

struct Shared {
    database: Database,
    functions: Runner,
    /// How far the stream has been delivered: everything up to here has been dealt with.
    position: KeptNumber,
    dead_letters: Mutex<Vec<Value>>,
    progress: watch::Sender<Progress>,
    /// Dead letters are to be tried again, and no retry need wait any longer.
    redrive: AtomicBool,
    wake: Notify,
    driver: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Clone, Copy, Default)]
struct Progress {
    /// Writes whose records have been dealt with.
    writes: u64,
    /// The driver waits before it tries a failed batch again.
    resting: bool,
}

impl Streams {
    /// A stream driver that has yet to be started; it keeps its place in `file`, or in memory.
    pub(crate) fn new(database: Database, functions: Runner, file: Option<PathBuf>) -> Self {
        let shared = Shared {
            database,
            functions,
            position: KeptNumber::new(file),
            dead_letters: Mutex::default(),
            progress: watch::Sender::default(),
            redrive: AtomicBool::new(false),
            wake: Notify::new(),
            driver: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Starts the driver, if there is a function to drive.
    pub(crate) fn start(&self) {
        if self.shared.functions.current().has(FUNCTION) {
            let shared = Arc::clone(&self.shared);
            shared
                .progress
                .send_modify(|progress| progress.resting = false);
            *self.shared.driver() = Some(tokio::spawn(shared.drive()));
        }
    }

    /// Stops the driver where it is, and the function with it.
    pub(crate) fn stop(&self) {
        if let Some(driver) = self.shared.driver().take() {
            driver.abort();
        }
    }

    /// Forgets where the stopped driver was and what it put aside: the table is a new one.
    pub(crate) fn forget(&self) {
        self.shared.position.set(0);
        self.shared.dead_letters().clear();
    }

    /// Waits until everything written before now has been handed to the function. Gives up
    /// after a while, and at once if the driver only waits for trouble to pass.
    pub(crate) async fn settle(&self) {
        if self.shared.driver().is_none() {
            return;
        }
        let target = *self.shared.database.writes().borrow();
        let mut progress = self.shared.progress.subscribe();
        let settled = progress.wait_for(|now| now.writes >= target || now.resting);
        if tokio::time::timeout(PATIENCE, settled).await.is_err() {
            tracing::warn!("the stream is behind");
        }
    }

    /// Tries again what failed, at once.
    pub(crate) fn redrive(&self) {
        self.shared.redrive.store(true, Ordering::SeqCst);
        // Whoever wants to see everything settled waits for the retry from now on.
        let progress = &self.shared.progress;
        progress.send_modify(|progress| progress.resting = false);
        self.shared.wake.notify_one();
    }

    /// The records given up on, oldest first.
    pub(crate) fn dead_letters(&self) -> Vec<Value> {
        self.shared.dead_letters().clone()
    }
}

impl Shared {
    async fn drive(self: Arc<Self>) {
        let mut writes = self.database.writes();
        loop {
            let seen = *writes.borrow_and_update();
            self.catch_up().await;
            if self.redrive.swap(false, Ordering::SeqCst) {
                let dead_letters = std::mem::take(&mut *self.dead_letters());
                self.deliver(dead_letters).await;
            }
            self.progress.send_modify(|progress| progress.writes = seen);
            tokio::select! {
                changed = writes.changed() => if changed.is_err() { return },
                () = self.wake.notified() => {}
            }
        }
    }

    /// Delivers every record after the current position.
    async fn catch_up(&self) {
        loop {
            let page = match records::read(&self.database, self.position.get()).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::debug!(%error, "could not read the stream");
                    return;
                }
            };
            self.deliver(page.wanted).await;
            if page.position != self.position.get() {
                self.position.set(page.position);
            }
            if !page.full {
                return;
            }
        }
    }

    fn dead_letters(&self) -> MutexGuard<'_, Vec<Value>> {
        self.dead_letters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn driver(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.driver.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
