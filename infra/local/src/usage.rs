//! Counts of the AWS requests each function made.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::aws::call::Call;

/// Requests since the last [`Usage::clear`].
#[derive(Debug, Default)]
pub(crate) struct Usage {
    counted: Mutex<BTreeMap<Key, Tally>>,
}

/// Function, service, operation.
type Key = (String, &'static str, String);

/// DynamoDB capacity a request used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Units {
    pub(crate) read: f64,
    pub(crate) write: f64,
}

#[derive(Debug, Default)]
struct Tally {
    count: u64,
    units: Units,
}

/// What `/_local/usage` shows.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    requests: Vec<Line>,
    total: u64,
}

#[derive(Debug, Serialize)]
struct Line {
    function: String,
    service: &'static str,
    operation: String,
    count: u64,
    read_units: f64,
    write_units: f64,
}

impl Usage {
    /// Counts a request as it arrives, whatever becomes of it.
    pub(crate) fn count(&self, call: &Call) {
        self.counted().entry(key(call)).or_default().count += 1;
    }

    /// Adds the capacity a counted request used.
    pub(crate) fn add_units(&self, call: &Call, used: Units) {
        // Only to what is still counted: the request may be from before the last clear.
        if let Some(tally) = self.counted().get_mut(&key(call)) {
            tally.units.read += used.read;
            tally.units.write += used.write;
        }
    }

    /// Forgets everything counted.
    pub(crate) fn clear(&self) {
        self.counted().clear();
    }

    /// Everything counted, sorted by function, service and operation.
    pub(crate) fn report(&self) -> Report {
        let counted = self.counted();
        let total = counted.values().map(|tally| tally.count).sum();
        let line = |((function, service, operation), tally): (&Key, &Tally)| Line {
            function: function.clone(),
            service,
            operation: operation.clone(),
            count: tally.count,
            read_units: tally.units.read,
            write_units: tally.units.write,
        };
        Report {
            requests: counted.iter().map(line).collect(),
            total,
        }
    }

    fn counted(&self) -> MutexGuard<'_, BTreeMap<Key, Tally>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(call: &Call) -> Key {
    (
        call.function.clone(),
        call.service.name(),
        call.operation.clone(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::aws::call::Service;

    #[test]
    fn counts_by_function_service_and_operation() {
        let usage = Usage::default();
        let put = Call::new("login", Service::DynamoDb, "PutItem");
        usage.count(&put);
        usage.add_units(
            &put,
            Units {
                read: 0.0,
                write: 2.0,
            },
        );
        usage.count(&put);
        usage.count(&Call::new("challenge", Service::Ses, "SendEmail"));
        assert_eq!(
            to_value(usage.report()).unwrap(),
            json!({"total": 3, "requests": [
                {"function": "challenge", "service": "ses", "operation": "SendEmail",
                 "count": 1, "read_units": 0.0, "write_units": 0.0},
                {"function": "login", "service": "dynamodb", "operation": "PutItem",
                 "count": 2, "read_units": 0.0, "write_units": 2.0},
            ]})
        );
        usage.clear();
        usage.add_units(
            &put,
            Units {
                read: 1.0,
                write: 0.0,
            },
        );
        assert_eq!(
            to_value(usage.report()).unwrap(),
            json!({"total": 0, "requests": []})
        );
    }
}
