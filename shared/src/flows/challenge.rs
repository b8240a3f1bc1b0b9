//! Asking for a code: by a ticket of a sign-in, or within a session for a step-up.

use crate::clock::Timestamp;
use crate::domain::activity::Origin;
use crate::domain::code::Purpose;
use crate::domain::limits::{RESEND_AFTER, Wait};
use crate::domain::method::MethodKind;
use crate::domain::ticket::{Ticket, TicketPurpose};
use crate::domain::token::UserToken;
use crate::domain::user::{Method, User};
use crate::flows::ROUNDS;
use crate::flows::alternatives::Alternatives;
use crate::flows::caller::{Caller, CallerError};
use crate::flows::guess::{committed, is_suspended, second_factor_wait};
use crate::flows::send::{CodeToSend, Holder, NotSent, SendError};
use crate::runtime::App;
use crate::store::guards::Guard;
use crate::store::write::Write;
use crate::store::{StoreError, keys, records};

/// What a client sends to be asked for a code.
#[derive(Debug)]
pub struct Request {
    /// By which method.
    pub method: MethodKind,
    /// What it is for.
    pub asked_by: AskedBy,
    /// Where it comes from.
    pub origin: Origin,
}

/// What a code is asked for by.
#[derive(Debug)]
pub enum AskedBy {
    /// A ticket.
    Ticket(UserToken),
    /// A session: a step-up.
    Session(Option<UserToken>),
}

/// A challenge that is out.
#[derive(Debug)]
pub struct Challenged {
    /// The ticket to validate the code with.
    pub token: UserToken,
    /// The ticket.
    pub ticket: Ticket,
    /// The method.
    pub method: MethodKind,
    /// Where the code went, masked.
    pub destination: Option<String>,
    /// Seconds until the code may be asked for again.
    pub resend_after: i64,
}

/// Why there is no challenge.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ticket is unknown, expired or used up.
    #[error("invalid ticket")]
    InvalidTicket,
    /// The session doesn't allow it.
    #[error(transparent)]
    Caller(#[from] CallerError),
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
    /// The code isn't sent.
    #[error(transparent)]
    NotSent(#[from] NotSent),
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a challenge, and sends its code if the method is one that sends.
///
/// # Errors
/// [`Error`].
pub async fn challenge(app: &App, request: Request) -> Result<Challenged, Error> {
    for _ in 0..ROUNDS {
        let state = State::read(app, &request).await?;
        let method = state.allowed_method(app, &request).await?;
        match state.ask(app, &request, method).await {
            Err(SendError::Raced) => {}
            Err(error) => {
                let others = state.others(app, &request);
                return Err(error.offering(others).await.into());
            }
            Ok(challenged) => return Ok(challenged),
        }
    }
    Err(StoreError::Unavailable("too many concurrent requests".to_owned()).into())
}

/// What a challenge is decided on.
struct State {
    user: User,
    guard: Guard,
    address: Guard,
    token: UserToken,
    ticket: Ticket,
    /// For a step-up, whose ticket is made with the challenge: the session, kept alive.
    session: Option<Write>,
    now: Timestamp,
}

impl State {
    async fn read(app: &App, request: &Request) -> Result<Self, Error> {
        match &request.asked_by {
            AskedBy::Ticket(token) => Self::of_ticket(app, token, &request.origin).await,
            AskedBy::Session(token) => Self::of_session(app, token.as_ref(), &request.origin).await,
        }
    }

    async fn of_ticket(app: &App, token: &UserToken, origin: &Origin) -> Result<Self, Error> {
        let id = &token.user_id;
        let keys = [
            keys::ticket(id, &token.hash()),
            keys::user(id),
            keys::user_guard(id),
            keys::address_guard(&origin.network),
        ];
        let items = app.store.read(&keys).await?;
        let [ticket, user, guard, address] = keys;
        let now = app.clock.now();
        let (ticket, user) = items
            .get::<Ticket>(&ticket)?
            .zip(items.get::<User>(&user)?)
            .filter(|(ticket, user)| ticket.is_live(user, now))
            .ok_or(Error::InvalidTicket)?;
        Ok(Self {
            user,
            guard: Guard::new(items.raw(&guard)),
            address: Guard::new(items.raw(&address)),
            token: token.clone(),
            ticket,
            session: None,
            now,
        })
    }

    async fn of_session(
        app: &App,
        token: Option<&UserToken>,
        origin: &Origin,
    ) -> Result<Self, Error> {
        let address = keys::address_guard(&origin.network);
        let caller = Caller::open(app, token, std::slice::from_ref(&address)).await?;
        let now = app.clock.now();
        let session = &caller.session;
        let purpose = TicketPurpose::StepUp {
            session_id: session.session_id.clone(),
        };
        Ok(Self {
            token: UserToken::new(caller.user.user_id.clone(), app.random.bytes()),
            ticket: Ticket::new(&caller.user, purpose, session.transport, now),
            session: Some(caller.keep_session()?),
            address: Guard::new(caller.items.raw(&address)),
            user: caller.user,
            guard: caller.guard,
            now,
        })
    }

    async fn allowed_method(&self, app: &App, request: &Request) -> Result<&Method, Error> {
        let kind = request.method;
        let method = self.user.methods.get(kind).ok_or(Error::MethodNotEnabled)?;
        if is_suspended(&self.guard, kind) {
            return Err(Error::MethodSuspended {
                others: self.others(app, request).await,
            });
        }
        match second_factor_wait(&self.guard, self.now) {
            Some(wait) => Err(Error::TooManyAttempts(wait)),
            None => Ok(method),
        }
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

    async fn ask(
        &self,
        app: &App,
        request: &Request,
        method: &Method,
    ) -> Result<Challenged, SendError> {
        let resend_after = match method.target.destination() {
            Some(destination) => {
                let code = self.code(request.method, destination, &request.origin);
                code.send(app).await?;
                RESEND_AFTER
            }
            None => {
                self.keep_ticket(app).await?;
                0
            }
        };
        Ok(Challenged {
            token: self.token.clone(),
            ticket: self.ticket.clone(),
            method: request.method,
            destination: method.target.masked_destination(),
            resend_after,
        })
    }

    fn code<'a>(
        &'a self,
        kind: MethodKind,
        destination: &'a str,
        origin: &'a Origin,
    ) -> CodeToSend<'a> {
        let (holder, purpose) = match self.session {
            Some(_) => (
                Holder::NewTicket(&self.token, &self.ticket),
                Purpose::StepUp,
            ),
            None => (Holder::Ticket(&self.token, &self.ticket), self.purpose()),
        };
        CodeToSend {
            user: &self.user,
            guard: &self.guard,
            address: &self.address,
            kind,
            destination,
            purpose,
            holder,
            origin,
            also: self.session.iter().cloned().collect(),
            now: self.now,
        }
    }

    fn purpose(&self) -> Purpose {
        match self.ticket.purpose {
            TicketPurpose::StepUp { .. } => Purpose::StepUp,
            TicketPurpose::SignIn | TicketPurpose::Enrollment => Purpose::SignIn,
        }
    }

    /// Writes the new ticket of a step-up by authenticator; that of a sign-in is there already.
    async fn keep_ticket(&self, app: &App) -> Result<(), SendError> {
        let Some(session) = &self.session else {
            return Ok(());
        };
        let ticket = records::new_ticket(&self.user.user_id, &self.token.hash(), &self.ticket)?;
        if committed(app.store.commit(vec![ticket, session.clone()]).await)? {
            Ok(())
        } else {
            Err(SendError::Raced)
        }
    }
}
