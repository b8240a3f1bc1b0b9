//! One AWS request of a flow that fails in one way.

use serde_json::json;
use twostep_tests::System;

/// How an AWS request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Error,
    Throttle,
    Slow,
    Hang,
    After,
}

impl Mode {
    const ALL: [Self; 5] = [
        Self::Error,
        Self::Throttle,
        Self::Slow,
        Self::Hang,
        Self::After,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Throttle => "throttle",
            Self::Slow => "slow",
            Self::Hang => "hang",
            Self::After => "after",
        }
    }
}

/// One request that fails in one way.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(crate) service: String,
    pub(crate) operation: String,
    /// Which one: so many before it go well.
    skip: u64,
    /// How many there are of it.
    of: u64,
    pub(crate) mode: Mode,
    /// How many tries of it fail.
    tries: u64,
}

impl Trial {
    /// Tries the clients make (`runtime.rs`): sends are tried once.
    fn most_tries(&self) -> u64 {
        if self.is_send() { 1 } else { 3 }
    }

    /// The code of the problem it leads to.
    pub(crate) fn code(&self) -> &'static str {
        if self.is_send() {
            "delivery_unavailable"
        } else {
            "temporarily_unavailable"
        }
    }

    pub(crate) fn is_send(&self) -> bool {
        matches!(self.service.as_str(), "ses" | "sns")
    }

    /// Whether the SDK gets no answer at all.
    pub(crate) fn is_lasting(&self) -> bool {
        self.mode != Mode::Slow && self.tries == self.most_tries()
    }

    /// Whether it takes effect though nobody is told.
    pub(crate) fn is_lost(&self) -> bool {
        self.mode == Mode::After && self.is_lasting()
    }

    pub(crate) fn is_last_transaction(&self) -> bool {
        self.operation == "TransactWriteItems" && self.skip + 1 == self.of
    }

    /// The ways in which one of `of` requests fails.
    pub(crate) fn all(service: &str, operation: &str, skip: u64, of: u64) -> Vec<Self> {
        let mut trials = Vec::new();
        for mode in Mode::ALL {
            let one = Self {
                service: service.to_owned(),
                operation: operation.to_owned(),
                skip,
                of,
                mode,
                tries: 1,
            };
            let most = one.most_tries();
            // Errors and hangs that last, a throttling that passes, and lost answers of both
            // kinds: the clients treat what passes alike.
            if most > 1 && matches!(mode, Mode::Error | Mode::Hang | Mode::After) {
                trials.push(Self {
                    tries: most,
                    ..one.clone()
                });
            }
            if most == 1 || !matches!(mode, Mode::Error | Mode::Hang) {
                trials.push(one);
            }
        }
        trials
    }

    pub(crate) async fn begin(&self, system: &System, function: &str) {
        let mut fault = json!({
            "service": self.service, "operation": self.operation, "function": function,
            "mode": self.mode.name(), "skip": self.skip, "count": self.tries,
        });
        if self.mode == Mode::Slow {
            fault["delay_ms"] = json!(20);
        }
        system.fault(fault).await;
        if self.mode == Mode::Hang {
            system.hurry(5);
        }
    }

    pub(crate) async fn end(&self, system: &System) {
        // Time may be up before the last try of a request that hangs.
        let is_over = self.mode == Mode::Hang || system.faults_are_over().await;
        assert!(is_over, "the fault never happened");
        system.hurry(1);
        system.clear_faults().await;
    }
}
