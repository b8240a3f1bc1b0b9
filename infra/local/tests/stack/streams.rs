//! The table's stream, with a small function in the place of `notify`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tokio::sync::watch;
use twostep_local::{Environment, Functions, Options, Stack, TABLE_NAME};

use crate::common::{call, dynamodb, get, stack};

/// Every event the function was called with.
type Events = Arc<watch::Sender<Vec<Value>>>;

/// A stack whose stream function notes its events and answers as `respond` says, given the
/// event and how many there were before.
async fn driven<R>(respond: R) -> (Stack, Events)
where
    R: Fn(&Value, usize) -> Result<Value, String> + Clone + Send + Sync + 'static,
{
    let events = Events::default();
    let seen = Arc::clone(&events);
    let stack = stack(move |_| functions(&seen, respond.clone())).await;
    (stack, events)
}

fn functions<R>(events: &Events, respond: R) -> Functions
where
    R: Fn(&Value, usize) -> Result<Value, String> + Clone + Send + Sync + 'static,
{
    let events = Arc::clone(events);
    Functions::none().json("notify", move |event: Value| {
        let answer = respond(&event, events.borrow().len());
        events.send_modify(|events| events.push(event));
        async move { answer }
    })
}

fn all_done(_: &Value, _: usize) -> Result<Value, String> {
    Ok(json!({"batchItemFailures": []}))
}

/// The keys in each event, in order.
fn keys(events: &Events) -> Vec<Vec<String>> {
    let events = events.borrow();
    let keys = |event: &Value| {
        let records = event["Records"].as_array().unwrap().iter();
        records
            .map(|record| {
                record["dynamodb"]["Keys"]["pk"]["S"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect()
    };
    events.iter().map(keys).collect()
}

async fn put(stack: &Stack, pk: &str) {
    let put = dynamodb(stack, "validate")
        .put_item()
        .table_name(TABLE_NAME);
    let put = put.item("pk", AttributeValue::S(pk.to_owned()));
    put.item("sk", AttributeValue::S("-".to_owned()))
        .send()
        .await
        .unwrap();
}

/// Waits until the function has seen what was written.
async fn settle(stack: &Stack) -> Value {
    get(stack, "/_local/dead-letters").await.json()["records"].clone()
}

fn failures(event: &Value, of: &str) -> Value {
    let records = event["Records"].as_array().unwrap().iter();
    let failed = records.filter(|record| record["dynamodb"]["Keys"]["pk"]["S"] == of);
    let ids: Vec<_> = failed
        .map(|record| json!({"itemIdentifier": record["dynamodb"]["SequenceNumber"]}))
        .collect();
    json!({"batchItemFailures": ids})
}

#[tokio::test]
async fn new_outbox_items_reach_the_function_in_the_shape_lambda_passes() {
    let (stack, events) = driven(all_done).await;
    for pk in ["USER#1", "OUTBOX#1", "OUTBOX#1"] {
        put(&stack, pk).await;
    }
    assert_eq!(settle(&stack).await, json!([]));
    assert_eq!(
        keys(&events),
        [["OUTBOX#1"]],
        "not other items, and not the change of one"
    );
    let event = events.borrow()[0].clone();
    let record = &event["Records"][0];
    assert_eq!(record["eventName"], "INSERT");
    assert_eq!(record["eventSource"], "aws:dynamodb");
    assert!(
        record["eventSourceARN"]
            .as_str()
            .unwrap()
            .contains(":table/twostep/stream/")
    );
    assert!(record["awsRegion"].is_string() && record["eventID"].is_string());
    assert_eq!(record["dynamodb"]["StreamViewType"], "NEW_IMAGE");
    assert_eq!(
        record["dynamodb"]["NewImage"],
        json!({"pk": {"S": "OUTBOX#1"}, "sk": {"S": "-"}})
    );
    let read = serde_json::from_value::<aws_lambda_events::dynamodb::Event>(event);
    assert_eq!(read.unwrap().records.len(), 1);
}

#[tokio::test]
async fn many_records_come_in_order_in_batches() {
    let (stack, events) = driven(all_done).await;
    let expected: Vec<String> = (0..25).map(|number| format!("OUTBOX#{number}")).collect();
    for pk in &expected {
        put(&stack, pk).await;
    }
    settle(&stack).await;
    assert_eq!(keys(&events).concat(), expected);
    assert!(keys(&events).iter().all(|batch| batch.len() <= 10));
}

#[tokio::test]
async fn records_from_a_reported_failure_on_come_again() {
    let (stack, events) = driven(|event, before| {
        Ok(if before == 0 {
            failures(event, "OUTBOX#b")
        } else {
            json!({})
        })
    })
    .await;
    let client = dynamodb(&stack, "validate");
    let item = |pk: &str| {
        let put = aws_sdk_dynamodb::types::Put::builder().table_name(TABLE_NAME);
        let put = put.item("pk", AttributeValue::S(pk.to_owned()));
        let put = put
            .item("sk", AttributeValue::S("-".to_owned()))
            .build()
            .unwrap();
        aws_sdk_dynamodb::types::TransactWriteItem::builder()
            .put(put)
            .build()
    };
    let items = ["OUTBOX#a", "OUTBOX#b", "OUTBOX#c"].map(item).to_vec();
    client
        .transact_write_items()
        .set_transact_items(Some(items))
        .send()
        .await
        .unwrap();
    assert_eq!(settle(&stack).await, json!([]));
    let seen = keys(&events);
    assert_eq!(seen[0], ["OUTBOX#a", "OUTBOX#b", "OUTBOX#c"]);
    assert_eq!(seen[1], ["OUTBOX#b", "OUTBOX#c"]);
    assert_eq!(seen.len(), 2);
}

#[tokio::test]
async fn a_function_that_fails_is_called_again() {
    let (stack, events) = driven(|_, before| match before {
        0 | 1 => Err("not now".to_owned()),
        _ => Ok(Value::Null),
    })
    .await;
    put(&stack, "OUTBOX#1").await;
    events
        .subscribe()
        .wait_for(|events| events.len() == 3)
        .await
        .unwrap();
    assert_eq!(settle(&stack).await, json!([]));
    assert_eq!(keys(&events), [["OUTBOX#1"], ["OUTBOX#1"], ["OUTBOX#1"]]);
}

#[tokio::test]
async fn a_record_that_keeps_failing_is_put_aside_until_faults_are_cleared() {
    let broken = Arc::new(AtomicBool::new(true));
    let is_broken = Arc::clone(&broken);
    let (stack, events) = driven(move |event, _| {
        let broken = is_broken.load(Ordering::SeqCst);
        Ok(if broken {
            failures(event, "OUTBOX#bad")
        } else {
            Value::Null
        })
    })
    .await;
    put(&stack, "OUTBOX#bad").await;
    put(&stack, "OUTBOX#good").await;
    let last = |events: &Vec<Value>| {
        let records = events
            .last()
            .map(|event| event["Records"].clone())
            .unwrap_or_default();
        records
            .as_array()
            .map(|records| records[0]["dynamodb"]["Keys"]["pk"]["S"].clone())
    };
    let mut waiting = events.subscribe();
    waiting
        .wait_for(|events| last(events) == Some(json!("OUTBOX#good")))
        .await
        .unwrap();
    let dead_letters = settle(&stack).await;
    assert_eq!(dead_letters[0]["dynamodb"]["Keys"]["pk"]["S"], "OUTBOX#bad");
    assert_eq!(dead_letters.as_array().unwrap().len(), 1);

    broken.store(false, Ordering::SeqCst);
    call(&stack, "DELETE", "/_local/faults", &[], "").await;
    waiting
        .wait_for(|events| last(events) == Some(json!("OUTBOX#bad")))
        .await
        .unwrap();
    assert_eq!(settle(&stack).await, json!([]));
    let times = |key: &str| {
        keys(&events)
            .concat()
            .iter()
            .filter(|seen| *seen == key)
            .count()
    };
    assert_eq!(
        times("OUTBOX#bad"),
        7,
        "six attempts in trouble, one after it"
    );
}

#[tokio::test]
async fn a_reset_starts_the_stream_anew() {
    let (stack, events) = driven(all_done).await;
    put(&stack, "OUTBOX#before").await;
    settle(&stack).await;
    call(&stack, "POST", "/_local/reset", &[], "").await;
    put(&stack, "OUTBOX#after").await;
    settle(&stack).await;
    assert_eq!(keys(&events), [["OUTBOX#before"], ["OUTBOX#after"]]);
}

#[tokio::test]
async fn what_was_delivered_is_not_delivered_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let events = Events::default();
    let start = async || {
        let options = Options {
            data: Some(folder.path().to_owned()),
            empty: true,
            ..Options::default()
        };
        let seen = Arc::clone(&events);
        Stack::start_with(options, move |_: &Environment| functions(&seen, all_done))
            .await
            .unwrap()
    };
    let stack = start().await;
    put(&stack, "OUTBOX#1").await;
    settle(&stack).await;
    drop(stack);
    let stack = start().await;
    put(&stack, "OUTBOX#2").await;
    settle(&stack).await;
    assert_eq!(keys(&events), [["OUTBOX#1"], ["OUTBOX#2"]]);
}

#[tokio::test]
async fn a_stop_waits_for_what_was_written() {
    let (stack, events) = driven(all_done).await;
    for number in 0..25 {
        put(&stack, &format!("OUTBOX#{number}")).await;
    }
    stack.stop().await;
    assert_eq!(keys(&events).concat().len(), 25);
}
