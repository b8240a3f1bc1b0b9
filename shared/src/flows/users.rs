//! The users of a practice, for Full Access.

use crate::domain::token::UserToken;
use crate::domain::user::User;
use crate::flows::caller::{Caller, CallerError};
use crate::runtime::App;
use crate::store::keys;
use crate::store::query::{Cursor, Page};

/// A page of the users of the caller's practice.
///
/// # Errors
/// [`CallerError`].
pub async fn list(
    app: &App,
    token: Option<&UserToken>,
    after: Option<&Cursor>,
) -> Result<Page<User>, CallerError> {
    let caller = Caller::open(app, token, &[]).await?;
    caller.require_full_access()?;
    let (touched, members) = tokio::join!(
        caller.touch(app),
        app.store.members(&caller.user.practice_id, after)
    );
    touched?;
    let members = members?;
    let keys: Vec<_> = members
        .items
        .iter()
        .map(|member| keys::user(&member.user_id))
        .collect();
    if keys.is_empty() {
        return Ok(Page {
            items: Vec::new(),
            next: members.next,
        });
    }
    let found = app.store.read(&keys).await?;
    let users = keys.iter().map(|key| found.get::<User>(key));
    let users: Result<Vec<_>, _> = users.collect();
    let own = |user: &User| user.practice_id == caller.user.practice_id;
    let items = users?.into_iter().flatten().filter(own).collect();
    Ok(Page {
        items,
        next: members.next,
    })
}
