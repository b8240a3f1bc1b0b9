//! What the table's stream would hand to `notify`.

use serde_json::{Value, json};
use twostep_local::ROUTES;
use twostep_tests::System;

use crate::host::recorded;
use crate::process::{Function, file};

/// A recorded event for a function.
pub(crate) fn recorded_for(function: &str) -> Value {
    match ROUTES.into_iter().find(|route| route.function == function) {
        Some(route) => recorded(route),
        None => {
            let text = std::fs::read_to_string(file("infra/events/notify.json")).unwrap();
            serde_json::from_str(&text).unwrap()
        }
    }
}

/// Hands every notice of the outbox to `notify`, twice: the stream delivers at least once.
pub(crate) async fn deliver(system: &System, notify: &Function) {
    let event = outbox(system).await;
    for _ in 0..2 {
        let response = notify.invoke(event.clone()).await;
        assert_eq!(response, Ok(json!({"batchItemFailures": []})));
    }
}

/// The event with every notice of the outbox.
pub(crate) async fn outbox(system: &System) -> Value {
    let mut event = recorded_for("notify");
    let record = event["Records"][0].clone();
    let items = system.items().await;
    let outbox = items.iter().filter(|item| {
        let pk = item["pk"]["S"].as_str();
        pk.is_some_and(|pk| pk.starts_with("OUTBOX#"))
    });
    let records: Vec<_> = outbox
        .zip(1..)
        .map(|(item, number)| {
            let mut record = record.clone();
            record["dynamodb"]["Keys"] = json!({"pk": item["pk"], "sk": item["sk"]});
            record["dynamodb"]["NewImage"] = item.clone();
            record["dynamodb"]["SequenceNumber"] = json!(number.to_string());
            record
        })
        .collect();
    assert!(!records.is_empty(), "no notices");
    event["Records"] = json!(records);
    event
}

/// Every message so far: channel, recipient and subject, sorted.
pub(crate) async fn mails(system: &System) -> Vec<(String, String, String)> {
    let messages = system.messages().await.into_iter();
    let mut mails: Vec<_> = messages
        .map(|message| {
            let channel = message.kind().to_string();
            (
                channel,
                message.to().to_owned(),
                message.subject().to_owned(),
            )
        })
        .collect();
    mails.sort();
    mails
}
