//! Rotating the keyring.

use super::AdminError;
use crate::domain::ids::short_id;
use crate::flows::guess::committed;
use crate::keyring::WrappedKey;
use crate::runtime::{App, KeysUnavailable};
use crate::store::query::new_keyring_key;

/// Adds a new data key, which protects everything made from now on. Older keys stay, since
/// secrets and codes made with them are still out. Functions that run already learn of it when
/// they first meet its id.
///
/// The newest key is the one in use, so the new one counts as made at least a second after all
/// others, even within the same second or by a clock that is behind: a rotation away from a key
/// that has leaked must never leave that key in use.
///
/// # Errors
/// [`AdminError`] if KMS or the table can't be reached.
pub async fn rotate_keyring(app: &App) -> Result<WrappedKey, AdminError> {
    let id = short_id(app.random.bytes());
    let stored = app.store.keyring_keys().await?;
    let after_all = stored.iter().map(|key| key.created_at.plus(1)).max();
    let now = app.clock.now();
    let key = app
        .keyring
        .generate(id, after_all.map_or(now, |after| after.max(now)))
        .await
        .map_err(KeysUnavailable::from)?;
    let write = new_keyring_key(&key)?;
    if committed(app.store.commit(vec![write]).await)? {
        Ok(key)
    } else {
        Err(AdminError::Conflict)
    }
}
