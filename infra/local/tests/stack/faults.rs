//! Trouble on demand, as the SDK clients see it.

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use axum::http::StatusCode;
use serde_json::{Value, json};
use twostep_local::{KMS_KEY_ID, Stack, TABLE_NAME};

use crate::common::{bare_stack, call, dynamodb, fault, get, own_items, put_json, sdk, sdk_once};

/// Error code and HTTP status of an SDK error.
fn code_and_status<E: ProvideErrorMetadata>(error: &SdkError<E>) -> (String, u16) {
    let code = error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code)
        .unwrap_or_default();
    (
        code.to_owned(),
        error
            .raw_response()
            .map_or(0, |response| response.status().as_u16()),
    )
}

async fn put(client: &aws_sdk_dynamodb::Client, pk: &str) -> Result<(), (String, u16)> {
    let value = |text: &str| AttributeValue::S(text.to_owned());
    let put = client
        .put_item()
        .table_name(TABLE_NAME)
        .item("pk", value(pk));
    put.item("sk", value("-"))
        .send()
        .await
        .map(drop)
        .map_err(|error| code_and_status(&error))
}

async fn encrypt(stack: &Stack) -> Result<(), (String, u16)> {
    let client = aws_sdk_kms::Client::new(&sdk_once(stack, "login"));
    let encrypt = client
        .encrypt()
        .key_id(KMS_KEY_ID)
        .plaintext(Blob::new("x"))
        .send()
        .await;
    encrypt.map(drop).map_err(|error| code_and_status(&error))
}

async fn text(stack: &Stack) -> Result<(), (String, u16)> {
    let client = aws_sdk_sns::Client::new(&sdk_once(stack, "challenge"));
    let text = client
        .publish()
        .phone_number("+61400000001")
        .message("hi")
        .send()
        .await;
    text.map(drop).map_err(|error| code_and_status(&error))
}

async fn mail(stack: &Stack) -> Result<(), (String, u16)> {
    let content = |data: &str| Content::builder().data(data).build().unwrap();
    let message = Message::builder().subject(content("s"));
    let message = message
        .body(Body::builder().text(content("t")).build())
        .build();
    let client = aws_sdk_sesv2::Client::new(&sdk_once(stack, "notify"));
    let mail = client.send_email().from_email_address("a@example.test");
    let mail = mail.destination(
        Destination::builder()
            .to_addresses("b@example.test")
            .build(),
    );
    let mail = mail
        .content(EmailContent::builder().simple(message).build())
        .send()
        .await;
    mail.map(drop).map_err(|error| code_and_status(&error))
}

async fn item_count(stack: &Stack) -> usize {
    own_items(&get(stack, "/_local/items").await.json()).len()
}

async fn message_count(stack: &Stack) -> usize {
    get(stack, "/_local/messages").await.json()["messages"]
        .as_array()
        .unwrap()
        .len()
}

fn refused(code: &str, status: u16) -> Result<(), (String, u16)> {
    Err((code.to_owned(), status))
}

#[tokio::test]
async fn an_error_is_the_internal_error_of_each_service() {
    let stack = bare_stack().await;
    for service in ["dynamodb", "kms", "sns", "ses"] {
        fault(
            &stack,
            json!({"service": service, "mode": "error", "count": 1}),
        )
        .await;
    }
    let client = aws_sdk_dynamodb::Client::new(&sdk_once(&stack, "login"));
    assert_eq!(put(&client, "a").await, refused("InternalServerError", 500));
    assert_eq!(encrypt(&stack).await, refused("KMSInternalException", 500));
    assert_eq!(text(&stack).await, refused("InternalError", 500));
    assert_eq!(
        mail(&stack).await,
        refused("InternalServiceErrorException", 500)
    );
    assert_eq!(
        (item_count(&stack).await, message_count(&stack).await),
        (0, 0)
    );
    assert_eq!(put(&client, "a").await, Ok(()), "once only");
}

#[tokio::test]
async fn throttling_is_that_of_each_service() {
    let stack = bare_stack().await;
    for service in ["dynamodb", "kms", "sns", "ses"] {
        fault(
            &stack,
            json!({"service": service, "mode": "throttle", "count": 1}),
        )
        .await;
    }
    let client = aws_sdk_dynamodb::Client::new(&sdk_once(&stack, "login"));
    assert_eq!(
        put(&client, "a").await,
        refused("ProvisionedThroughputExceededException", 400)
    );
    assert_eq!(encrypt(&stack).await, refused("ThrottlingException", 400));
    assert_eq!(text(&stack).await, refused("Throttling", 400));
    assert_eq!(mail(&stack).await, refused("TooManyRequestsException", 429));
    assert_eq!(
        (item_count(&stack).await, message_count(&stack).await),
        (0, 0)
    );
}

#[tokio::test]
async fn retries_are_calls_too() {
    let stack = bare_stack().await;
    let client = dynamodb(&stack, "login");
    fault(
        &stack,
        json!({"service": "dynamodb", "mode": "error", "count": 2}),
    )
    .await;
    assert_eq!(put(&client, "a").await, Ok(()), "the third attempt works");
    let usage = get(&stack, "/_local/usage").await.json();
    assert_eq!(usage["requests"][0]["count"], 3);
    assert_eq!(usage["requests"][0]["write_units"], 1.0);
    fault(
        &stack,
        json!({"service": "dynamodb", "mode": "throttle", "count": 3}),
    )
    .await;
    assert_eq!(
        put(&client, "a").await,
        refused("ProvisionedThroughputExceededException", 400),
        "there is no fourth"
    );
}

#[tokio::test]
async fn a_fault_skips_and_is_for_one_function_and_operation() {
    let stack = bare_stack().await;
    let client = aws_sdk_dynamodb::Client::new(&sdk_once(&stack, "validate"));
    let other = aws_sdk_dynamodb::Client::new(&sdk_once(&stack, "login"));
    fault(
        &stack,
        json!({"service": "dynamodb", "operation": "PutItem", "function": "validate",
            "mode": "error", "skip": 1, "count": 1}),
    )
    .await;
    assert_eq!(put(&other, "a").await, Ok(()), "another function");
    client
        .list_tables()
        .send()
        .await
        .expect("another operation");
    assert_eq!(put(&client, "b").await, Ok(()), "skipped");
    assert_eq!(put(&client, "c").await, refused("InternalServerError", 500));
    assert_eq!(put(&client, "d").await, Ok(()));
    assert_eq!(
        item_count(&stack).await,
        3,
        "reading them is no call of a function"
    );
}

#[tokio::test]
async fn a_slow_call_works_after_its_delay() {
    let stack = bare_stack().await;
    let client = dynamodb(&stack, "login");
    fault(
        &stack,
        json!({"service": "dynamodb", "mode": "slow", "delay_ms": 300, "count": 1}),
    )
    .await;
    let started = Instant::now();
    assert_eq!(put(&client, "a").await, Ok(()));
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert_eq!(item_count(&stack).await, 1);
}

/// A client that waits for 200 ms and doesn't try again.
fn impatient(stack: &Stack) -> aws_sdk_dynamodb::Client {
    let timeouts = aws_smithy_types::timeout::TimeoutConfig::builder();
    let timeouts = timeouts
        .operation_timeout(Duration::from_millis(200))
        .build();
    let config = sdk_once(stack, "login")
        .to_builder()
        .timeout_config(timeouts)
        .build();
    aws_sdk_dynamodb::Client::new(&config)
}

#[tokio::test]
async fn a_hanging_call_never_answers_and_has_no_effect() {
    let stack = bare_stack().await;
    let client = impatient(&stack);
    fault(
        &stack,
        json!({"service": "dynamodb", "mode": "hang", "count": 1}),
    )
    .await;
    let put = client
        .put_item()
        .table_name(TABLE_NAME)
        .item("pk", AttributeValue::S("a".into()));
    let error = put
        .item("sk", AttributeValue::S("-".into()))
        .send()
        .await
        .unwrap_err();
    assert!(matches!(error, SdkError::TimeoutError(_)), "{error:?}");
    assert_eq!(item_count(&stack).await, 0);
}

#[tokio::test]
async fn a_slow_call_whose_caller_has_gone_has_no_effect() {
    let stack = bare_stack().await;
    fault(
        &stack,
        json!({"service": "dynamodb", "mode": "slow", "delay_ms": 400, "count": 1}),
    )
    .await;
    assert_eq!(put(&impatient(&stack), "a").await, Err((String::new(), 0)));
    // A later call that is as slow comes after the moment the first would have worked.
    fault(
        &stack,
        json!({"service": "dynamodb", "mode": "slow", "delay_ms": 400, "count": 1}),
    )
    .await;
    assert_eq!(put(&dynamodb(&stack, "login"), "b").await, Ok(()));
    assert_eq!(item_count(&stack).await, 1);
}

#[tokio::test]
async fn a_lost_answer_leaves_its_effect() {
    let stack = bare_stack().await;
    for service in ["dynamodb", "sns", "ses", "kms"] {
        fault(
            &stack,
            json!({"service": service, "mode": "after", "count": 1}),
        )
        .await;
    }
    let client = aws_sdk_dynamodb::Client::new(&sdk_once(&stack, "login"));
    let lost = Err((String::new(), 0));
    assert_eq!(put(&client, "a").await, lost);
    assert_eq!(text(&stack).await, lost);
    assert_eq!(mail(&stack).await, lost);
    assert_eq!(encrypt(&stack).await, lost);
    assert_eq!(
        (item_count(&stack).await, message_count(&stack).await),
        (1, 2)
    );
    assert_eq!(put(&client, "b").await, Ok(()));
}

#[tokio::test]
async fn a_client_tries_again_after_a_lost_answer() {
    let stack = bare_stack().await;
    fault(
        &stack,
        json!({"service": "sns", "mode": "after", "count": 1}),
    )
    .await;
    let client = aws_sdk_sns::Client::new(&sdk(&stack, "challenge"));
    client
        .publish()
        .phone_number("+61400000001")
        .message("hi")
        .send()
        .await
        .unwrap();
    assert_eq!(
        message_count(&stack).await,
        2,
        "a repeated text: SNS can't know"
    );
}

#[tokio::test]
async fn faults_are_listed_and_cleared() {
    let stack = bare_stack().await;
    let set = json!({"service": "ses", "operation": "SendEmail", "mode": "slow", "delay_ms": 5,
        "skip": 1, "count": 2});
    fault(&stack, set.clone()).await;
    let list = get(&stack, "/_local/faults").await.json();
    assert_eq!(list, json!({"faults": [set]}));
    let cleared = call(&stack, "DELETE", "/_local/faults", &[], "").await;
    assert_eq!(cleared.status, StatusCode::NO_CONTENT);
    assert_eq!(
        get(&stack, "/_local/faults").await.json(),
        json!({"faults": []})
    );
    assert_eq!(mail(&stack).await, Ok(()));
}

#[tokio::test]
async fn faults_that_make_no_sense_are_refused_with_a_reason() {
    let stack = bare_stack().await;
    for (body, reason) in [
        (json!({"service": "s3", "mode": "error", "count": 1}), "s3"),
        (
            json!({"service": "sns", "mode": "explode", "count": 1}),
            "explode",
        ),
        (json!({"service": "sns", "mode": "error"}), "count"),
        (
            json!({"service": "sns", "mode": "error", "count": -1}),
            "-1",
        ),
        (
            json!({"service": "sns", "mode": "error", "count": 1, "colour": "red"}),
            "colour",
        ),
        (
            json!({"service": "sns", "mode": "slow", "count": 1}),
            "delay_ms",
        ),
        (Value::from("nonsense"), "string"),
    ] {
        let answer = put_json(&stack, "POST", "/_local/faults", body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(reason), "{message}");
    }
    assert_eq!(
        get(&stack, "/_local/faults").await.json(),
        json!({"faults": []})
    );
}
