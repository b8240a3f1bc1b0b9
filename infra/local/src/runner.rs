//! The functions as they run now; a reset starts them afresh.

use std::sync::{Arc, PoisonError, RwLock};

use crate::environment::Environment;
use crate::functions::Functions;

type Build = dyn Fn(&Environment) -> Functions + Send + Sync;

/// Holds the running functions. Clones are the same.
#[derive(Clone)]
pub(crate) struct Runner {
    build: Arc<Build>,
    environment: Environment,
    running: Arc<RwLock<Arc<Functions>>>,
}

impl Runner {
    /// Starts what `build` makes in `environment`.
    pub(crate) fn start(build: Arc<Build>, environment: Environment) -> Self {
        let running = Arc::new(RwLock::new(Arc::new(build(&environment))));
        Self {
            build,
            environment,
            running,
        }
    }

    /// The functions a new invocation goes to.
    pub(crate) fn current(&self) -> Arc<Functions> {
        Arc::clone(&self.running.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces every function by a cold-started one, which remembers nothing. Invocations
    /// under way end where they are.
    pub(crate) fn restart(&self) {
        let fresh = Arc::new((self.build)(&self.environment));
        *self.running.write().unwrap_or_else(PoisonError::into_inner) = fresh;
    }
}
