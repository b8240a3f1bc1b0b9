//! Transactions that conflict, as those of AWS do: whoever writes an item that is part of a
//! transaction under way is turned away at once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

/// The items of the transactions under way. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transactions {
    /// How long a transaction is under way before it takes effect; none conflict if it is zero.
    last: Duration,
    items: Arc<Mutex<HashSet<String>>>,
}

/// A write that nobody is in the way of. While it lasts, it is in the way of others.
pub(super) struct UnderWay {
    transactions: Transactions,
    items: Vec<String>,
}

impl Transactions {
    /// Transactions that last this long.
    pub(crate) fn lasting(last: Duration) -> Self {
        Self {
            last,
            items: Arc::default(),
        }
    }

    /// Lets a write begin, and waits as long as it lasts.
    ///
    /// # Errors
    /// The answer of DynamoDB, with status 400, if one of its items is being written.
    pub(super) async fn begin(&self, operation: &str, request: &Value) -> Result<UnderWay, Value> {
        let items = if self.last.is_zero() {
            Vec::new()
        } else {
            items(operation, request)
        };
        let taken: Vec<bool> = {
            let mut under_way = self.items.lock().unwrap_or_else(PoisonError::into_inner);
            let taken: Vec<bool> = items.iter().map(|item| under_way.contains(item)).collect();
            if !taken.contains(&true) && operation == TRANSACTION {
                under_way.extend(items.iter().cloned());
            }
            taken
        };
        if taken.contains(&true) {
            return Err(conflict(operation, &taken));
        }
        if operation != TRANSACTION {
            return Ok(self.holding(Vec::new()));
        }
        let under_way = self.holding(items);
        tokio::time::sleep(self.last).await;
        Ok(under_way)
    }

    fn holding(&self, items: Vec<String>) -> UnderWay {
        UnderWay {
            transactions: self.clone(),
            items,
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let items = &self.transactions.items;
        let mut under_way = items.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.retain(|item| !self.items.contains(item));
    }
}

const TRANSACTION: &str = "TransactWriteItems";

/// The items that `operation` writes, by their keys.
fn items(operation: &str, request: &Value) -> Vec<String> {
    let key = |write: &Value| {
        let key = write.get("Key").or_else(|| write.get("Item"));
        let part = |name| key.map_or(&Value::Null, |key| &key[name]);
        format!("{} {} {}", write["TableName"], part("pk"), part("sk"))
    };
    match operation {
        TRANSACTION => {
            let writes = request["TransactItems"].as_array().into_iter().flatten();
            let writes = writes.filter_map(|write| write.as_object()?.values().next());
            writes.map(key).collect()
        }
        "PutItem" | "UpdateItem" | "DeleteItem" => vec![key(request)],
        _ => Vec::new(),
    }
}

fn conflict(operation: &str, taken: &[bool]) -> Value {
    let kind = |name| format!("com.amazonaws.dynamodb.v20120810#{name}");
    if operation != TRANSACTION {
        return json!({
            "__type": kind("TransactionConflictException"),
            "message": "Transaction is ongoing for the item",
        });
    }
    let reasons = taken.iter().map(|taken| match taken {
        true => json!({
            "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item",
        }),
        false => json!({"Code": "None"}),
    });
    json!({
        "__type": kind("TransactionCanceledException"),
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons.collect::<Vec<_>>(),
    })
}
