//! Over real requests of the real SDK client to a loopback server that "wraps" a key by
//! writing its bytes after its id.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_credential_types::Credentials;
use aws_smithy_types::retry::RetryConfig;
use data_encoding::BASE64;
use serde_json::{Value, json};

use super::*;
use crate::loopback::{Answer, Loopback, Received, http_client};

/// Answers Decrypt for keys wrapped by [`wrapped`] under their own id.
fn kms(request: &Received) -> Answer {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let context = &body["EncryptionContext"];
    let id = context["key"].as_str().unwrap();
    let bound = body["KeyId"] == "alias/twostep" && context["application"] == "twostep";
    if request
        .head
        .contains("TrentService.GenerateDataKeyWithoutPlaintext")
    {
        assert!(bound && body["KeySpec"] == "AES_256");
        let blob = BASE64.encode(format!("{id}:new").as_bytes());
        return ok(&json!({ "KeyId": "arn", "CiphertextBlob": blob }));
    }
    assert!(request.head.contains("TrentService.Decrypt"));
    let blob = BASE64
        .decode(body["CiphertextBlob"].as_str().unwrap().as_bytes())
        .unwrap();
    let expected = format!("{id}:");
    match blob.strip_prefix(expected.as_bytes()) {
        Some(bytes) if bound => ok(&json!({ "KeyId": "arn", "Plaintext": BASE64.encode(bytes) })),
        _ => Answer::Send(
            400,
            "application/x-amz-json-1.1",
            json!({ "__type": "InvalidCiphertextException" }).to_string(),
        ),
    }
}

fn ok(body: &Value) -> Answer {
    Answer::Send(200, "application/x-amz-json-1.1", body.to_string())
}

fn wrapped(id: &str, created_at: i64) -> WrappedKey {
    WrappedKey {
        id: id.to_owned(),
        wrapped: [format!("{id}:").as_bytes(), &[7; 32]].concat(),
        created_at: Timestamp(created_at),
    }
}

fn keyring(server: &Loopback) -> Keyring {
    let config = aws_sdk_kms::Config::builder()
        .behavior_version(aws_sdk_kms::config::BehaviorVersion::latest())
        .region(aws_sdk_kms::config::Region::new("ap-southeast-2"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
        .endpoint_url(&server.url)
        .http_client(http_client())
        .retry_config(RetryConfig::disabled())
        .build();
    Keyring::new(
        OnUse::made(Client::from_conf(config)),
        "alias/twostep".to_owned(),
    )
}

fn current_id(keyring: &Keyring) -> Option<String> {
    keyring.current().map(|key| key.id().to_owned())
}

#[tokio::test]
async fn an_empty_keyring_offers_nothing() {
    let server = Loopback::start(kms).await;
    let keyring = keyring(&server);
    assert!(keyring.current().is_none());
    assert!(keyring.get("k1").is_none());
    keyring.install(vec![]).await.unwrap();
    assert!(keyring.current().is_none());
    assert_eq!(server.received().len(), 0);
}

#[tokio::test]
async fn the_newest_key_is_current_and_older_ones_stay() {
    let server = Loopback::start(kms).await;
    let keyring = keyring(&server);
    let keys = vec![wrapped("k1", 100), wrapped("k3", 300), wrapped("k2", 200)];
    keyring.install(keys).await.unwrap();
    assert_eq!(current_id(&keyring).as_deref(), Some("k3"));
    for id in ["k1", "k2", "k3"] {
        let key = keyring.get(id).unwrap();
        assert_eq!((key.id(), key.bytes()), (id, &[7; 32]));
    }
    assert!(keyring.get("k4").is_none());
}

#[tokio::test]
async fn known_keys_are_not_unwrapped_again() {
    let server = Loopback::start(kms).await;
    let keyring = keyring(&server);
    keyring.install(vec![wrapped("k1", 100)]).await.unwrap();
    let clone = keyring.clone();
    clone
        .install(vec![wrapped("k1", 100), wrapped("k2", 200)])
        .await
        .unwrap();
    assert_eq!(server.received().len(), 2);
    assert_eq!(current_id(&keyring).as_deref(), Some("k2"));
}

#[tokio::test]
async fn of_equally_old_keys_the_choice_is_always_the_same() {
    for order in [["a", "b"], ["b", "a"]] {
        let server = Loopback::start(kms).await;
        let keyring = keyring(&server);
        for id in order {
            keyring.install(vec![wrapped(id, 100)]).await.unwrap();
        }
        assert_eq!(current_id(&keyring).as_deref(), Some("b"));
    }
}

#[tokio::test]
async fn a_key_stored_under_another_id_does_not_unwrap() {
    let server = Loopback::start(kms).await;
    let keyring = keyring(&server);
    let mut swapped = wrapped("k1", 100);
    swapped.id = "k2".to_owned();
    let error = keyring.install(vec![swapped]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "KMS Decrypt failed: InvalidCiphertextException"
    );
    assert!(keyring.current().is_none());
}

#[tokio::test]
async fn a_failure_keeps_the_current_key_until_all_are_there() {
    let down = Arc::new(AtomicBool::new(true));
    let fails = Arc::clone(&down);
    let server = Loopback::start(move |request| {
        if fails.load(Ordering::SeqCst) && request.body.contains("\"k2\"") {
            return Answer::Send(500, "application/x-amz-json-1.1", "{}".to_owned());
        }
        kms(request)
    })
    .await;
    let keyring = keyring(&server);
    keyring.install(vec![wrapped("k1", 100)]).await.unwrap();

    let stored = vec![wrapped("k1", 100), wrapped("k2", 200), wrapped("k3", 300)];
    assert!(keyring.install(stored.clone()).await.is_err());
    assert_eq!(current_id(&keyring).as_deref(), Some("k1"));
    assert!(keyring.get("k3").is_some());

    down.store(false, Ordering::SeqCst);
    keyring.install(stored).await.unwrap();
    assert_eq!(current_id(&keyring).as_deref(), Some("k3"));
}

#[tokio::test]
async fn a_key_of_another_length_is_refused() {
    let server = Loopback::start(kms).await;
    let short = WrappedKey {
        wrapped: b"k1:short".to_vec(),
        ..wrapped("k1", 100)
    };
    let error = keyring(&server).install(vec![short]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "KMS Decrypt answered without a usable key"
    );
}

#[tokio::test]
async fn new_keys_come_wrapped_and_bound_to_their_id() {
    let server = Loopback::start(kms).await;
    let keyring = keyring(&server);
    let key = keyring
        .generate("k9".to_owned(), Timestamp(900))
        .await
        .unwrap();
    assert_eq!(
        key,
        WrappedKey {
            id: "k9".to_owned(),
            wrapped: b"k9:new".to_vec(),
            created_at: Timestamp(900),
        }
    );
    assert!(keyring.get("k9").is_none());
}

#[tokio::test]
async fn debug_names_keys_and_shows_nothing_of_them() {
    let server = Loopback::start(kms).await;
    let keyring = keyring(&server);
    keyring
        .install(vec![wrapped("k2", 2), wrapped("k1", 1)])
        .await
        .unwrap();
    assert_eq!(
        format!("{keyring:?}"),
        "Keyring { keys: [\"k1\", \"k2\"], .. }"
    );
    assert_eq!(
        format!("{:?}", keyring.current().unwrap()),
        "DataKey(k2, redacted)"
    );
}
