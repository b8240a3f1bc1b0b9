//! What `--data` keeps, and what it refuses.

use std::path::Path;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_kms::primitives::Blob;
use serde_json::json;
use twostep_local::{Functions, KMS_KEY_ID, Options, Stack, StartError, TABLE_NAME};

use crate::common::{call, dynamodb, get, own_items, put_json, sdk};

async fn start(data: &Path) -> Result<Stack, StartError> {
    let options = Options {
        data: Some(data.to_owned()),
        empty: true,
        ..Options::default()
    };
    Stack::start_with(options, |_| Functions::none()).await
}

async fn put(stack: &Stack, pk: &str) {
    let put = dynamodb(stack, "login").put_item().table_name(TABLE_NAME);
    let put = put.item("pk", AttributeValue::S(pk.to_owned()));
    put.item("sk", AttributeValue::S("-".to_owned()))
        .send()
        .await
        .unwrap();
}

async fn keys(stack: &Stack) -> Vec<String> {
    own_items(&get(stack, "/_local/items").await.json())
        .iter()
        .map(|item| item["pk"]["S"].as_str().unwrap().into())
        .collect()
}

#[tokio::test]
async fn items_and_the_master_key_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("made/on/the/way");
    let stack = start(&data).await.unwrap();
    put(&stack, "kept").await;
    let client = aws_sdk_kms::Client::new(&sdk(&stack, "login"));
    let sealed = client
        .encrypt()
        .key_id(KMS_KEY_ID)
        .plaintext(Blob::new("s3cret"))
        .send()
        .await;
    let sealed = sealed.unwrap().ciphertext_blob.unwrap();
    drop(stack);

    let stack = start(&data).await.unwrap();
    assert_eq!(keys(&stack).await, ["kept"]);
    let client = aws_sdk_kms::Client::new(&sdk(&stack, "login"));
    let opened = client
        .decrypt()
        .ciphertext_blob(sealed)
        .send()
        .await
        .unwrap();
    assert_eq!(opened.plaintext.unwrap().as_ref(), b"s3cret");
}

#[tokio::test]
async fn the_clock_does_not_go_back_at_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let stack = start(folder.path()).await.unwrap();
    let before = stack.environment().clock.now();
    for seconds in [600, 3000] {
        let body = json!({"advance_seconds": seconds});
        put_json(&stack, "POST", "/_local/clock", body).await;
    }
    drop(stack);

    let stack = start(folder.path()).await.unwrap();
    assert!((3600..3660).contains(&stack.environment().clock.now().since(before)));
    call(&stack, "POST", "/_local/reset", &[], "").await;
    drop(stack);

    let stack = start(folder.path()).await.unwrap();
    assert!((0..60).contains(&stack.environment().clock.now().since(before)));
}

#[tokio::test]
async fn a_reset_empties_the_directory_too() {
    let folder = tempfile::tempdir().unwrap();
    let stack = start(folder.path()).await.unwrap();
    put(&stack, "before").await;
    call(&stack, "POST", "/_local/reset", &[], "").await;
    put(&stack, "after").await;
    drop(stack);
    assert_eq!(keys(&start(folder.path()).await.unwrap()).await, ["after"]);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_master_key() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let _stack = start(folder.path()).await.unwrap();
    let file = std::fs::metadata(folder.path().join("kms-master-key")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_directory_is_for_one_stack_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let _first = start(folder.path()).await.unwrap();
    let second = start(folder.path()).await.unwrap_err();
    assert!(
        second.to_string().contains("another stack is using it"),
        "{second}"
    );
}

#[tokio::test]
async fn what_is_no_data_directory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    assert!(matches!(start(&file).await, Err(StartError::Data(..))));

    let short_key = folder.path().join("short-key");
    std::fs::create_dir(&short_key).unwrap();
    std::fs::write(short_key.join("kms-master-key"), "short").unwrap();
    let error = start(&short_key).await.unwrap_err().to_string();
    assert!(error.contains("32 bytes"), "{error}");

    let no_database = folder.path().join("no-database");
    std::fs::create_dir(&no_database).unwrap();
    std::fs::write(
        no_database.join("dynamodb.sqlite"),
        "not a database, but long enough",
    )
    .unwrap();
    assert!(matches!(
        start(&no_database).await,
        Err(StartError::Data(..))
    ));
}
