//! DynamoDB: the JSON protocol in front of the embedded database.

use axum::http::StatusCode;
use axum::response::Response;
use dynoxide::errors::{DynoxideError, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::answer::{Refusal, answer};
use super::call::{Call, Service};
use super::conflicts::Transactions;
use super::database::{Database, Engine};
use crate::usage::Units;

/// Names every operation once: for the list of them and for their dispatch.
macro_rules! operations {
    ($($name:literal => $method:ident),* $(,)?) => {
        /// The operations the stack answers.
        pub(super) const OPERATIONS: [&str; [$($name),*].len()] = [$($name),*];

        fn dispatch(engine: &Engine, operation: &str, request: Value) -> Result<Value> {
            match operation {
                $($name => write(&engine.$method(read(request)?)?),)*
                _ => Err(DynoxideError::SerializationException(String::new())),
            }
        }
    };
}

operations! {
    "BatchGetItem" => batch_get_item,
    "BatchWriteItem" => batch_write_item,
    "CreateTable" => create_table,
    "DeleteItem" => delete_item,
    "DeleteTable" => delete_table,
    "DescribeTable" => describe_table,
    "DescribeTimeToLive" => describe_time_to_live,
    "GetItem" => get_item,
    "ListTables" => list_tables,
    "PutItem" => put_item,
    "Query" => query,
    "Scan" => scan,
    "TransactGetItems" => transact_get_items,
    "TransactWriteItems" => transact_write_items,
    "UpdateItem" => update_item,
    "UpdateTable" => update_table,
    "UpdateTimeToLive" => update_time_to_live,
}

/// Operations that use read or write capacity and say how much when asked.
const READS: [&str; 5] = [
    "BatchGetItem",
    "GetItem",
    "Query",
    "Scan",
    "TransactGetItems",
];
const WRITES: [&str; 5] = [
    "BatchWriteItem",
    "DeleteItem",
    "PutItem",
    "TransactWriteItems",
    "UpdateItem",
];

const CAPACITY: &str = "ReturnConsumedCapacity";

/// Answers a call for one of [`OPERATIONS`], with what it used.
pub(super) async fn respond(
    database: &Database,
    transactions: &Transactions,
    call: &Call,
    body: &[u8],
) -> (Response, Units) {
    let operation = call.operation.as_str();
    let Ok(Value::Object(mut request)) = serde_json::from_slice(body) else {
        let refusal = Refusal::bad_request("SerializationException", "the body is not JSON");
        return (refusal.answer(Service::DynamoDb), Units::default());
    };
    let metered = READS.contains(&operation) || WRITES.contains(&operation);
    let asked = asks_for_capacity(&request);
    if metered && !asked {
        request.insert(CAPACITY.to_owned(), "TOTAL".into());
    }
    let request = Value::Object(request);
    let _under_way = match transactions.begin(operation, &request).await {
        Ok(under_way) => under_way,
        Err(conflict) => {
            let conflict = conflict.to_string();
            let response = answer(Service::DynamoDb, StatusCode::BAD_REQUEST, conflict);
            return (response, Units::default());
        }
    };
    match run(database, operation.to_owned(), request).await {
        Ok(mut result) => {
            let units = units(operation, &result);
            if metered
                && !asked
                && let Some(members) = result.as_object_mut()
            {
                members.remove("ConsumedCapacity");
            }
            (
                answer(Service::DynamoDb, StatusCode::OK, result.to_string()),
                units,
            )
        }
        Err(error) => (refuse(operation, error), Units::default()),
    }
}

fn asks_for_capacity(request: &Map<String, Value>) -> bool {
    // Anything but absence or NONE, so that a bad value is refused as AWS would.
    request.get(CAPACITY).is_some_and(|mode| mode != "NONE")
}

async fn run(database: &Database, operation: String, request: Value) -> Result<Value> {
    let writes = WRITES.contains(&operation.as_str());
    let dispatch = move |engine: &Engine| dispatch(engine, &operation, request);
    if writes {
        database.write(dispatch).await
    } else {
        database.run(dispatch).await
    }
}

/// The capacity in `result`; a batch or a transaction reports it by table.
fn units(operation: &str, result: &Value) -> Units {
    let consumed = match result.get("ConsumedCapacity") {
        Some(Value::Array(tables)) => tables.as_slice(),
        Some(table) => std::slice::from_ref(table),
        None => &[],
    };
    let sum = |member| {
        consumed
            .iter()
            .filter_map(|table| table.get(member)?.as_f64())
            .sum()
    };
    // Transactions split what they used: the replay of one costs reads, not writes.
    let (read, write): (f64, f64) = (sum("ReadCapacityUnits"), sum("WriteCapacityUnits"));
    match (read + write > 0.0, READS.contains(&operation)) {
        (true, _) => Units { read, write },
        (false, true) => Units {
            read: sum("CapacityUnits"),
            write: 0.0,
        },
        (false, false) => Units {
            read: 0.0,
            write: sum("CapacityUnits"),
        },
    }
}

fn read<T: DeserializeOwned>(request: Value) -> Result<T> {
    serde_json::from_value(request).map_err(|error| unreadable(&error.to_string()))
}

fn write<T: Serialize>(response: &T) -> Result<Value> {
    serde_json::to_value(response)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// The error for a request that could not be read. The engine's own decoders mark in `message`
/// which error DynamoDB answers; what serde found itself is an error of the wrong shape.
fn unreadable(message: &str) -> DynoxideError {
    let after = |mark| message.strip_prefix(mark).map(str::to_owned);
    let validation = after("VALIDATION:").or_else(|| after("VALIDATION_AS_READ:"));
    let serialization = after("SERIALIZATION:").or_else(|| after("SERIALIZATION_AS_READ:"));
    if let Some(message) = after("VALIDATION_REQUEST:") {
        DynoxideError::EnvelopedValidation(message)
    } else if let Some(message) = validation {
        DynoxideError::ValidationException(message)
    } else if let Some(message) = serialization {
        DynoxideError::SerializationException(message)
    } else if message.contains("missing field") || message.contains("AttributeValue") {
        DynoxideError::ValidationException(message.to_owned())
    } else {
        DynoxideError::SerializationException(message.to_owned())
    }
}

fn refuse(operation: &str, error: DynoxideError) -> Response {
    let error = match error {
        // These three operations count what they find wrong with the request.
        DynoxideError::EnvelopedValidation(message)
            if ["PutItem", "UpdateItem", "DeleteItem"].contains(&operation) =>
        {
            DynoxideError::ValidationException(format!("1 validation error detected: {message}"))
        }
        error => error,
    };
    let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
    if status.is_server_error() {
        tracing::error!(operation, %error, "the embedded database failed");
    }
    answer(Service::DynamoDb, status, error.to_json())
}
