//! Reading the stream, and which of its records the function is to see.

use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::{decode_shard_iterator, encode_shard_iterator};
use dynoxide::errors::Result;
use dynoxide::streams::{shard_id, stream_arn};
use dynoxide::types::AttributeValue;
use serde_json::Value;

use crate::aws::database::Database;
use crate::environment::TABLE_NAME;

/// Records read at once.
const PAGE: usize = 100;

/// Only new items whose partition key starts like this go to the function: the filter of the
/// event source mapping.
const WANTED_PREFIX: &str = "OUTBOX#";

/// Part of the stream.
pub(super) struct Page {
    /// Records for the function, as Lambda passes them.
    pub(super) wanted: Vec<Value>,
    /// Where to read on.
    pub(super) position: i64,
    /// There were as many records as are read at once, so there may be more.
    pub(super) full: bool,
}

/// The records after `position`. A table that doesn't exist yet has none.
pub(super) async fn read(database: &Database, position: i64) -> Result<Page> {
    let shard = shard_id(TABLE_NAME);
    let request = GetRecordsRequest {
        shard_iterator: encode_shard_iterator(TABLE_NAME, &shard, position),
        limit: Some(PAGE),
    };
    let response = database
        .run(move |engine| engine.get_records(request))
        .await?;
    let next = response
        .next_shard_iterator
        .as_deref()
        .and_then(decode_shard_iterator);
    let wanted = response.records.iter().filter(|record| is_wanted(record));
    let wanted = wanted.filter_map(|record| serde_json::to_value(record).ok());
    Ok(Page {
        wanted: wanted.map(with_source).collect(),
        position: next.map_or(position, |(_, _, position)| position),
        full: response.records.len() == PAGE,
    })
}

fn is_wanted(record: &Record) -> bool {
    let key = record.dynamodb.keys.get("pk");
    record.event_name == "INSERT"
        && matches!(key, Some(AttributeValue::S(key)) if key.starts_with(WANTED_PREFIX))
}

/// Adds what Lambda adds to a record of the stream.
fn with_source(mut record: Value) -> Value {
    if let Some(members) = record.as_object_mut() {
        let arn = stream_arn(TABLE_NAME, "2026-01-01T00:00:00.000");
        members.insert("eventSourceARN".to_owned(), arn.into());
    }
    record
}

/// What tells a record from others in the answer of the function.
pub(super) fn sequence_number(record: &Value) -> Option<&str> {
    record
        .pointer("/dynamodb/SequenceNumber")
        .and_then(Value::as_str)
}
