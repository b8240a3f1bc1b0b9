//! The session itself: reading it, and signing out.

use crate::domain::session::Session;
use crate::domain::token::UserToken;
use crate::domain::user::User;
use crate::flows::caller::{Caller, CallerError};
use crate::flows::guess::committed;
use crate::runtime::App;
use crate::store::{StoreError, records};

/// The caller's session.
///
/// # Errors
/// [`CallerError`].
pub async fn current(
    app: &App,
    token: Option<&UserToken>,
) -> Result<(User, Session, UserToken), CallerError> {
    let caller = Caller::open_to_read(app, token, &[]).await?;
    Ok((caller.user, caller.session, caller.token))
}

/// Ends a session, if there is one. The remembered device stays.
///
/// # Errors
/// [`StoreError`] if the table can't be written: then the session may still be live.
pub async fn end(app: &App, token: Option<&UserToken>) -> Result<(), StoreError> {
    let Some(token) = token else { return Ok(()) };
    let write = records::end_session(&token.user_id, &token.hash());
    committed(app.store.commit(vec![write]).await).map(|_| ())
}
