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

/// Ends the sessions that were presented, all of them or none. Remembered devices stay.
///
/// # Errors
/// [`StoreError`] if the table can't be written: then the sessions may still be live.
pub async fn end(app: &App, tokens: &[&UserToken]) -> Result<(), StoreError> {
    if tokens.is_empty() {
        return Ok(());
    }
    let writes = tokens
        .iter()
        .map(|token| records::end_session(&token.user_id, &token.hash()))
        .collect();
    committed(app.store.commit(writes).await).map(|_| ())
}
