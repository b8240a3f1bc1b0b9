//! The IP whitelist: when a code is asked for, and the addresses known to the caller.

use crate::domain::activity::{Event, EventKind, Origin};
use crate::domain::address::Network;
use crate::domain::outbox::{OutboxItem, Told};
use crate::domain::token::UserToken;
use crate::domain::user::{User, WhitelistMode};
use crate::flows::ROUNDS;
use crate::flows::caller::{Caller, CallerError};
use crate::flows::guess::committed;
use crate::runtime::App;
use crate::store::guards::PasswordScope;
use crate::store::write::Write;
use crate::store::{StoreError, keys, records};

/// Why the whitelist isn't changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The session doesn't allow it.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// The user has no method enabled.
    #[error("no method enabled")]
    NoMethodEnabled,
    /// There is no such address.
    #[error("no such address")]
    NotFound,
    /// Others kept changing the user.
    #[error("conflict")]
    Conflict,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The caller, with their whitelist.
///
/// # Errors
/// [`CallerError`].
pub async fn read(app: &App, token: Option<&UserToken>) -> Result<User, CallerError> {
    Ok(Caller::open_to_read(app, token, &[]).await?.user)
}

/// Sets when the caller is asked for a code.
///
/// # Errors
/// [`Error`].
pub async fn set_mode(
    app: &App,
    token: Option<&UserToken>,
    mode: WhitelistMode,
    origin: &Origin,
) -> Result<User, Error> {
    for _ in 0..ROUNDS {
        let mut caller = Caller::open(app, token, &[]).await?;
        let now = app.clock.now();
        caller.require_recent_factor(now)?;
        if !caller.user.methods.any_enabled() {
            return Err(Error::NoMethodEnabled);
        }
        let mut writes = vec![caller.keep_session()?];
        if caller.user.set_whitelist(mode) {
            writes.push(records::put_user(&caller.user)?);
            writes.push(changed(app, &caller.user, origin.network.clone(), origin)?);
            if mode == WhitelistMode::NewAddressesOnly {
                let told = Told::WhitelistTurnedOn;
                let notice =
                    OutboxItem::new(app.random.bytes(), &caller.user, told, Some(origin), now);
                writes.push(records::new_notice(&notice)?);
            }
        }
        if committed(app.store.commit(writes).await)? {
            return Ok(caller.user);
        }
    }
    Err(Error::Conflict)
}

/// Forgets one of the caller's known addresses.
///
/// # Errors
/// [`Error`].
pub async fn forget_address(
    app: &App,
    token: Option<&UserToken>,
    id: &str,
    origin: &Origin,
) -> Result<(), Error> {
    for _ in 0..ROUNDS {
        let mut caller = Caller::open(app, token, &[]).await?;
        let now = app.clock.now();
        let forgotten = caller
            .user
            .addresses
            .forget(id, now)
            .ok_or(Error::NotFound)?;
        let user_id = caller.user.user_id.clone();
        let counter = PasswordScope::Address(forgotten.id.clone()).attribute();
        let writes = vec![
            records::put_user(&caller.user)?,
            caller.keep_session()?,
            Write::update(keys::user_guard(&user_id)).remove(&counter),
            changed(app, &caller.user, forgotten.network, origin)?,
        ];
        if committed(app.store.commit(writes).await)? {
            return Ok(());
        }
    }
    Err(Error::Conflict)
}

fn changed(app: &App, user: &User, network: Network, origin: &Origin) -> Result<Write, StoreError> {
    let now = app.clock.now();
    let mut event = Event::new(app.event_id(), EventKind::WhitelistChanged, now).from(origin);
    event.address = Some(network);
    records::new_event(&user.user_id, &event)
}
