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
/// # Errors
/// [`AdminError`] if KMS or the table can't be reached.
pub async fn rotate_keyring(app: &App) -> Result<WrappedKey, AdminError> {
    let id = short_id(app.random.bytes());
    let key = app
        .keyring
        .generate(id, app.clock.now())
        .await
        .map_err(KeysUnavailable::from)?;
    let write = new_keyring_key(&key)?;
    if committed(app.store.commit(vec![write]).await)? {
        Ok(key)
    } else {
        Err(AdminError::Conflict)
    }
}
