//! What happened to an account: one's own, or a colleague's for Full Access.

use crate::domain::activity::Event;
use crate::domain::ids::UserId;
use crate::domain::token::UserToken;
use crate::domain::user::User;
use crate::flows::caller::{Caller, CallerError};
use crate::runtime::App;
use crate::store::query::{Cursor, Page};
use crate::store::{StoreError, keys};

/// Why activity isn't shown.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The session doesn't allow it.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// There is no such user in this practice.
    #[error("no such user")]
    NotFound,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A page of the caller's own activity, newest first.
///
/// # Errors
/// [`Error`].
pub async fn own(
    app: &App,
    token: Option<&UserToken>,
    after: Option<&Cursor>,
) -> Result<Page<Event>, Error> {
    let caller = Caller::open(app, token, &[]).await?;
    page(app, &caller, &caller.user, after).await
}

/// A page of a colleague's activity, newest first.
///
/// # Errors
/// [`Error`]. A user of another practice looks like one who does not exist.
pub async fn of_colleague(
    app: &App,
    token: Option<&UserToken>,
    colleague: Option<&UserId>,
    after: Option<&Cursor>,
) -> Result<Page<Event>, Error> {
    let extra: Vec<_> = colleague.into_iter().map(keys::user).collect();
    let caller = Caller::open(app, token, &extra).await?;
    caller.require_full_access()?;
    let id = colleague.ok_or(Error::NotFound)?;
    let user: User = caller.items.get(&keys::user(id))?.ok_or(Error::NotFound)?;
    if user.practice_id != caller.user.practice_id {
        return Err(Error::NotFound);
    }
    page(app, &caller, &user, after).await
}

async fn page(
    app: &App,
    caller: &Caller,
    of: &User,
    after: Option<&Cursor>,
) -> Result<Page<Event>, Error> {
    let now = app.clock.now();
    let (touched, page) = tokio::join!(caller.touch(app), app.store.activity(of, after, now));
    touched?;
    Ok(page?)
}
