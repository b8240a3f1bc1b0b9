//! The data keys that secrets are sealed and codes are derived with.
//!
//! Data keys are made and wrapped by KMS; only their wrapped form is stored. A function
//! unwraps them once, after a cold start, and keeps them in memory. Whatever is made with a
//! key remembers the key's id, so that a new key can take over while older ones still open
//! what they sealed.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aws_sdk_kms::Client;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use crate::aws::OnUse;
use crate::clock::Timestamp;

/// A data key as it is stored: KMS alone can unwrap it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Names the key in whatever is made with it.
    pub id: String,
    /// The key, encrypted by KMS and bound to its id.
    pub wrapped: Vec<u8>,
    /// When it was made; the newest key is the current one.
    pub created_at: Timestamp,
}

/// A data key ready for use. Wiped from memory when dropped and never shown by `Debug`.
pub struct DataKey {
    id: String,
    created_at: Timestamp,
    bytes: Zeroizing<[u8; 32]>,
}

impl DataKey {
    /// Names the key in whatever is made with it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key's 256 bits.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({}, redacted)", self.id)
    }
}

/// Why the keyring has no key to offer.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// KMS refused or did not answer; the cause is its error code, or what happened on the way.
    #[error("KMS {operation} failed: {cause}")]
    Kms {
        /// The KMS operation that was called.
        operation: &'static str,
        /// KMS's error code, or the kind of failure.
        cause: String,
    },
    /// KMS answered with something that is no 256-bit key.
    #[error("KMS {operation} answered without a usable key")]
    NoKey {
        /// The KMS operation that was called.
        operation: &'static str,
    },
    /// The task that was to unwrap a key ended early.
    #[error("unwrapping a key was interrupted")]
    Interrupted,
}

/// The data keys known to this process. Clones share them.
#[derive(Clone)]
pub struct Keyring {
    inner: Arc<Inner>,
}

struct Inner {
    kms: OnUse<Client>,
    kms_key_id: String,
    keys: RwLock<Keys>,
}

#[derive(Default)]
struct Keys {
    by_id: HashMap<String, Arc<DataKey>>,
    current: Option<Arc<DataKey>>,
}

impl Keyring {
    /// An empty keyring whose keys are wrapped by the KMS key `kms_key_id` (id, ARN or alias).
    #[must_use]
    pub fn new(kms: OnUse<Client>, kms_key_id: String) -> Self {
        let inner = Inner {
            kms,
            kms_key_id,
            keys: RwLock::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Has KMS make a new data key under the id `id`. It comes wrapped, so a key is never in
    /// the memory of whoever rotates keys; to use it, store it and [`Keyring::install`] it.
    ///
    /// # Errors
    /// [`KeyringError`] if KMS refuses or does not answer.
    pub async fn generate(&self, id: String, now: Timestamp) -> Result<WrappedKey, KeyringError> {
        const OPERATION: &str = "GenerateDataKeyWithoutPlaintext";
        let answer = self
            .inner
            .kms
            .get()
            .generate_data_key_without_plaintext()
            .key_id(&self.inner.kms_key_id)
            .key_spec(DataKeySpec::Aes256)
            .set_encryption_context(Some(encryption_context(&id)))
            .send()
            .await
            .map_err(|error| kms_error(OPERATION, &error))?;
        let wrapped = answer.ciphertext_blob.ok_or(KeyringError::NoKey {
            operation: OPERATION,
        })?;
        Ok(WrappedKey {
            id,
            wrapped: wrapped.into_inner(),
            created_at: now,
        })
    }

    /// Takes in stored keys: unwraps those not yet known, all at once, and makes the newest of
    /// all known keys the current one.
    ///
    /// # Errors
    /// [`KeyringError`] if any of them cannot be unwrapped. The others are then kept, but the
    /// current key does not change, because the right one may be missing. Calling again is
    /// safe and asks KMS for the missing keys only.
    pub async fn install(&self, stored: Vec<WrappedKey>) -> Result<(), KeyringError> {
        let mut unwrapping = JoinSet::new();
        for key in stored {
            if self.get(&key.id).is_none() {
                let inner = Arc::clone(&self.inner);
                unwrapping.spawn(async move { inner.unwrap_key(key).await });
            }
        }
        let mut failure = None;
        while let Some(joined) = unwrapping.join_next().await {
            match joined.unwrap_or(Err(KeyringError::Interrupted)) {
                Ok(key) => self.inner.add(key),
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            Some(error) => Err(error),
            None => {
                self.inner.choose_current();
                Ok(())
            }
        }
    }

    /// The key to make new things with: the newest one installed.
    #[must_use]
    pub fn current(&self) -> Option<Arc<DataKey>> {
        self.inner.read(|keys| keys.current.clone())
    }

    /// The key with this id, if it is installed.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<DataKey>> {
        self.inner.read(|keys| keys.by_id.get(id).cloned())
    }
}

/// Shows which keys there are, and nothing of them.
impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ids: Vec<String> = self.inner.read(|keys| keys.by_id.keys().cloned().collect());
        ids.sort();
        f.debug_struct("Keyring")
            .field("keys", &ids)
            .finish_non_exhaustive()
    }
}

impl Inner {
    async fn unwrap_key(&self, key: WrappedKey) -> Result<DataKey, KeyringError> {
        const OPERATION: &str = "Decrypt";
        let answer = self
            .kms
            .get()
            .decrypt()
            .key_id(&self.kms_key_id)
            .ciphertext_blob(Blob::new(key.wrapped))
            .set_encryption_context(Some(encryption_context(&key.id)))
            .send()
            .await
            .map_err(|error| kms_error(OPERATION, &error))?;
        let plaintext = answer
            .plaintext
            .map(|blob| Zeroizing::new(blob.into_inner()));
        let bytes = plaintext
            .and_then(|plaintext| plaintext.as_slice().try_into().ok())
            .ok_or(KeyringError::NoKey {
                operation: OPERATION,
            })?;
        Ok(DataKey {
            id: key.id,
            created_at: key.created_at,
            bytes: Zeroizing::new(bytes),
        })
    }

    fn add(&self, key: DataKey) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.by_id.insert(key.id.clone(), Arc::new(key));
    }

    fn choose_current(&self) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        // Should two keys be equally old, every process still has to choose the same one.
        let newest = keys
            .by_id
            .values()
            .max_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)))
            .cloned();
        keys.current = newest;
    }

    fn read<T>(&self, reader: impl FnOnce(&Keys) -> T) -> T {
        reader(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a wrapped key is bound to: KMS unwraps it only under the same application and id, and
/// records both in its audit trail.
fn encryption_context(id: &str) -> HashMap<String, String> {
    HashMap::from([
        ("application".to_owned(), "twostep".to_owned()),
        ("key".to_owned(), id.to_owned()),
    ])
}

fn kms_error<E, R>(operation: &'static str, error: &SdkError<E, R>) -> KeyringError
where
    SdkError<E, R>: ProvideErrorMetadata,
{
    let kind = match error {
        SdkError::ConstructionFailure(_) => "the request could not be built",
        SdkError::TimeoutError(_) => "timed out",
        SdkError::DispatchFailure(_) => "no connection",
        SdkError::ResponseError(_) => "unreadable answer",
        _ => "unknown error",
    };
    KeyringError::Kms {
        operation,
        cause: error.code().unwrap_or(kind).to_owned(),
    }
}

#[cfg(test)]
mod tests;
