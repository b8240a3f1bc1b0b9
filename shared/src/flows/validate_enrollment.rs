//! The first code of a new method: enables it, during a sign-in or within a session.

use crate::clock::Timestamp;
use crate::domain::activity::{Event, EventKind, Origin};
use crate::domain::code::{Code, Purpose};
use crate::domain::method::MethodKind;
use crate::domain::outbox::{OutboxItem, Told};
use crate::domain::session::Session;
use crate::domain::ticket::{Enrollment, EnrollmentOrigin, Ticket, TicketPurpose};
use crate::domain::token::{EnrollmentToken, UserToken};
use crate::domain::user::{Enabled, User};
use crate::flows::ROUNDS;
use crate::flows::finish::{Finish, How, SignedIn};
use crate::flows::guess::{Judged, Judgement, committed};
use crate::runtime::{App, KeysUnavailable};
use crate::store::guards;
use crate::store::write::Write;
use crate::store::{CommitError, StoreError, keys, records};

/// What a client sends to finish an enrollment.
#[derive(Debug)]
pub struct Request {
    /// The enrollment.
    pub enrollment: EnrollmentToken,
    /// The code.
    pub code: Code,
    /// Where the enrollment was started.
    pub place: Place,
    /// Where the request comes from.
    pub origin: Origin,
}

/// Where an enrollment is finished.
#[derive(Debug)]
pub enum Place {
    /// During a sign-in.
    SignIn {
        /// The ticket of that sign-in.
        ticket: UserToken,
        /// Whether to remember this device.
        remember_device: bool,
        /// The session cookie of the browser, which the sign-in replaces.
        replaces: Option<UserToken>,
    },
    /// Within a session.
    Session(Option<UserToken>),
}

/// What enabling the method leads to.
#[derive(Debug)]
pub enum Outcome {
    /// Signed in as well.
    Authenticated(Box<SignedIn>),
    /// Enabled; the session goes on.
    Enabled(Box<User>),
}

/// Why a method isn't enabled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ticket is unknown, expired or used up, or somebody enabled a method meanwhile.
    #[error("invalid ticket")]
    InvalidTicket,
    /// There is no live session.
    #[error("no live session")]
    Unauthenticated,
    /// The enrollment is unknown, expired, used up, superseded or started elsewhere.
    #[error("no such enrollment")]
    NotFound,
    /// The code is wrong.
    #[error("invalid code")]
    InvalidCode {
        /// Guesses left for this enrollment.
        attempts_left: u32,
    },
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key can't be had.
    #[error(transparent)]
    Keys(#[from] KeysUnavailable),
}

/// Validates the first code of a new method and enables it.
///
/// # Errors
/// [`Error`]. A guess that was judged stays counted.
pub async fn validate(app: &App, request: Request) -> Result<Outcome, Error> {
    let mut state = count(app, &request).await?;
    for _ in 0..ROUNDS {
        let enrollment = &state.enrollment;
        let kind = request.enrollment.kind;
        let judged = Judged {
            user: &state.user.user_id,
            target: &enrollment.target,
            last_step: None,
            sent: enrollment.sends.last(kind),
            ticket: &request.enrollment.secret,
            purpose: Purpose::Enrollment,
        };
        let step = match judged.judge(app, &request.code, state.now).await? {
            Judgement::Right(step) => step,
            Judgement::Wrong | Judgement::AlreadyUsed => {
                let attempts_left = enrollment.attempts_left();
                let event = state.event(app, &request, EventKind::CodeFailed)?;
                committed(app.store.commit(vec![event]).await)?;
                return Err(Error::InvalidCode { attempts_left });
            }
        };
        let (writes, outcome) = state.succeed(app, &request, step)?;
        match app.store.commit(writes).await {
            Ok(()) => return Ok(outcome),
            Err(CommitError::Refused(_)) => {
                let attempts = state.enrollment.attempts;
                state = State::read(app, &request).await?;
                state.enrollment.attempts = attempts;
            }
            Err(CommitError::Store(error)) => return Err(error.into()),
        }
    }
    Err(StoreError::Unavailable("too many concurrent changes".to_owned()).into())
}

/// Counts the guess against the enrollment, or refuses it.
async fn count(app: &App, request: &Request) -> Result<State, Error> {
    let token = &request.enrollment;
    for _ in 0..ROUNDS {
        let mut state = State::read(app, request).await?;
        if state.enrollment.attempts_left() == 0 {
            return Err(Error::NotFound);
        }
        let seen = state.enrollment.attempts;
        let write =
            records::count_enrollment_guess(&token.user_id, token.kind, &token.hash(), seen)?;
        if committed(app.store.commit(vec![write]).await)? {
            state.enrollment.attempts = seen.saturating_add(1);
            return Ok(state);
        }
    }
    Err(StoreError::Unavailable("too many concurrent guesses".to_owned()).into())
}

/// What an enrollment is decided on.
struct State {
    user: User,
    enrollment: Enrollment,
    place: Found,
    now: Timestamp,
}

/// The ticket or session an enrollment is finished with.
enum Found {
    Ticket(Ticket),
    Session(Session),
}

impl State {
    /// Reads everything and refuses what is dead. Guesses are checked where they are counted.
    async fn read(app: &App, request: &Request) -> Result<Self, Error> {
        let token = &request.enrollment;
        let place = match &request.place {
            Place::SignIn { ticket, .. } => ticket,
            Place::Session(session) => session.as_ref().ok_or(Error::Unauthenticated)?,
        };
        let id = &place.user_id;
        let place_key = match &request.place {
            Place::SignIn { .. } => keys::ticket(id, &place.hash()),
            Place::Session(_) => keys::session(id, &place.hash()),
        };
        let (user_key, enrollment_key) = (keys::user(id), keys::enrollment(id, token.kind));
        let wanted = [place_key.clone(), user_key.clone(), enrollment_key.clone()];
        let items = app.store.read(&wanted).await?;
        let now = app.clock.now();
        let user: Option<User> = items.get(&user_key)?;
        let (user, found, origin) = match &request.place {
            Place::SignIn { .. } => {
                let (user, ticket) = user
                    .zip(items.get::<Ticket>(&place_key)?)
                    .filter(|(user, ticket)| ticket.is_live(user, now))
                    .filter(|(_, ticket)| ticket.purpose == TicketPurpose::Enrollment)
                    .ok_or(Error::InvalidTicket)?;
                (
                    user,
                    Found::Ticket(ticket),
                    EnrollmentOrigin::Ticket(place.hash()),
                )
            }
            Place::Session(_) => {
                let (user, session) = user
                    .zip(items.get::<Session>(&place_key)?)
                    .filter(|(user, session)| session.is_live(user, now))
                    .ok_or(Error::Unauthenticated)?;
                let origin = EnrollmentOrigin::Session(session.session_id.clone());
                (user, Found::Session(session.seen(now)), origin)
            }
        };
        let enrollment = items
            .get::<Enrollment>(&enrollment_key)?
            .filter(|_| token.user_id == *id)
            .filter(|enrollment| {
                let unguessed = Enrollment {
                    attempts: 0,
                    ..enrollment.clone()
                };
                unguessed.is_live(&token.hash(), &origin, &user, now)
            })
            .ok_or(Error::NotFound)?;
        Ok(Self {
            user,
            enrollment,
            place: found,
            now,
        })
    }

    fn event(&self, app: &App, request: &Request, kind: EventKind) -> Result<Write, StoreError> {
        let event = Event::new(app.event_id(), kind, self.now);
        let event = event.from(&request.origin).method(request.enrollment.kind);
        records::new_event(&self.user.user_id, &event)
    }

    /// The writes that enable the method, and what it leads to.
    fn succeed(
        &self,
        app: &App,
        request: &Request,
        step: Option<u64>,
    ) -> Result<(Vec<Write>, Outcome), StoreError> {
        let kind = request.enrollment.kind;
        let id = &self.user.user_id;
        let mut user = self.user.clone();
        let enabled = user.enable_method(self.enrollment.target.clone(), step, self.now);
        let (event, told) = match enabled {
            Enabled::New => (
                EventKind::MethodEnabled,
                Told::MethodEnabled { method: kind },
            ),
            Enabled::Replaced => (
                EventKind::MethodReplaced,
                Told::MethodReplaced { method: kind },
            ),
        };
        let origin = Some(&request.origin);
        let notice = OutboxItem::new(app.random.bytes(), &user, told, origin, self.now);
        let mut writes = vec![
            records::redeem_enrollment(id, kind, &request.enrollment.hash())?,
            lift_suspension(&user, kind),
            self.event(app, request, event)?,
            records::new_notice(&notice)?,
        ];
        let outcome = match (&self.place, &request.place) {
            (
                Found::Ticket(found),
                Place::SignIn {
                    ticket,
                    remember_device,
                    replaces,
                },
            ) => {
                writes.push(records::redeem_ticket(id, &ticket.hash()));
                let finish = Finish {
                    user,
                    how: How::SecondFactor {
                        method: kind,
                        remember: *remember_device,
                        presented: None,
                    },
                    transport: found.transport,
                    replaces: replaces.as_ref(),
                    origin: &request.origin,
                    now: self.now,
                };
                let (more, signed_in) = finish.build(app)?;
                writes.extend(more);
                Outcome::Authenticated(Box::new(signed_in))
            }
            (Found::Session(session), Place::Session(Some(token))) => {
                // The session that replaced a method outlives the trust that was lost by it.
                let session = Session {
                    generation: user.generation,
                    ..session.clone()
                };
                writes.push(records::put_session(id, &token.hash(), &session)?);
                writes.push(records::put_user(&user)?);
                Outcome::Enabled(Box::new(user))
            }
            _ => {
                return Err(StoreError::Inconsistent(
                    "enrollment without its place".to_owned(),
                ));
            }
        };
        Ok((writes, outcome))
    }
}

/// Enabling a method again lifts its suspension.
fn lift_suspension(user: &User, kind: MethodKind) -> Write {
    Write::update(keys::user_guard(&user.user_id)).remove(&guards::row(kind))
}
