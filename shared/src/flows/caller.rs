//! Who is asking: the session every signed-in use case begins with.

use crate::clock::Timestamp;
use crate::domain::practice::Practice;
use crate::domain::session::Session;
use crate::domain::token::UserToken;
use crate::domain::user::{Role, User};
use crate::runtime::App;
use crate::store::guards::Guard;
use crate::store::keys::{self, Key};
use crate::store::write::Write;
use crate::store::{Items, StoreError, from_item, records};

/// Why a session doesn't allow something.
#[derive(Debug, thiserror::Error)]
pub enum CallerError {
    /// There is no session, or it ended.
    #[error("no live session")]
    Unauthenticated,
    /// It needs a code passed within 15 minutes.
    #[error("needs a recent second factor")]
    StepUpRequired,
    /// It needs the Full Access role.
    #[error("needs Full Access")]
    FullAccessRequired,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A person with a live session.
#[derive(Debug)]
pub struct Caller {
    /// Who it is.
    pub user: User,
    /// The counters of their password and codes.
    pub guard: Guard,
    /// Their session.
    pub session: Session,
    /// Its token.
    pub token: UserToken,
    /// Whatever else was read with it.
    pub items: Items,
}

impl Caller {
    /// Opens the session of `token` and reads `extra` items in the same request.
    ///
    /// # Errors
    /// [`CallerError::Unauthenticated`] without a token or a live session.
    pub async fn open(
        app: &App,
        token: Option<&UserToken>,
        extra: &[Key],
    ) -> Result<Self, CallerError> {
        let token = token.ok_or(CallerError::Unauthenticated)?;
        let session_key = keys::session(&token.user_id, &token.hash());
        let user_key = keys::user(&token.user_id);
        let guard_key = keys::user_guard(&token.user_id);
        let mut wanted = vec![session_key.clone(), user_key.clone(), guard_key.clone()];
        wanted.extend_from_slice(extra);
        let items = app.store.read(&wanted).await?;
        let now = app.clock.now();
        let session = items
            .get::<Session>(&session_key)?
            .ok_or(CallerError::Unauthenticated)?;
        let user = items
            .get::<User>(&user_key)?
            .ok_or(CallerError::Unauthenticated)?;
        if !session.is_live(&user, now) {
            return Err(CallerError::Unauthenticated);
        }
        let guard = Guard::new(items.raw(&guard_key));
        Ok(Self {
            user,
            guard,
            session: session.seen(now),
            token: token.clone(),
            items,
        })
    }

    /// Opens a session to read something with it, and records that it was used.
    ///
    /// # Errors
    /// [`CallerError::Unauthenticated`] without a token or a live session.
    pub async fn open_to_read(
        app: &App,
        token: Option<&UserToken>,
        extra: &[Key],
    ) -> Result<Self, CallerError> {
        let caller = Self::open(app, token, extra).await?;
        caller.touch(app).await?;
        Ok(caller)
    }

    /// Opens a session to read something of the practice, and records that it was used.
    ///
    /// The session is touched first: it says which practice to read beside the user.
    ///
    /// # Errors
    /// [`CallerError::Unauthenticated`] without a token or a live session.
    pub async fn open_with_practice(
        app: &App,
        token: Option<&UserToken>,
    ) -> Result<(Self, Option<Practice>), CallerError> {
        let token = token.ok_or(CallerError::Unauthenticated)?;
        let now = app.clock.now();
        let write = records::touch_session(&token.user_id, &token.hash(), now)?;
        let touched = app
            .store
            .touch(write)
            .await?
            .ok_or(CallerError::Unauthenticated)?;
        let session: Session = from_item(touched)?;
        let keys = [
            keys::user(&token.user_id),
            keys::user_guard(&token.user_id),
            keys::practice(&session.practice_id),
        ];
        let items = app.store.read(&keys).await?;
        let [user, guard, practice] = keys;
        let user = items
            .get::<User>(&user)?
            .filter(|user| session.is_live(user, now))
            .ok_or(CallerError::Unauthenticated)?;
        let practice = items.get(&practice)?;
        let guard = Guard::new(items.raw(&guard));
        Ok((
            Self {
                user,
                guard,
                session,
                token: token.clone(),
                items,
            },
            practice,
        ))
    }

    /// Records that the session was used.
    ///
    /// # Errors
    /// [`CallerError::Unauthenticated`] if it was ended meanwhile.
    pub async fn touch(&self, app: &App) -> Result<(), CallerError> {
        let (user, token) = (&self.token.user_id, self.token.hash());
        let write = records::touch_session(user, &token, self.session.last_seen_at)?;
        app.store
            .touch(write)
            .await?
            .map(|_| ())
            .ok_or(CallerError::Unauthenticated)
    }

    /// The session as a write: used now, and in step with the user's trust generation.
    ///
    /// Part of every change a session makes. If the session was ended meanwhile, or another change
    /// has taken it to a new generation, the whole change is refused.
    ///
    /// # Errors
    /// If it can't be an item.
    pub fn keep_session(&self) -> Result<Write, StoreError> {
        let session = Session {
            generation: self.user.generation,
            ..self.session.clone()
        };
        records::put_session(&self.token.user_id, &self.token.hash(), &session)?
            .if_equal("generation", Some(&self.session.generation))
    }

    /// Refuses unless a code was passed in this session within 15 minutes.
    ///
    /// # Errors
    /// [`CallerError::StepUpRequired`].
    pub fn require_recent_factor(&self, now: Timestamp) -> Result<(), CallerError> {
        if self.session.has_recent_factor(now) {
            Ok(())
        } else {
            Err(CallerError::StepUpRequired)
        }
    }

    /// Refuses unless the caller has Full Access now.
    ///
    /// # Errors
    /// [`CallerError::FullAccessRequired`].
    pub fn require_full_access(&self) -> Result<(), CallerError> {
        match self.user.role {
            Role::FullAccess => Ok(()),
            Role::Standard => Err(CallerError::FullAccessRequired),
        }
    }
}
