//! What keeps a user from signing in, for support to see before it unlocks.

use super::AdminError;
use super::users::read;
use crate::clock::Timestamp;
use crate::domain::ids::UserId;
use crate::domain::limits::PASSWORDS_PER_ACCOUNT;
use crate::domain::method::MethodKind;
use crate::domain::user::User;
use crate::flows::guess::{is_suspended, second_factor_wait};
use crate::runtime::App;
use crate::store::guards::{Guard, PasswordScope};

/// The locks of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    /// Until when passwords are refused, on any one of the user's devices and addresses or
    /// elsewhere.
    pub password_until: Option<Timestamp>,
    /// Until when codes are refused, by any method.
    pub codes_until: Option<Timestamp>,
    /// Enabled methods that are suspended until they are enabled again, reset or unlocked.
    pub suspended: Vec<MethodKind>,
}

/// A user and their locks.
///
/// # Errors
/// [`AdminError::NoSuchUser`] if there is none.
pub async fn find_locks(app: &App, id: &UserId) -> Result<(User, Locks), AdminError> {
    let (user, guard) = read(app, id).await?;
    let locks = locks(&user, &guard, app.clock.now());
    Ok((user, locks))
}

fn locks(user: &User, guard: &Guard, now: Timestamp) -> Locks {
    let anywhere = PasswordScope::Anywhere.attribute();
    let password_wait = |scope: &str| PASSWORDS_PER_ACCOUNT.admit(guard.backoff(scope), now).err();
    let suspended =
        |kind: &MethodKind| user.methods.get(*kind).is_some() && is_suspended(guard, *kind);
    let longest_wait = guard
        .password_scopes()
        .chain([anywhere.as_str()])
        .filter_map(password_wait)
        .max();
    Locks {
        password_until: longest_wait.map(|wait| now.plus(wait.seconds)),
        codes_until: second_factor_wait(guard, now).map(|wait| now.plus(wait.seconds)),
        suspended: MethodKind::ALL.into_iter().filter(suspended).collect(),
    }
}
