//! DynamoDB: one table, read by key and written by conditional transactions.
//!
//! Every decision is made on consistent reads and written in one [`Store::commit`] whose
//! conditions name what was read. A commit carries an idempotency token (the SDK's
//! `ClientRequestToken`), so a retry of one whose answer was lost is recognised as done.

mod conflicts;
pub mod guards;
pub mod keys;
pub mod query;
pub mod records;
pub mod schema;
pub mod write;

use std::collections::HashMap;
use std::error::Error;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, KeysAndAttributes, ReturnConsumedCapacity, ReturnValue,
};
use serde::de::DeserializeOwned;

use self::conflicts::Conflicts;
use self::keys::Key;
use self::write::Write;
use crate::random::Random;

/// An item as DynamoDB has it.
pub type Item = HashMap<String, AttributeValue>;

/// Why the table couldn't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB failed, was too slow or throttled. Trying again later helps.
    #[error("DynamoDB: {0}")]
    Unavailable(String),
    /// An item isn't what it should be, or a write couldn't be built. A fault of ours.
    #[error("inconsistent data: {0}")]
    Inconsistent(String),
}

impl From<BuildError> for StoreError {
    fn from(error: BuildError) -> Self {
        Self::Inconsistent(error.to_string())
    }
}

fn unavailable<E>(error: &SdkError<E>) -> StoreError
where
    E: Error + ProvideErrorMetadata + 'static,
{
    StoreError::Unavailable(describe(error))
}

/// What went wrong, in words that are safe to log. The SDK's own description ends with the whole
/// answer, and so with whatever items are in it.
fn describe<E>(error: &SdkError<E>) -> String
where
    E: Error + ProvideErrorMetadata + 'static,
{
    match error {
        SdkError::ServiceError(_) | SdkError::ResponseError(_) => {
            let code = error.code().unwrap_or("unreadable answer");
            match error.message() {
                Some(message) => format!("{code}: {message}"),
                None => code.to_owned(),
            }
        }
        // Nothing came back, so there is nothing in the causes but how that happened.
        _ => std::iter::successors(Some(error as &dyn Error), |&error| error.source())
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(": "),
    }
}

/// Why a commit didn't happen. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The condition of a write didn't hold.
    #[error("refused: {0:?}")]
    Refused(Refused),
    /// The table couldn't be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which writes of a commit were refused.
#[derive(Debug, Default)]
pub struct Refused {
    items: Vec<Option<Item>>,
}

impl Refused {
    /// Whether the write at `index` was refused.
    #[must_use]
    pub fn at(&self, index: usize) -> bool {
        self.items.get(index).is_some_and(Option::is_some)
    }

    /// The item that the write at `index` found and was refused for; empty if there was none.
    #[must_use]
    pub fn found(&self, index: usize) -> Option<&Item> {
        self.items.get(index)?.as_ref()
    }
}

/// The items of a read, by key.
#[derive(Debug, Default)]
pub struct Items(HashMap<Key, Item>);

impl Items {
    /// The item with this key as a record; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] if it isn't such a record.
    pub fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        self.0
            .get(key)
            .map(|item| from_item(item.clone()))
            .transpose()
    }

    /// The item with this key as it is; empty if there is none.
    #[must_use]
    pub fn raw(&self, key: &Key) -> Item {
        self.0.get(key).cloned().unwrap_or_default()
    }
}

/// Reads a record from an item.
///
/// # Errors
/// [`StoreError::Inconsistent`] if it isn't such a record.
pub fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    let key = Key::of(&item);
    serde_dynamo::from_item(item).map_err(|error| {
        // The key says which item it is; serde's message could quote what is in it.
        let _ = error;
        let key = key.map_or_else(String::new, |key| format!("{} {}", key.pk, key.sk));
        StoreError::Inconsistent(format!("unreadable item {key}"))
    })
}

/// The table.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
    random: Random,
}

impl Store {
    /// The table of this name.
    #[must_use]
    pub fn new(client: Client, table: String, random: Random) -> Self {
        Self {
            client,
            table,
            random,
        }
    }

    /// Reads up to 100 items by key, consistently, in one request.
    ///
    /// # Errors
    /// [`StoreError`] if DynamoDB can't be read.
    pub async fn read(&self, keys: &[Key]) -> Result<Items, StoreError> {
        let mut wanted: Vec<&Key> = Vec::with_capacity(keys.len());
        for key in keys {
            if !wanted.contains(&key) {
                wanted.push(key);
            }
        }
        let keys = wanted.into_iter().map(Key::attributes).collect();
        let request = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(true)
            .build()?;
        let mut pending = Some(HashMap::from([(self.table.clone(), request)]));
        let mut items = Items::default();
        // What DynamoDB leaves unprocessed under load is asked for again, but not for ever.
        for _ in 0..4 {
            let Some(request) = pending.take() else {
                return Ok(items);
            };
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(request))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(|error| unavailable(&error))?;
            let found = answer.responses.unwrap_or_default().into_values().flatten();
            items
                .0
                .extend(found.filter_map(|item| Some((Key::of(&item)?, item))));
            pending = answer.unprocessed_keys.filter(|keys| !keys.is_empty());
            if pending.is_none() {
                return Ok(items);
            }
            conflicts::pause(self.random, 20).await;
        }
        Err(StoreError::Unavailable(
            "BatchGetItem leaves keys unprocessed".to_owned(),
        ))
    }

    /// Makes all writes or none.
    ///
    /// # Errors
    /// [`CommitError::Refused`] says which conditions didn't hold.
    pub async fn commit(&self, writes: Vec<Write>) -> Result<(), CommitError> {
        let items = writes
            .into_iter()
            .map(|write| write.into_transact(&self.table))
            .collect::<Result<Vec<_>, _>>()?;
        let mut conflicts = Conflicts::new(self.random);
        loop {
            let result = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            let Err(error) = result else { return Ok(()) };
            match cancellation(&error) {
                Some(reasons) if has(reasons, "ConditionalCheckFailed") => {
                    return Err(CommitError::Refused(refused(reasons)));
                }
                Some(reasons)
                    if has(reasons, "TransactionConflict") && conflicts.try_again().await => {}
                _ => return Err(unavailable(&error).into()),
            }
        }
    }

    /// Makes one plain update, for writes that do no harm when done twice.
    ///
    /// Gives back the item as it is then; `None` if the condition didn't hold.
    ///
    /// # Errors
    /// [`StoreError`] if DynamoDB can't be written.
    pub async fn touch(&self, write: Write) -> Result<Option<Item>, StoreError> {
        let Some(parts) = write.into_update() else {
            return Err(StoreError::Inconsistent("touch takes an update".to_owned()));
        };
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(parts.key))
            .update_expression(parts.update)
            .set_condition_expression(parts.condition)
            .set_expression_attribute_names(parts.names)
            .set_expression_attribute_values(parts.values)
            .return_values(ReturnValue::AllNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let mut conflicts = Conflicts::new(self.random);
        loop {
            let error = match request.clone().send().await {
                Ok(answer) => return Ok(Some(answer.attributes.unwrap_or_default())),
                Err(error) => error,
            };
            match error.as_service_error() {
                Some(service) if service.is_conditional_check_failed_exception() => {
                    return Ok(None);
                }
                Some(service)
                    if service.is_transaction_conflict_exception()
                        && conflicts.try_again().await => {}
                _ => return Err(unavailable(&error)),
            }
        }
    }
}

fn cancellation(error: &SdkError<TransactWriteItemsError>) -> Option<&[CancellationReason]> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            Some(cancelled.cancellation_reasons())
        }
        _ => None,
    }
}

fn has(reasons: &[CancellationReason], code: &str) -> bool {
    reasons.iter().any(|reason| reason.code() == Some(code))
}

fn refused(reasons: &[CancellationReason]) -> Refused {
    let items = reasons.iter().map(|reason| {
        (reason.code() == Some("ConditionalCheckFailed"))
            .then(|| reason.item().cloned().unwrap_or_default())
    });
    Refused {
        items: items.collect(),
    }
}
