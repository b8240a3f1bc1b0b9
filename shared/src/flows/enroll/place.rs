//! Where an enrollment happens: a ticket or a session, with all that decides about it.

use crate::clock::Timestamp;
use crate::domain::activity::Origin;
use crate::domain::code::Purpose;
use crate::domain::method::MethodKind;
use crate::domain::ticket::{
    Enrollment, EnrollmentOrigin, EnrollmentTarget, Sends, TICKET_LIFETIME, Ticket, TicketPurpose,
};
use crate::domain::token::{EnrollmentToken, UserToken};
use crate::domain::user::User;
use crate::flows::alternatives::Alternatives;
use crate::flows::caller::Caller;
use crate::flows::guess::committed;
use crate::flows::send::{CodeToSend, Holder, NotSent, SendError};
use crate::runtime::App;
use crate::store::guards::Guard;
use crate::store::keys::{self, Key};
use crate::store::write::Write;
use crate::store::{Items, records};

use super::{Authority, Error};

/// Where an enrollment happens, and on what it is decided.
pub(super) struct Place {
    pub(super) user: User,
    guard: Guard,
    address: Guard,
    origin: EnrollmentOrigin,
    /// When an enrollment that begins now ends: with the ticket that it is to be finished with, if
    /// there is one.
    ends_at: Timestamp,
    /// The session, kept alive by what is written.
    session: Option<Write>,
    items: Items,
    now: Timestamp,
}

impl Place {
    pub(super) async fn read(
        app: &App,
        authority: &Authority,
        origin: &Origin,
        token: Option<&EnrollmentToken>,
    ) -> Result<Self, Error> {
        let address = keys::address_guard(&origin.network);
        let mut extra = vec![address.clone()];
        extra.extend(token.map(|token| keys::enrollment(&token.user_id, token.kind)));
        match authority {
            Authority::Ticket(ticket) => Self::of_ticket(app, ticket, &address, extra).await,
            Authority::Session(session) => {
                Self::of_session(app, session.as_ref(), &address, extra).await
            }
        }
    }

    async fn of_ticket(
        app: &App,
        token: &UserToken,
        address: &Key,
        mut keys: Vec<Key>,
    ) -> Result<Self, Error> {
        let id = &token.user_id;
        let (ticket_key, user_key) = (keys::ticket(id, &token.hash()), keys::user(id));
        let guard_key = keys::user_guard(id);
        keys.extend([ticket_key.clone(), user_key.clone(), guard_key.clone()]);
        let items = app.store.read(&keys).await?;
        let now = app.clock.now();
        let (ticket, user) = items
            .get::<Ticket>(&ticket_key)?
            .zip(items.get::<User>(&user_key)?)
            .filter(|(ticket, user)| ticket.is_live(user, now))
            .filter(|(ticket, _)| ticket.purpose == TicketPurpose::Enrollment)
            .ok_or(Error::InvalidTicket)?;
        Ok(Self {
            user,
            guard: Guard::new(items.raw(&guard_key)),
            address: Guard::new(items.raw(address)),
            origin: EnrollmentOrigin::Ticket(token.hash()),
            ends_at: ticket.expires_at.min(now.plus(TICKET_LIFETIME)),
            session: None,
            items,
            now,
        })
    }

    async fn of_session(
        app: &App,
        token: Option<&UserToken>,
        address: &Key,
        keys: Vec<Key>,
    ) -> Result<Self, Error> {
        let caller = Caller::open(app, token, &keys).await?;
        let now = app.clock.now();
        caller.require_recent_factor(now)?;
        Ok(Self {
            origin: EnrollmentOrigin::Session(caller.session.session_id.clone()),
            ends_at: now.plus(TICKET_LIFETIME),
            session: Some(caller.keep_session()?),
            address: Guard::new(caller.items.raw(address)),
            user: caller.user,
            guard: caller.guard,
            items: caller.items,
            now,
        })
    }

    /// Writes the enrollment, and sends its code if it takes one.
    pub(super) async fn begin(
        &self,
        app: &App,
        target: EnrollmentTarget,
        origin: &Origin,
    ) -> Result<(EnrollmentToken, Enrollment), SendError> {
        let id = &self.user.user_id;
        let token = EnrollmentToken::new(target.kind(), id.clone(), app.random.bytes());
        let enrollment = Enrollment {
            token: token.hash(),
            origin: self.origin.clone(),
            target,
            generation: self.user.generation,
            expires_at: self.ends_at,
            attempts: 0,
            sends: Sends::default(),
        };
        if let Some(destination) = enrollment.target.destination() {
            let holder = Holder::NewEnrollment(&token, &enrollment);
            self.code(holder, token.kind, destination, origin)
                .send(app)
                .await?;
        } else {
            let mut writes = vec![records::new_enrollment(id, &enrollment)?];
            writes.extend(self.session.clone());
            if !committed(app.store.commit(writes).await)? {
                return Err(SendError::Raced);
            }
        }
        Ok((token, enrollment))
    }

    /// The pending enrollment of `token`, if it was started here and is still live.
    pub(super) fn pending(&self, token: &EnrollmentToken) -> Result<Enrollment, Error> {
        self.items
            .get::<Enrollment>(&keys::enrollment(&token.user_id, token.kind))?
            .filter(|_| token.user_id == self.user.user_id)
            .filter(|found| found.is_live(&token.hash(), &self.origin, &self.user, self.now))
            .ok_or(Error::NotFound)
    }

    pub(super) async fn send_again(
        &self,
        app: &App,
        token: &EnrollmentToken,
        enrollment: &Enrollment,
        origin: &Origin,
    ) -> Result<Result<(), SendError>, Error> {
        let destination = enrollment
            .target
            .destination()
            .ok_or(Error::NothingToSend)?;
        let holder = Holder::Enrollment(token, enrollment);
        Ok(self
            .code(holder, token.kind, destination, origin)
            .send(app)
            .await)
    }

    /// What a refusal to set up `kind` means, with what to set up instead where that helps.
    pub(super) async fn explain(
        &self,
        app: &App,
        error: SendError,
        kind: MethodKind,
        origin: &Origin,
    ) -> NotSent {
        let alternatives = Alternatives {
            user: &self.user,
            guard: &self.guard,
            origin,
            now: self.now,
        };
        error.offering(alternatives.new_ones(app, kind)).await
    }

    fn code<'a>(
        &'a self,
        holder: Holder<'a>,
        kind: MethodKind,
        destination: &'a str,
        origin: &'a Origin,
    ) -> CodeToSend<'a> {
        CodeToSend {
            user: &self.user,
            guard: &self.guard,
            address: &self.address,
            kind,
            destination,
            purpose: Purpose::Enrollment,
            holder,
            origin,
            also: self.session.iter().cloned().collect(),
            now: self.now,
        }
    }
}
