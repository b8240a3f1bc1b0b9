//! The AWS endpoints, as the real SDK clients see them.

mod messages;

use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Put, ReturnConsumedCapacity,
    TransactWriteItem,
};
use aws_sdk_kms::primitives::Blob;
use serde_json::json;
use twostep_local::{KMS_KEY_ID, TABLE_NAME};

use crate::common::{bare_stack, call, dynamodb, get, sdk};

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn put(pk: &str, value: &str) -> Put {
    Put::builder()
        .table_name(TABLE_NAME)
        .item("pk", text(pk))
        .item("sk", text("-"))
        .item("value", text(value))
        .condition_expression("attribute_not_exists(pk)")
        .build()
        .unwrap()
}

fn transaction(puts: &[Put]) -> Vec<TransactWriteItem> {
    puts.iter()
        .map(|put| TransactWriteItem::builder().put(put.clone()).build())
        .collect()
}

#[tokio::test]
async fn dynamodb_keeps_items_and_checks_conditions() {
    let stack = bare_stack().await;
    let client = dynamodb(&stack, "login");
    let write = |value: &str| {
        client
            .put_item()
            .table_name(TABLE_NAME)
            .item("pk", text("a"))
            .item("sk", text("-"))
            .item("value", text(value))
            .condition_expression("attribute_not_exists(pk)")
            .send()
    };
    assert!(
        write("1").await.unwrap().consumed_capacity.is_none(),
        "nobody asked for it"
    );
    let error = write("2").await.unwrap_err().into_service_error();
    assert!(error.is_conditional_check_failed_exception(), "{error:?}");

    let read = client
        .get_item()
        .table_name(TABLE_NAME)
        .consistent_read(true);
    let read = read.key("pk", text("a")).key("sk", text("-"));
    let read = read
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await
        .unwrap();
    assert_eq!(read.item.unwrap()["value"], text("1"));
    assert_eq!(read.consumed_capacity.unwrap().capacity_units, Some(1.0));

    let missing = client
        .get_item()
        .table_name("elsewhere")
        .key("pk", text("a"));
    let error = missing.send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
}

#[tokio::test]
async fn dynamodb_transactions_say_why_they_were_cancelled() {
    let stack = bare_stack().await;
    let client = dynamodb(&stack, "login");
    let write = |items| {
        client
            .transact_write_items()
            .set_transact_items(Some(items))
    };
    write(transaction(&[put("a", "1")])).send().await.unwrap();

    let absent = ConditionCheck::builder()
        .table_name(TABLE_NAME)
        .key("pk", text("a"))
        .key("sk", text("-"))
        .condition_expression("attribute_not_exists(pk)")
        .build()
        .unwrap();
    let mut items = transaction(&[put("b", "1")]);
    items.push(TransactWriteItem::builder().condition_check(absent).build());
    let error = write(items).send().await.unwrap_err().into_service_error();
    let reasons = match error {
        aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError
            ::TransactionCanceledException(cancelled) => cancelled.cancellation_reasons.unwrap(),
        other => panic!("{other:?}"),
    };
    let codes: Vec<_> = reasons.iter().map(CancellationReason::code).collect();
    assert_eq!(codes, [Some("None"), Some("ConditionalCheckFailed")]);
}

#[tokio::test]
async fn a_dynamodb_transaction_with_a_token_happens_once() {
    let stack = bare_stack().await;
    let client = dynamodb(&stack, "login");
    for attempt in 1..=2 {
        let write = client.transact_write_items().client_request_token("token");
        let write = write.set_transact_items(Some(transaction(&[put("a", "1")])));
        assert!(write.send().await.is_ok(), "attempt {attempt}");
    }
}

#[tokio::test]
async fn kms_opens_what_it_sealed_in_the_same_context_only() {
    let stack = bare_stack().await;
    let client = aws_sdk_kms::Client::new(&sdk(&stack, "login"));
    let made = client
        .generate_data_key()
        .key_id(KMS_KEY_ID)
        .encryption_context("for", "keyring");
    let made = made
        .key_spec(aws_sdk_kms::types::DataKeySpec::Aes256)
        .send()
        .await
        .unwrap();
    let blob = made.ciphertext_blob.unwrap();
    assert_eq!(made.plaintext.as_ref().unwrap().as_ref().len(), 32);
    assert!(made.key_id.unwrap().starts_with("arn:aws:kms:"));

    let open = |blob: &Blob, context: &str| {
        let open = client.decrypt().ciphertext_blob(blob.clone());
        open.encryption_context("for", context).send()
    };
    assert_eq!(
        open(&blob, "keyring").await.unwrap().plaintext,
        made.plaintext
    );
    for (blob, context) in [(&blob, "other"), (&Blob::new("garbage"), "keyring")] {
        let error = open(blob, context).await.unwrap_err().into_service_error();
        assert!(error.is_invalid_ciphertext_exception(), "{error:?}");
    }

    let sealed = client
        .encrypt()
        .key_id(KMS_KEY_ID)
        .plaintext(Blob::new("s3cret"));
    let sealed = sealed.send().await.unwrap().ciphertext_blob.unwrap();
    let opened = client
        .decrypt()
        .ciphertext_blob(sealed)
        .send()
        .await
        .unwrap();
    assert_eq!(opened.plaintext.unwrap().as_ref(), b"s3cret");
    let other = client
        .encrypt()
        .key_id("alias/other")
        .plaintext(Blob::new("x"));
    assert!(
        other
            .send()
            .await
            .unwrap_err()
            .into_service_error()
            .is_not_found_exception()
    );
}

#[tokio::test]
async fn usage_counts_requests_and_capacity_by_function() {
    let stack = bare_stack().await;
    let login = dynamodb(&stack, "login");
    let write = |items| login.transact_write_items().set_transact_items(Some(items));
    write(transaction(&[put("a", "1"), put("b", "1")]))
        .send()
        .await
        .unwrap();
    for _ in 0..2 {
        let read = login.get_item().table_name(TABLE_NAME).key("pk", text("a"));
        read.key("sk", text("-"))
            .consistent_read(true)
            .send()
            .await
            .unwrap();
    }
    let internal = dynamodb(&stack, "_local");
    internal
        .describe_table()
        .table_name(TABLE_NAME)
        .send()
        .await
        .unwrap();
    let line = |operation, count, read: f64, write: f64| {
        json!({"function": "login", "service": "dynamodb", "operation": operation,
            "count": count, "read_units": read, "write_units": write})
    };
    assert_eq!(
        get(&stack, "/_local/usage").await.json(),
        json!({"total": 3, "requests": [
            line("GetItem", 2, 2.0, 0.0),
            line("TransactWriteItems", 1, 0.0, 4.0),
        ]})
    );
    assert_eq!(
        call(&stack, "DELETE", "/_local/usage", &[], "")
            .await
            .status,
        204
    );
    assert_eq!(
        get(&stack, "/_local/usage").await.json(),
        json!({"total": 0, "requests": []})
    );
}

#[tokio::test]
async fn unknown_operations_are_refused_in_the_protocol_of_the_service() {
    let stack = bare_stack().await;
    let target = |target: &'static str| [("x-amz-target", target)];
    for (headers, path, body) in [
        (
            target("DynamoDB_20120810.Frobnicate").as_slice(),
            "/_aws/login",
            "{}",
        ),
        (&target("TrentService.Frobnicate"), "/_aws/login/", "{}"),
        (&target("Elsewhere.Do"), "/_aws/login", "{}"),
        (&[], "/_aws/login/v2/email/identities", "{}"),
        (
            &[("content-type", "application/x-www-form-urlencoded")],
            "/_aws/login",
            "Action=Subscribe",
        ),
    ] {
        let answer = call(&stack, "POST", path, headers, body).await;
        assert_eq!(answer.status, 400, "{path} {headers:?}");
        let text = answer.text();
        assert!(
            text.contains("UnknownOperationException") || text.contains("InvalidAction"),
            "{text}"
        );
    }
    let answer = call(
        &stack,
        "POST",
        "/_aws/login",
        &target("DynamoDB_20120810.PutItem"),
        "{",
    )
    .await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("SerializationException"));
    assert!(!answer.lines("x-amz-crc32").is_empty());
}
