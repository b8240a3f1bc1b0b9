//! KMS: data keys and small secrets under one master key that never leaves the stack.

use std::collections::BTreeMap;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use twostep::random::Random;

use super::answer::Refusal;
use crate::environment::KMS_KEY_ID;

/// The operations the stack answers.
pub(super) const OPERATIONS: [&str; 4] = [
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
];

const KEY_ID: &str = "7f3d0c52-6f8e-4c8b-9a53-2f1f4c1f7c11";
const ARN_PREFIX: &str = "arn:aws:kms:us-east-1:000000000000:";

/// Length of the GCM nonce in front of every ciphertext.
const NONCE_LENGTH: usize = 12;

/// Longest secret `Encrypt` takes, in bytes.
const LONGEST_PLAINTEXT: usize = 4096;

type Context = BTreeMap<String, String>;

/// The key everything else is encrypted under: 32 bytes.
pub(crate) type MasterKey = [u8; 32];

/// The local KMS with its only key.
pub(crate) struct Kms {
    cipher: Aes256Gcm,
    random: Random,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GenerateDataKey {
    key_id: String,
    key_spec: Option<String>,
    number_of_bytes: Option<usize>,
    #[serde(default)]
    encryption_context: Context,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Encrypt {
    key_id: String,
    plaintext: String,
    #[serde(default)]
    encryption_context: Context,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Decrypt {
    ciphertext_blob: String,
    key_id: Option<String>,
    #[serde(default)]
    encryption_context: Context,
}

impl Kms {
    /// A KMS whose key is `master_key`.
    pub(crate) fn new(master_key: MasterKey, random: Random) -> Self {
        Self {
            cipher: Aes256Gcm::new(&master_key.into()),
            random,
        }
    }

    /// Answers `operation`, one of [`OPERATIONS`].
    pub(super) fn respond(&self, operation: &str, body: &[u8]) -> Result<String, Refusal> {
        match operation {
            "Decrypt" => self.decrypt(read(body)?),
            "Encrypt" => self.encrypt(read(body)?),
            "GenerateDataKey" => self.generate_data_key(read(body)?, true),
            _ => self.generate_data_key(read(body)?, false),
        }
    }

    fn generate_data_key(
        &self,
        request: GenerateDataKey,
        in_the_clear: bool,
    ) -> Result<String, Refusal> {
        check_key(&request.key_id)?;
        let length = match (request.key_spec.as_deref(), request.number_of_bytes) {
            (Some("AES_256"), None) => 32,
            (Some("AES_128"), None) => 16,
            (None, Some(length @ 1..=1024)) => length,
            _ => {
                return Err(invalid(
                    "Please specify either number of bytes or key spec.",
                ));
            }
        };
        let bytes = self.random.bytes::<1024>();
        let plaintext = bytes.get(..length).unwrap_or_default();
        let blob = self.seal(plaintext, &request.encryption_context)?;
        let mut answer = json!({"CiphertextBlob": STANDARD.encode(blob), "KeyId": key_arn()});
        if in_the_clear && let Some(answer) = answer.as_object_mut() {
            answer.insert("Plaintext".to_owned(), STANDARD.encode(plaintext).into());
        }
        Ok(answer.to_string())
    }

    fn encrypt(&self, request: Encrypt) -> Result<String, Refusal> {
        check_key(&request.key_id)?;
        let plaintext = decode("plaintext", &request.plaintext)?;
        if !(1..=LONGEST_PLAINTEXT).contains(&plaintext.len()) {
            return Err(invalid(format!(
                "plaintext must have 1 to {LONGEST_PLAINTEXT} bytes"
            )));
        }
        let blob = self.seal(&plaintext, &request.encryption_context)?;
        Ok(json!({
            "CiphertextBlob": STANDARD.encode(blob),
            "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "KeyId": key_arn(),
        })
        .to_string())
    }

    fn decrypt(&self, request: Decrypt) -> Result<String, Refusal> {
        if let Some(key_id) = &request.key_id {
            check_key(key_id)?;
        }
        let blob = decode("ciphertextBlob", &request.ciphertext_blob)?;
        let plaintext = self
            .open(&blob, &request.encryption_context)
            .ok_or_else(|| Refusal::bad_request("InvalidCiphertextException", ""))?;
        Ok(json!({
            "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            "KeyId": key_arn(),
            "Plaintext": STANDARD.encode(plaintext),
        })
        .to_string())
    }

    /// Nonce and ciphertext of `plaintext`, bound to `context`.
    fn seal(&self, plaintext: &[u8], context: &Context) -> Result<Vec<u8>, Refusal> {
        let nonce = self.random.bytes::<NONCE_LENGTH>();
        let payload = Payload {
            msg: plaintext,
            aad: &associated(context),
        };
        let sealed = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| Refusal {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                code: "KMSInternalException",
                message: "encryption failed".to_owned(),
            })?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// What [`Kms::seal`] was given, if `blob` is its work under the same key and context.
    fn open(&self, blob: &[u8], context: &Context) -> Option<Vec<u8>> {
        let (nonce, sealed) = blob.split_first_chunk::<NONCE_LENGTH>()?;
        let payload = Payload {
            msg: sealed,
            aad: &associated(context),
        };
        self.cipher.decrypt(&Nonce::from(*nonce), payload).ok()
    }
}

/// An encryption context as associated data. It is a set of pairs, so the order they came in
/// doesn't matter; JSON keeps one pair apart from the next.
fn associated(context: &Context) -> Vec<u8> {
    json!(context).to_string().into_bytes()
}

fn key_arn() -> String {
    format!("{ARN_PREFIX}key/{KEY_ID}")
}

/// Refuses every name but those of the one key: id, alias, and the ARN of either.
fn check_key(name: &str) -> Result<(), Refusal> {
    let local = name.strip_prefix(ARN_PREFIX).unwrap_or(name);
    if [KEY_ID, KMS_KEY_ID].contains(&local.strip_prefix("key/").unwrap_or(local)) {
        return Ok(());
    }
    Err(Refusal::bad_request(
        "NotFoundException",
        format!("Key '{name}' does not exist"),
    ))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| invalid(error.to_string()))
}

fn decode(member: &str, text: &str) -> Result<Vec<u8>, Refusal> {
    STANDARD
        .decode(text)
        .map_err(|_| invalid(format!("{member} is not base64")))
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::bad_request("ValidationException", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(pairs: &[(&str, &str)]) -> Context {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn opens_only_what_the_same_key_sealed_in_the_same_context() {
        let kms = Kms::new([7; 32], Random);
        let right = context(&[("a", "1"), ("b", "2")]);
        let blob = kms.seal(b"secret", &right).unwrap();
        assert_eq!(
            kms.open(&blob, &right).as_deref(),
            Some(b"secret".as_slice())
        );
        assert_eq!(kms.open(&blob, &context(&[("a", "1")])), None);
        assert_eq!(kms.open(&blob, &context(&[("a", "1,b=2")])), None);
        assert_eq!(Kms::new([8; 32], Random).open(&blob, &right), None);
        assert_eq!(kms.open(&blob[..blob.len() - 1], &right), None);
        assert_eq!(kms.open(b"short", &right), None);
        assert_ne!(
            kms.seal(b"secret", &right).unwrap(),
            blob,
            "a nonce is never used twice"
        );
    }

    #[test]
    fn knows_its_key_by_every_name() {
        for name in [
            KEY_ID,
            KMS_KEY_ID,
            &key_arn(),
            &format!("{ARN_PREFIX}{KMS_KEY_ID}"),
        ] {
            assert_eq!(check_key(name), Ok(()), "{name}");
        }
        assert_eq!(
            check_key("alias/other").unwrap_err().code,
            "NotFoundException"
        );
    }
}
