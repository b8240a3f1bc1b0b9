//! The devices a caller is remembered on, and forgetting them.

use crate::domain::activity::{Event, EventKind, Origin};
use crate::domain::device::Device;
use crate::domain::token::UserToken;
use crate::domain::user::User;
use crate::flows::ROUNDS;
use crate::flows::caller::{Caller, CallerError};
use crate::flows::guess::committed;
use crate::runtime::App;
use crate::store::guards::PasswordScope;
use crate::store::write::Write;
use crate::store::{StoreError, keys, records};

/// Why a device isn't forgotten.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The session doesn't allow it.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// There is no such device.
    #[error("no such device")]
    NotFound,
    /// Others kept changing the user.
    #[error("conflict")]
    Conflict,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The caller, with their devices.
///
/// # Errors
/// [`CallerError`].
pub async fn read(app: &App, token: Option<&UserToken>) -> Result<User, CallerError> {
    Ok(Caller::open_to_read(app, token, &[]).await?.user)
}

/// Forgets one of the caller's devices, or all of them. Gives back the user and what is forgotten.
///
/// # Errors
/// [`Error`]. Forgetting all of none is no error.
pub async fn forget(
    app: &App,
    token: Option<&UserToken>,
    id: Option<&str>,
    origin: &Origin,
) -> Result<(User, Vec<Device>), Error> {
    for _ in 0..ROUNDS {
        let mut caller = Caller::open(app, token, &[]).await?;
        let now = app.clock.now();
        let forgotten: Vec<Device> = match id {
            Some(id) => vec![caller.user.devices.forget(id, now).ok_or(Error::NotFound)?],
            None => caller.user.devices.remembered(now).cloned().collect(),
        };
        let mut writes = vec![caller.keep_session()?];
        if !forgotten.is_empty() {
            if id.is_none() {
                caller.user.devices.clear();
            }
            let mut guard = Write::update(keys::user_guard(&caller.user.user_id));
            for device in &forgotten {
                guard = guard.remove(&PasswordScope::Device(device.id.clone()).attribute());
                writes.push(revoked(app, &caller.user, device, origin)?);
            }
            writes.push(guard);
            writes.push(records::put_user(&caller.user)?);
        }
        if committed(app.store.commit(writes).await)? {
            return Ok((caller.user, forgotten));
        }
    }
    Err(Error::Conflict)
}

fn revoked(app: &App, user: &User, device: &Device, origin: &Origin) -> Result<Write, StoreError> {
    let (id, now) = (app.event_id(), app.clock.now());
    let mut event = Event::new(id, EventKind::DeviceRevoked, now).from(origin);
    event.device = Some(device.label.clone());
    records::new_event(&user.user_id, &event)
}
