//! A user's own methods: reading them, and choosing the primary one.

use crate::domain::activity::{Event, EventKind, Origin};
use crate::domain::method::MethodKind;
use crate::domain::token::UserToken;
use crate::domain::user::User;
use crate::flows::ROUNDS;
use crate::flows::caller::{Caller, CallerError};
use crate::flows::guess::{committed, is_suspended};
use crate::runtime::App;
use crate::store::guards::Guard;
use crate::store::{StoreError, records};

/// A user and which of their methods are suspended.
#[derive(Debug)]
pub struct OwnMethods {
    /// The user.
    pub user: User,
    /// The kinds that are suspended.
    pub suspended: Vec<MethodKind>,
}

impl OwnMethods {
    /// The methods of `user`, given the user's guard.
    #[must_use]
    pub fn new(user: User, guard: &Guard) -> Self {
        let suspended = MethodKind::ALL
            .into_iter()
            .filter(|kind| is_suspended(guard, *kind));
        Self {
            suspended: suspended.collect(),
            user,
        }
    }
}

/// Why the primary method isn't changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The session doesn't allow it.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// The user has no such method.
    #[error("method not enabled")]
    MethodNotEnabled,
    /// Others kept changing the user.
    #[error("conflict")]
    Conflict,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The caller's methods.
///
/// # Errors
/// [`CallerError`].
pub async fn list(app: &App, token: Option<&UserToken>) -> Result<OwnMethods, CallerError> {
    let caller = Caller::open_to_read(app, token, &[]).await?;
    Ok(OwnMethods::new(caller.user, &caller.guard))
}

/// Makes an enabled method the one asked for first.
///
/// # Errors
/// [`Error`].
pub async fn make_primary(
    app: &App,
    token: Option<&UserToken>,
    kind: MethodKind,
    origin: &Origin,
) -> Result<OwnMethods, Error> {
    for _ in 0..ROUNDS {
        let mut caller = Caller::open(app, token, &[]).await?;
        let now = app.clock.now();
        caller.require_recent_factor(now)?;
        let before = caller.user.methods.primary();
        if !caller.user.methods.make_primary(kind) {
            return Err(Error::MethodNotEnabled);
        }
        let mut writes = vec![caller.keep_session()?];
        if before != Some(kind) {
            let event = Event::new(app.event_id(), EventKind::PrimaryChanged, now);
            let event = event.from(origin).method(kind);
            writes.push(records::new_event(&caller.user.user_id, &event)?);
            writes.push(records::put_user(&caller.user)?);
        }
        if committed(app.store.commit(writes).await)? {
            return Ok(OwnMethods::new(caller.user, &caller.guard));
        }
    }
    Err(Error::Conflict)
}
