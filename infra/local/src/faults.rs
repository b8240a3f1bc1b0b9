//! Trouble on demand: calls that fail, are throttled, slow, or lose their answer.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::aws::call::{Call, Service};
use crate::environment::INTERNAL;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// An internal error of the service, without effect.
    Error,
    /// The service's throttling error, without effect.
    Throttle,
    /// Works after a delay, unless the caller has gone by then.
    Slow,
    /// No answer, no effect.
    Hang,
    /// Takes effect, and then the connection closes without an answer.
    After,
}

/// Which calls are disturbed, how, and how many: after `skip` matching calls, the next `count`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    service: Service,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    function: Option<String>,
    mode: Mode,
    #[serde(default)]
    skip: u64,
    count: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
}

/// What is to happen to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    Error,
    Throttle,
    Slow(Duration),
    Hang,
    After,
}

/// Longest delay of a slow call: ten minutes.
const LONGEST_DELAY_MS: u64 = 600_000;

impl Fault {
    /// Why this fault can't be set, if it can't.
    fn refusal(&self) -> Option<String> {
        if self.count == 0 {
            return Some("count: must be at least 1".to_owned());
        }
        if let Some(operation) = &self.operation
            && !self.service.operations().contains(&operation.as_str())
        {
            let known = self.service.operations().join(", ");
            return Some(format!("operation: {} has {known}", self.service.name()));
        }
        match (self.mode, self.delay_ms) {
            (Mode::Slow, None) => Some("delay_ms: needed by mode slow".to_owned()),
            (_, Some(delay)) if delay > LONGEST_DELAY_MS => {
                Some(format!("delay_ms: must be at most {LONGEST_DELAY_MS}"))
            }
            _ => None,
        }
    }

    fn matches(&self, call: &Call) -> bool {
        self.count > 0
            && self.service == call.service
            && self
                .operation
                .as_ref()
                .is_none_or(|operation| *operation == call.operation)
            && self
                .function
                .as_ref()
                .is_none_or(|function| *function == call.function)
    }

    fn trouble(&self) -> Trouble {
        match self.mode {
            Mode::Error => Trouble::Error,
            Mode::Throttle => Trouble::Throttle,
            Mode::Slow => Trouble::Slow(Duration::from_millis(self.delay_ms.unwrap_or(0))),
            Mode::Hang => Trouble::Hang,
            Mode::After => Trouble::After,
        }
    }
}

/// The faults that are set, in the order they were.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    set: Mutex<Vec<Fault>>,
}

impl Faults {
    /// Sets one more fault; refuses one that makes no sense, saying why.
    pub(crate) fn add(&self, fault: Fault) -> Result<(), String> {
        if let Some(refusal) = fault.refusal() {
            return Err(refusal);
        }
        self.set().push(fault);
        Ok(())
    }

    /// Clears all faults.
    pub(crate) fn clear(&self) {
        self.set().clear();
    }

    /// The faults that still have calls to come: `skip` and `count` are what is left of them.
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.set().clone()
    }

    /// What is to happen to `call`, which counts for the fault that applies and for those
    /// before it that are still skipping.
    pub(crate) fn strike(&self, call: &Call) -> Option<Trouble> {
        if call.function == INTERNAL {
            return None;
        }
        let mut set = self.set();
        let trouble = set
            .iter_mut()
            .filter(|fault| fault.matches(call))
            .find_map(|fault| {
                if fault.skip > 0 {
                    fault.skip -= 1;
                    return None;
                }
                fault.count -= 1;
                Some(fault.trouble())
            });
        set.retain(|fault| fault.count > 0);
        trouble
    }

    fn set(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn faults(list: &[Value]) -> Faults {
        let faults = Faults::default();
        for fault in list {
            faults
                .add(serde_json::from_value(fault.clone()).unwrap())
                .unwrap();
        }
        faults
    }

    fn put(function: &str) -> Call {
        Call::new(function, Service::DynamoDb, "PutItem")
    }

    #[test]
    fn skips_then_strikes_then_is_gone() {
        let faults =
            faults(&[json!({"service": "dynamodb", "mode": "error", "skip": 1, "count": 2})]);
        let outcomes: Vec<_> = (0..4).map(|_| faults.strike(&put("login"))).collect();
        assert_eq!(
            outcomes,
            [None, Some(Trouble::Error), Some(Trouble::Error), None]
        );
        assert!(faults.list().is_empty());
    }

    #[test]
    fn strikes_only_the_service_operation_and_function_it_names() {
        let faults = faults(&[json!({"service": "dynamodb", "operation": "PutItem",
            "function": "login", "mode": "hang", "count": 1})]);
        assert_eq!(
            faults.strike(&Call::new("login", Service::Sns, "Publish")),
            None
        );
        assert_eq!(
            faults.strike(&Call::new("login", Service::DynamoDb, "GetItem")),
            None
        );
        assert_eq!(faults.strike(&put("validate")), None);
        assert_eq!(faults.strike(&put("login")), Some(Trouble::Hang));
    }

    #[test]
    fn of_several_the_first_that_applies_is_used_up_first() {
        let faults = faults(&[
            json!({"service": "dynamodb", "mode": "throttle", "skip": 1, "count": 1}),
            json!({"service": "dynamodb", "mode": "slow", "count": 2, "delay_ms": 5}),
        ]);
        let outcomes: Vec<_> = (0..4).map(|_| faults.strike(&put("login"))).collect();
        let slow = Some(Trouble::Slow(Duration::from_millis(5)));
        assert_eq!(outcomes, [slow, Some(Trouble::Throttle), slow, None]);
    }

    #[test]
    fn calls_of_the_stack_itself_are_left_alone() {
        let faults = faults(&[json!({"service": "dynamodb", "mode": "after", "count": 1})]);
        assert_eq!(faults.strike(&put(INTERNAL)), None);
        assert_eq!(faults.strike(&put("login")), Some(Trouble::After));
    }

    #[test]
    fn refuses_what_could_never_apply() {
        for (fault, reason) in [
            (
                json!({"service": "sns", "mode": "error", "count": 0}),
                "count",
            ),
            (
                json!({"service": "sns", "operation": "PutItem", "mode": "error", "count": 1}),
                "Publish",
            ),
            (
                json!({"service": "sns", "mode": "slow", "count": 1}),
                "delay_ms",
            ),
            (
                json!({"service": "sns", "mode": "slow", "count": 1, "delay_ms": 600_001}),
                "delay_ms",
            ),
        ] {
            let refusal = Faults::default().add(serde_json::from_value(fault).unwrap());
            assert!(refusal.unwrap_err().contains(reason), "{reason}");
        }
    }
}
