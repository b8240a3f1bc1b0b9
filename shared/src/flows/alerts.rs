//! New Login Alerts: who in a practice is told of new sign-ins.

use crate::domain::activity::{Event, EventKind, Origin};
use crate::domain::practice::NewLoginAlerts;
use crate::domain::token::UserToken;
use crate::flows::ROUNDS;
use crate::flows::caller::{Caller, CallerError};
use crate::flows::guess::committed;
use crate::runtime::App;
use crate::store::write::Write;
use crate::store::{StoreError, keys, records};

/// Why the setting isn't read or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The session doesn't allow it.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// Others kept changing it.
    #[error("conflict")]
    Conflict,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The setting of the caller's practice.
///
/// # Errors
/// [`Error`].
pub async fn read(app: &App, token: Option<&UserToken>) -> Result<NewLoginAlerts, Error> {
    let (caller, practice) = Caller::open_with_practice(app, token).await?;
    caller.require_full_access()?;
    Ok(practice
        .map(|practice| practice.new_login_alerts)
        .unwrap_or_default())
}

/// Sets who is told of new sign-ins in the caller's practice.
///
/// # Errors
/// [`Error`].
pub async fn set(
    app: &App,
    token: Option<&UserToken>,
    alerts: NewLoginAlerts,
    origin: &Origin,
) -> Result<NewLoginAlerts, Error> {
    for _ in 0..ROUNDS {
        let caller = Caller::open(app, token, &[]).await?;
        let now = app.clock.now();
        caller.require_full_access()?;
        caller.require_recent_factor(now)?;
        let event = Event::new(app.event_id(), EventKind::AlertsChanged, now);
        let writes = vec![
            Write::update(keys::practice(&caller.user.practice_id))
                .if_exists()
                .set("new_login_alerts", &alerts)?,
            caller.keep_session()?,
            records::new_event(&caller.user.user_id, &event.from(origin))?,
        ];
        if committed(app.store.commit(writes).await)? {
            return Ok(alerts);
        }
    }
    Err(Error::Conflict)
}
