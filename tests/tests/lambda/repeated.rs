//! A stream event that comes again: after a failure, and after none.

use serde_json::{Value, json};
use twostep_tests::{Kind, System, text_of};

use crate::notify::recorded_for;
use crate::process::Function;

/// The values of `metric` in a log, in order.
fn values(log: &str, metric: &str) -> Vec<Value> {
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let metrics = lines.filter(|line| {
        let directives = line["_aws"]["CloudWatchMetrics"].as_array();
        directives.is_some_and(|all| all.iter().any(|one| one["Metrics"][0]["Name"] == metric))
    });
    metrics.map(|line| line[metric].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_mailed_once_however_often_its_event_comes() {
    let system = System::start().await;
    // Nobody can mail, so the notice waits in the outbox.
    system
        .fault(json!({"service": "ses", "mode": "error", "count": 1000}))
        .await;
    let (_, dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    system.messages().await;
    let items = system.items().await;
    let waits = |item: &&Value| text_of(&item["pk"], "S").starts_with("OUTBOX#");
    let item = items.iter().find(waits).expect("a notice");

    let notify = Function::start("notify", &system).await;
    let mut event = recorded_for("notify");
    event["Records"] = json!([event["Records"][0]]);
    let record = &mut event["Records"][0]["dynamodb"];
    record["Keys"] = json!({"pk": item["pk"], "sk": item["sk"]});
    record["NewImage"] = item.clone();
    let number = record["SequenceNumber"].clone();
    let failed = notify.invoke(event.clone()).await;
    let failures = json!({"batchItemFailures": [{"itemIdentifier": number}]});
    assert_eq!(failed, Ok(failures));
    assert_eq!(
        values(&notify.log(), "NoticesFailed"),
        [1],
        "{}",
        notify.log()
    );

    system.clear_faults().await;
    // The stack's own notify may be at it; reading the messages waits until it is done.
    system.messages().await;
    for _ in 0..2 {
        let done = notify.invoke(event.clone()).await;
        assert_eq!(
            done,
            Ok(json!({"batchItemFailures": []})),
            "{}",
            notify.log()
        );
    }
    assert_eq!(system.messages_to(&dana.email).await.len(), 1);
    assert_eq!(values(&notify.log(), "NoticesFailed"), [1]);
    assert!(!notify.log().contains(&dana.email));
}
