//! Handing records to the function, and what to do when it fails.

use std::sync::atomic::Ordering;
use std::time::Duration;

use lambda_http::Context;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::records::sequence_number;
use super::{FUNCTION, Shared};
use crate::functions::InvokeError;

/// Most records in one event.
const BATCH: usize = 10;

/// How long to wait before each further attempt; then a record becomes a dead letter.
const DELAYS: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// What became of a batch.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    /// Everything before this record is done; it and those after it come again.
    FailedFrom(usize),
    /// The function failed as a whole.
    Failed,
}

/// What a function answers that reports batch item failures.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    #[serde(default)]
    batch_item_failures: Vec<Failure>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

impl Shared {
    /// Hands `records` to the function until each is done or a dead letter.
    ///
    /// A batch that fails as a whole is halved until the record that fails is alone in it.
    pub(super) async fn deliver(&self, mut records: Vec<Value>) {
        let mut size = BATCH;
        let mut attempts = 0;
        while !records.is_empty() {
            let batch = records.get(..size.min(records.len())).unwrap_or_default();
            match self.invoke(batch).await {
                Outcome::Done => {
                    records.drain(..batch.len());
                    (size, attempts) = (BATCH, 0);
                    continue;
                }
                Outcome::FailedFrom(at) if at > 0 => {
                    records.drain(..at);
                    attempts = 0;
                }
                Outcome::Failed if batch.len() > 1 => {
                    size = batch.len() / 2;
                    continue;
                }
                Outcome::FailedFrom(_) | Outcome::Failed => {}
            }
            match DELAYS.get(attempts) {
                Some(delay) => self.rest(*delay).await,
                None => self.bury(records.remove(0)),
            }
            attempts = if attempts < DELAYS.len() {
                attempts + 1
            } else {
                0
            };
        }
    }

    async fn invoke(&self, batch: &[Value]) -> Outcome {
        let event = json!({"Records": batch}).to_string();
        let mut task = Ending(
            self.functions
                .current()
                .spawn(FUNCTION, event, Context::default()),
        );
        let result = (&mut task.0).await.unwrap_or(Err(InvokeError::Panicked));
        result.map_or_else(
            |error| {
                tracing::warn!(%error, "{FUNCTION} failed");
                Outcome::Failed
            },
            |answer| outcome(batch, &answer),
        )
    }

    /// Waits for trouble to pass: for `delay`, or until it is known to have passed.
    async fn rest(&self, delay: Duration) {
        if delay.is_zero() || self.redrive.load(Ordering::SeqCst) {
            return;
        }
        self.progress
            .send_modify(|progress| progress.resting = true);
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = self.wake.notified() => {}
        }
        self.progress
            .send_modify(|progress| progress.resting = false);
    }

    fn bury(&self, record: Value) {
        let sequence_number = sequence_number(&record).unwrap_or_default();
        tracing::error!(
            sequence_number,
            "{FUNCTION} failed too often: a dead letter"
        );
        self.dead_letters().push(record);
    }
}

/// Reads the function's answer as Lambda does: an identifier that is not of this batch, or an
/// answer of another shape, means the whole batch failed.
fn outcome(batch: &[Value], answer: &str) -> Outcome {
    let failures = match serde_json::from_str::<Option<Report>>(answer) {
        Ok(report) => report
            .map(|report| report.batch_item_failures)
            .unwrap_or_default(),
        Err(error) => {
            tracing::warn!(%error, "{FUNCTION} answered nonsense");
            return Outcome::Failed;
        }
    };
    let place = |failure: &Failure| {
        batch
            .iter()
            .position(|record| sequence_number(record) == Some(&failure.item_identifier))
    };
    match failures.iter().map(place).collect::<Option<Vec<usize>>>() {
        Some(places) => places
            .into_iter()
            .min()
            .map_or(Outcome::Done, Outcome::FailedFrom),
        None => Outcome::Failed,
    }
}

/// An invocation that ends with the driver.
struct Ending<T>(JoinHandle<T>);

impl<T> Drop for Ending<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_answer_as_lambda_does() {
        let record = |number: &str| json!({"dynamodb": {"SequenceNumber": number}});
        let batch = [record("1"), record("2"), record("3")];
        let failures = |ids: &[&str]| {
            let list: Vec<_> = ids.iter().map(|id| json!({"itemIdentifier": id})).collect();
            outcome(&batch, &json!({"batchItemFailures": list}).to_string())
        };
        assert_eq!(failures(&[]), Outcome::Done);
        assert_eq!(outcome(&batch, "null"), Outcome::Done);
        assert_eq!(outcome(&batch, "{}"), Outcome::Done);
        assert_eq!(failures(&["3", "2"]), Outcome::FailedFrom(1));
        assert_eq!(failures(&["1"]), Outcome::FailedFrom(0));
        assert_eq!(failures(&["2", "9"]), Outcome::Failed);
        assert_eq!(failures(&[""]), Outcome::Failed);
        assert_eq!(outcome(&batch, "7"), Outcome::Failed);
    }
}
