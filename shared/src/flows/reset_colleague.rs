//! Full Access takes methods of a colleague away.

use crate::domain::activity::{Event, EventKind, Origin};
use crate::domain::ids::UserId;
use crate::domain::method::MethodKind;
use crate::domain::outbox::{OutboxItem, Told};
use crate::domain::token::UserToken;
use crate::domain::user::User;
use crate::flows::ROUNDS;
use crate::flows::caller::{Caller, CallerError};
use crate::flows::guess::committed;
use crate::flows::remove::forget_counters;
use crate::runtime::App;
use crate::store::guards::{self, Guard};
use crate::store::write::Write;
use crate::store::{StoreError, keys, records};

/// Why a colleague isn't reset.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The session doesn't allow it.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// There is no such user in this practice.
    #[error("no such user")]
    NotFound,
    /// It is the caller: their own methods are changed elsewhere.
    #[error("own account")]
    OwnAccount,
    /// The colleague has no such method.
    #[error("method not enabled")]
    MethodNotEnabled,
    /// Others kept changing the colleague.
    #[error("conflict")]
    Conflict,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes all methods of a colleague away, or one of them. Their sessions end at once.
///
/// # Errors
/// [`Error`]. A user of another practice looks like one who does not exist.
pub async fn reset(
    app: &App,
    token: Option<&UserToken>,
    colleague: Option<&UserId>,
    only: Option<MethodKind>,
    origin: &Origin,
) -> Result<(), Error> {
    for _ in 0..ROUNDS {
        let extra: Vec<_> = colleague
            .into_iter()
            .flat_map(|id| [keys::user(id), keys::user_guard(id)])
            .collect();
        let caller = Caller::open(app, token, &extra).await?;
        let now = app.clock.now();
        caller.require_full_access()?;
        caller.require_recent_factor(now)?;
        let id = colleague.ok_or(Error::NotFound)?;
        let mut user: User = caller.items.get(&keys::user(id))?.ok_or(Error::NotFound)?;
        if user.practice_id != caller.user.practice_id {
            return Err(Error::NotFound);
        }
        if user.user_id == caller.user.user_id {
            return Err(Error::OwnAccount);
        }
        let removed = user.reset_methods(only);
        if only.is_some() && removed.is_empty() {
            return Err(Error::MethodNotEnabled);
        }
        let guard = Guard::new(caller.items.raw(&keys::user_guard(id)));
        let mut event = match only {
            Some(kind) => Event::new(app.event_id(), EventKind::MethodRemoved, now).method(kind),
            None => Event::new(app.event_id(), EventKind::Reset, now),
        };
        event = event.from(origin).actor(&caller.user.name);
        let mut counters = Write::update(keys::user_guard(id));
        if !user.methods.any_enabled() {
            // Whom it helps in again must not wait for the hour of codes that are no more.
            counters = counters.remove(guards::SECOND_FACTORS);
        }
        let mut writes = vec![
            records::put_user(&user)?,
            forget_counters(counters, &guard, &removed),
            records::new_event(id, &event)?,
            caller.keep_session()?,
        ];
        let told = Told::ResetByColleague {
            actor: caller.user.name.clone(),
            methods: removed,
        };
        let notice = OutboxItem::new(app.random.bytes(), &user, told, None, now);
        writes.push(records::new_notice(&notice)?);
        if committed(app.store.commit(writes).await)? {
            return Ok(());
        }
    }
    Err(Error::Conflict)
}
