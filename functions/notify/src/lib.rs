//! The `notify` function: mails the notices that the table's stream brings.

use lambda_http::lambda_runtime::LambdaEvent;
use serde::{Deserialize, Serialize};
use tracing::{error, info};
use twostep::flows::notify;
use twostep::runtime::App;
use twostep::store::keys::OUTBOX_PREFIX;
use twostep::telemetry::{Metric, with_calls};

/// A batch of the DynamoDB stream, as far as this function reads it: which items are new.
#[derive(Debug, Deserialize)]
pub struct StreamBatch {
    /// The records, oldest first.
    #[serde(rename = "Records")]
    pub records: Vec<StreamRecord>,
}

/// One change of an item.
#[derive(Debug, Deserialize)]
pub struct StreamRecord {
    /// The change.
    pub dynamodb: Change,
}

/// What changed.
#[derive(Debug, Deserialize)]
pub struct Change {
    /// The key of the item.
    #[serde(rename = "Keys")]
    pub keys: Keys,
    /// Names the record when it failed.
    #[serde(rename = "SequenceNumber")]
    pub sequence_number: String,
}

/// The key of an item.
#[derive(Debug, Deserialize)]
pub struct Keys {
    /// Its partition key.
    pub pk: Text,
}

/// A text attribute.
#[derive(Debug, Deserialize)]
pub struct Text {
    /// The text.
    #[serde(rename = "S")]
    pub text: String,
}

/// Which records Lambda is to hand over again (`ReportBatchItemFailures`).
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct BatchResponse {
    /// The failed records.
    #[serde(rename = "batchItemFailures")]
    pub failures: Vec<ItemFailure>,
}

/// A failed record.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ItemFailure {
    /// Its sequence number.
    #[serde(rename = "itemIdentifier")]
    pub sequence_number: String,
}

/// Mails the notices of a batch.
///
/// A record that fails is reported, and those after it are still tried: Lambda hands all over
/// again from the first failure on, and what was mailed is known.
///
/// # Errors
/// Never; failures are in the answer.
pub async fn handle(
    app: App,
    event: LambdaEvent<StreamBatch>,
) -> Result<BatchResponse, lambda_http::Error> {
    let mut response = BatchResponse::default();
    let (cold, function) = (app.telemetry.is_cold(), app.telemetry.function());
    if cold {
        app.count(Metric::ColdStart);
    }
    let request_id = event.context.request_id;
    for StreamRecord { dynamodb } in event.payload.records {
        let Some(id) = dynamodb.keys.pk.text.strip_prefix(OUTBOX_PREFIX) else {
            continue;
        };
        let (delivered, calls) = with_calls(notify::deliver(&app, id)).await;
        match delivered {
            Ok(sent) => {
                app.count(Metric::NoticesSent(sent));
                let outcome = "ok";
                info!(
                    function,
                    notice = id,
                    sent,
                    outcome,
                    request_id,
                    %calls,
                    cold,
                    "notified"
                );
            }
            Err(error) => {
                app.count(Metric::NoticeFailed);
                let outcome = "failed";
                error!(function, notice = id, %error, outcome, request_id, %calls, cold, "not notified yet");
                let sequence_number = dynamodb.sequence_number;
                response.failures.push(ItemFailure { sequence_number });
            }
        }
    }
    Ok(response)
}
