//! Removing one of one's own methods.

use crate::domain::activity::{Event, EventKind, Origin};
use crate::domain::method::MethodKind;
use crate::domain::outbox::{OutboxItem, Told};
use crate::domain::token::UserToken;
use crate::domain::user::RemoveRefusal;
use crate::flows::ROUNDS;
use crate::flows::caller::{Caller, CallerError};
use crate::flows::guess::{committed, is_suspended};
use crate::flows::methods::OwnMethods;
use crate::runtime::App;
use crate::store::guards::{self, Guard};
use crate::store::write::Write;
use crate::store::{StoreError, keys, records};

/// Why a method isn't removed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The session doesn't allow it.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// The user has no such method.
    #[error("method not enabled")]
    MethodNotEnabled,
    /// It is the user's last one, or the last that isn't suspended: it can be replaced, not removed.
    #[error("last method")]
    LastMethod,
    /// Others kept changing the user.
    #[error("conflict")]
    Conflict,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<RemoveRefusal> for Error {
    fn from(refusal: RemoveRefusal) -> Self {
        match refusal {
            RemoveRefusal::NotEnabled => Self::MethodNotEnabled,
            RemoveRefusal::Last => Self::LastMethod,
        }
    }
}

/// Removes one of the caller's methods. Trust is lost; this session goes on.
///
/// # Errors
/// [`Error`].
pub async fn remove(
    app: &App,
    token: Option<&UserToken>,
    kind: MethodKind,
    origin: &Origin,
) -> Result<OwnMethods, Error> {
    for _ in 0..ROUNDS {
        let mut caller = Caller::open(app, token, &[]).await?;
        let now = app.clock.now();
        caller.require_recent_factor(now)?;
        caller.user.remove_own_method(kind)?;
        // A suspended method signs nobody in: what is left has to.
        let mut left = caller.user.methods.enabled().into_iter();
        if left.all(|method| is_suspended(&caller.guard, method.kind())) {
            return Err(Error::LastMethod);
        }
        let id = caller.user.user_id.clone();
        let event = Event::new(app.event_id(), EventKind::MethodRemoved, now);
        let told = Told::MethodRemoved { method: kind };
        let notice = OutboxItem::new(app.random.bytes(), &caller.user, told, Some(origin), now);
        let writes = vec![
            records::put_user(&caller.user)?,
            caller.keep_session()?,
            forget_counters(Write::update(keys::user_guard(&id)), &caller.guard, &[kind]),
            records::new_event(&id, &event.from(origin).method(kind))?,
            records::new_notice(&notice)?,
        ];
        if committed(app.store.commit(writes).await)? {
            let mut methods = OwnMethods::new(caller.user, &caller.guard);
            methods.suspended.retain(|suspended| *suspended != kind);
            return Ok(methods);
        }
    }
    Err(Error::Conflict)
}

/// Drops the counters of methods, devices and addresses that are gone from a user's guard.
pub(crate) fn forget_counters(mut write: Write, guard: &Guard, kinds: &[MethodKind]) -> Write {
    for kind in kinds {
        write = write.remove(&guards::row(*kind));
    }
    for scope in guard.password_scopes() {
        write = write.remove(scope);
    }
    // An update has to change something; a guard at rest loses a time to live it never has.
    write.remove(keys::TTL)
}
