//! What the operator looks up: all practices, all users of one, many users at once.
//!
//! These read as much as there is to read, which is why nothing on a request path uses them.

use std::collections::HashMap;

use super::AdminError;
use crate::domain::ids::{PracticeId, UserId};
use crate::domain::practice::Practice;
use crate::domain::user::User;
use crate::runtime::App;
use crate::store::keys;

/// Most users in one read by key.
const USERS_PER_READ: usize = 100;

/// All practices, by name.
///
/// # Errors
/// [`AdminError::Store`] if the table can't be read.
pub async fn list_practices(app: &App) -> Result<Vec<Practice>, AdminError> {
    let mut practices = Vec::new();
    let mut after = None;
    loop {
        let page = app.store.practices(after.as_ref()).await?;
        practices.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    practices.sort_by(|a, b| (&a.name, &a.practice_id).cmp(&(&b.name, &b.practice_id)));
    Ok(practices)
}

/// All users of a practice, by e-mail address.
///
/// # Errors
/// [`AdminError::Store`] if the table can't be read.
pub async fn list_users(app: &App, practice: &PracticeId) -> Result<Vec<User>, AdminError> {
    let mut users = Vec::new();
    let mut after = None;
    loop {
        let page = app.store.many_members(practice, after.as_ref()).await?;
        let ids: Vec<_> = page.items.into_iter().map(|m| m.user_id).collect();
        users.extend(find_users(app, &ids).await?.into_values());
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    users.sort_by(|a, b| a.email.cmp(&b.email));
    Ok(users)
}

/// Those of these users that exist.
///
/// # Errors
/// [`AdminError::Store`] if the table can't be read.
pub async fn find_users(app: &App, ids: &[UserId]) -> Result<HashMap<UserId, User>, AdminError> {
    let mut users = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(USERS_PER_READ) {
        let keys: Vec<_> = ids.iter().map(keys::user).collect();
        let items = app.store.read(&keys).await?;
        for (id, key) in ids.iter().zip(&keys) {
            if let Some(user) = items.get::<User>(key)? {
                users.insert(id.clone(), user);
            }
        }
    }
    Ok(users)
}
