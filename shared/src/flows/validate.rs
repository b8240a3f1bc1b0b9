//! A code for a ticket: the second step of a sign-in, or a step-up within a session.

use tracing::warn;

use crate::clock::Timestamp;
use crate::domain::activity::Origin;
use crate::domain::code::{Code, Purpose};
use crate::domain::limits::Wait;
use crate::domain::method::MethodKind;
use crate::domain::session::{Session, Transport};
use crate::domain::ticket::{Ticket, TicketPurpose};
use crate::domain::token::UserToken;
use crate::domain::user::{Method, User};
use crate::flows::ROUNDS;
use crate::flows::alternatives::Alternatives;
use crate::flows::finish::{Finish, How, SignedIn};
use crate::flows::guess::{Counted, Judged, Judgement, committed, is_suspended};
use crate::flows::login::PresentedDevice;
use crate::runtime::{App, KeysUnavailable};
use crate::store::guards::Guard;
use crate::store::write::Write;
use crate::store::{CommitError, StoreError, keys, records};

/// What a client sends to validate a code for a ticket.
#[derive(Debug)]
pub struct Request {
    /// The ticket.
    pub ticket: UserToken,
    /// The method the code is of.
    pub method: MethodKind,
    /// The code.
    pub code: Code,
    /// Whether to remember this device.
    pub remember_device: bool,
    /// The device tokens the client presents, which a new one replaces.
    pub device: PresentedDevice,
    /// The session the client presents: the one to step up, or to replace.
    pub session: Option<UserToken>,
    /// The session cookie of the browser, which a sign-in replaces.
    pub replaces: Option<UserToken>,
    /// Where it comes from.
    pub origin: Origin,
}

/// What a right code leads to.
#[derive(Debug)]
pub enum Outcome {
    /// Signed in.
    Authenticated(Box<SignedIn>),
    /// The session has a recent second factor, and a new token.
    Verified(Box<SteppedUp>),
}

/// A session after a step-up.
#[derive(Debug)]
pub struct SteppedUp {
    /// Whose it is.
    pub user: User,
    /// The session.
    pub session: Session,
    /// Its new token.
    pub token: UserToken,
}

/// Why a code isn't accepted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ticket is unknown, expired or used up.
    #[error("invalid ticket")]
    InvalidTicket,
    /// The ticket is a session's, and that session isn't there.
    #[error("no live session")]
    Unauthenticated,
    /// The user has no such method.
    #[error("method not enabled")]
    MethodNotEnabled,
    /// The method has failed too often in a row.
    #[error("method suspended")]
    MethodSuspended {
        /// Methods that still work.
        others: Vec<MethodKind>,
    },
    /// The user has failed too often in this hour.
    #[error("too many attempts")]
    TooManyAttempts(Wait),
    /// The code is wrong.
    #[error("invalid code")]
    InvalidCode {
        /// Guesses left for this ticket.
        attempts_left: u32,
    },
    /// The code is right, but was accepted before.
    #[error("code already used")]
    CodeAlreadyUsed {
        /// Guesses left for this ticket.
        attempts_left: u32,
    },
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key can't be had.
    #[error(transparent)]
    Keys(#[from] KeysUnavailable),
}

/// Validates a code for a ticket.
///
/// # Errors
/// [`Error`]. Whatever goes wrong, the guess stays counted unless it never got that far, or was
/// right and somebody else used the ticket first.
pub async fn validate(app: &App, request: Request) -> Result<Outcome, Error> {
    let (mut state, mut counted) = count(app, &request).await?;
    for _ in 0..ROUNDS {
        let now = state.now;
        let method = state.method(request.method)?;
        let judged = Judged {
            user: &state.user.user_id,
            target: &method.target,
            last_step: method.last_step,
            sent: state.ticket.sends.last(request.method),
            ticket: &request.ticket.secret,
            purpose: state.purpose(),
        };
        let step = match judged.judge(app, &request.code, now).await? {
            Judgement::Right(step) => step,
            wrong => return Err(state.fail(app, &request, &counted, wrong).await),
        };
        let (writes, outcome) = state.succeed(app, &request, &counted, step)?;
        match app.store.commit(writes).await {
            Ok(()) => return Ok(outcome),
            // The ticket was used meanwhile, or the user changed: look again.
            Err(CommitError::Refused(_)) => {
                let next = State::read(app, &request).await;
                let next = next.and_then(|next| next.check_live().map(|()| next));
                match next {
                    Ok(next) => state.continue_with(next, &mut counted),
                    Err(error) => return Err(state.give_up(app, &counted, error).await),
                }
            }
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(StoreError::Unavailable("too many concurrent changes".to_owned()).into())
}

/// Counts the guess against ticket, user and method, or refuses it.
async fn count(app: &App, request: &Request) -> Result<(State, Counted), Error> {
    for _ in 0..ROUNDS {
        let mut state = State::read(app, request).await?;
        state.check_live()?;
        if state.ticket.attempts_left() == 0 {
            return Err(Error::InvalidTicket);
        }
        state.method(request.method)?;
        if is_suspended(&state.guard, request.method) {
            let others = state.others(app, request).await;
            return Err(Error::MethodSuspended { others });
        }
        let user = &state.user.user_id;
        let (guard, counted) = Counted::admit(user, &state.guard, request.method, state.now)?
            .map_err(Error::TooManyAttempts)?;
        let seen = state.ticket.attempts;
        let ticket = records::count_ticket_guess(user, &request.ticket.hash(), seen)?;
        if committed(app.store.commit(vec![ticket, guard]).await)? {
            state.ticket.attempts = seen.saturating_add(1);
            return Ok((state, counted));
        }
    }
    Err(StoreError::Unavailable("too many concurrent guesses".to_owned()).into())
}

/// What a code for a ticket is decided on.
struct State {
    user: User,
    guard: Guard,
    ticket: Ticket,
    session: Option<(UserToken, Session)>,
    now: Timestamp,
}

impl State {
    async fn read(app: &App, request: &Request) -> Result<Self, Error> {
        let id = &request.ticket.user_id;
        let ticket_key = keys::ticket(id, &request.ticket.hash());
        let (user_key, guard_key) = (keys::user(id), keys::user_guard(id));
        let mut wanted = vec![ticket_key.clone(), user_key.clone(), guard_key.clone()];
        let own = request
            .session
            .as_ref()
            .filter(|token| token.user_id == *id);
        let session_key = own.map(|token| keys::session(id, &token.hash()));
        wanted.extend(session_key.clone());
        let items = app.store.read(&wanted).await?;
        let session = session_key
            .map(|key| items.get::<Session>(&key))
            .transpose()?
            .flatten();
        Ok(Self {
            user: items.get(&user_key)?.ok_or(Error::InvalidTicket)?,
            guard: Guard::new(items.raw(&guard_key)),
            ticket: items.get(&ticket_key)?.ok_or(Error::InvalidTicket)?,
            session: own.cloned().zip(session),
            now: app.clock.now(),
        })
    }

    /// Refuses a dead ticket, and a step-up's ticket outside its session.
    fn check_live(&self) -> Result<(), Error> {
        // Guesses are checked where they are counted: the last one may still be judged.
        let unguessed = Ticket {
            attempts: 0,
            ..self.ticket.clone()
        };
        if !unguessed.is_live(&self.user, self.now) {
            return Err(Error::InvalidTicket);
        }
        let TicketPurpose::StepUp { session_id } = &self.ticket.purpose else {
            return Ok(());
        };
        match &self.session {
            Some((_, session)) if !session.is_live(&self.user, self.now) => {
                Err(Error::Unauthenticated)
            }
            Some((_, session)) if session.session_id == *session_id => Ok(()),
            Some(_) => Err(Error::InvalidTicket),
            None => Err(Error::Unauthenticated),
        }
    }

    /// Goes on with what was read anew. The guess has its number already.
    fn continue_with(&mut self, next: Self, counted: &mut Counted) {
        counted.look_again(&next.guard);
        let attempts = self.ticket.attempts;
        *self = next;
        self.ticket.attempts = attempts;
    }

    /// Gives back a right guess that came too late, and passes on why. An attacker gains nothing
    /// by it: only a right code gets here, and only after the ticket is gone.
    async fn give_up(&self, app: &App, counted: &Counted, error: Error) -> Error {
        let write = counted.give_back(&self.user.user_id);
        if let Err(error) = committed(app.store.commit(vec![write]).await) {
            warn!(%error, "a right guess stays counted");
        }
        error
    }

    fn method(&self, kind: MethodKind) -> Result<&Method, Error> {
        self.user.methods.get(kind).ok_or(Error::MethodNotEnabled)
    }

    /// The user's other methods that still work for this ticket.
    async fn others(&self, app: &App, request: &Request) -> Vec<MethodKind> {
        let alternatives = Alternatives {
            user: &self.user,
            guard: &self.guard,
            origin: &request.origin,
            now: self.now,
        };
        let sends = &self.ticket.sends;
        alternatives.enabled(app, request.method, sends).await
    }

    fn purpose(&self) -> Purpose {
        match self.ticket.purpose {
            TicketPurpose::StepUp { .. } => Purpose::StepUp,
            TicketPurpose::SignIn | TicketPurpose::Enrollment => Purpose::SignIn,
        }
    }

    async fn fail(
        self,
        app: &App,
        request: &Request,
        counted: &Counted,
        wrong: Judgement,
    ) -> Error {
        let attempts_left = self.ticket.attempts_left();
        let recorded = match counted.record_failure(app, &self.user, &request.origin, self.now) {
            Ok(writes) => committed(app.store.commit(writes).await),
            Err(error) => Err(error),
        };
        match (recorded, wrong) {
            (Err(error), _) => error.into(),
            (Ok(_), Judgement::AlreadyUsed) => Error::CodeAlreadyUsed { attempts_left },
            (Ok(_), _) => Error::InvalidCode { attempts_left },
        }
    }

    /// The writes that make a right code count, and what it leads to.
    fn succeed(
        &self,
        app: &App,
        request: &Request,
        counted: &Counted,
        step: Option<u64>,
    ) -> Result<(Vec<Write>, Outcome), StoreError> {
        let mut user = self.user.clone();
        user.methods.used(request.method, step, self.now);
        let mut writes = vec![
            records::redeem_ticket(&user.user_id, &request.ticket.hash()),
            counted.give_back(&user.user_id),
        ];
        let outcome = match &self.session {
            Some((old, session)) if matches!(self.ticket.purpose, TicketPurpose::StepUp { .. }) => {
                let token = UserToken::new(user.user_id.clone(), app.random.bytes());
                let session = session.clone().stepped_up(self.now);
                writes.push(records::put_user(&user)?);
                writes.push(records::end_session(&user.user_id, &old.hash()).if_exists());
                writes.push(records::new_session(
                    &user.user_id,
                    &token.hash(),
                    &session,
                )?);
                Outcome::Verified(Box::new(SteppedUp {
                    user,
                    session,
                    token,
                }))
            }
            _ => {
                let presented = request.device.for_user(&user).cloned();
                let presented = presented.filter(|_| self.ticket.transport == Transport::Cookie);
                let finish = Finish {
                    user,
                    how: How::SecondFactor {
                        method: request.method,
                        remember: request.remember_device,
                        presented,
                    },
                    transport: self.ticket.transport,
                    replaces: request.replaces.as_ref(),
                    origin: &request.origin,
                    now: self.now,
                };
                let (more, signed_in) = finish.build(app)?;
                writes.extend(more);
                Outcome::Authenticated(Box::new(signed_in))
            }
        };
        Ok((writes, outcome))
    }
}
