//! Starting to enable a method, and sending its first code again.
//!
//! Within a session it takes a recent second factor. During a sign-in it takes a ticket that
//! says the account has no method; such a ticket is dead once it has one, so that nobody who
//! only knows the password can add a method later.

use crate::clock::Timestamp;
use crate::domain::activity::Origin;
use crate::domain::code::Purpose;
use crate::domain::contact::{DestinationNotAllowed, EmailAddress, PhoneNumber};
use crate::domain::limits::{RESEND_AFTER, Wait};
use crate::domain::method::MethodKind;
use crate::domain::ticket::{
    Enrollment, EnrollmentOrigin, EnrollmentTarget, Sends, TICKET_LIFETIME, Ticket, TicketPurpose,
};
use crate::domain::token::{EnrollmentToken, UserToken};
use crate::domain::totp::TotpSecret;
use crate::domain::user::User;
use crate::flows::ROUNDS;
use crate::flows::caller::{Caller, CallerError};
use crate::flows::guess::{committed, seal_secret};
use crate::flows::send::{CodeToSend, Holder, SendError};
use crate::runtime::{App, KeysUnavailable};
use crate::store::guards::Guard;
use crate::store::keys::{self, Key};
use crate::store::write::Write;
use crate::store::{Items, StoreError, records};

/// Who wants to enable a method.
#[derive(Debug)]
pub enum Authority {
    /// A sign-in that requires it.
    Ticket(UserToken),
    /// A session with a recent second factor.
    Session(Option<UserToken>),
}

/// The method to enable.
#[derive(Debug)]
pub enum Wanted {
    /// A TOTP app.
    Authenticator,
    /// Codes to this address.
    Email(EmailAddress),
    /// Codes to this number.
    Sms(PhoneNumber),
}

/// An enrollment that waits for its first code.
#[derive(Debug)]
pub struct Pending {
    /// Its token.
    pub token: EnrollmentToken,
    /// The enrollment.
    pub enrollment: Enrollment,
    /// The user it is for.
    pub user: User,
    /// The secret to show, once, for an authenticator.
    pub secret: Option<TotpSecret>,
    /// Seconds until the code may be asked for again, if one is sent.
    pub resend_after: i64,
}

/// Why an enrollment can't be started, or its code can't be sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ticket is unknown, expired, used up, or for something else.
    #[error("invalid ticket")]
    InvalidTicket,
    /// The session doesn't allow it.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// The enrollment is unknown, expired, used up, superseded or started elsewhere.
    #[error("no such enrollment")]
    NotFound,
    /// The method has no code to send: an authenticator makes its own.
    #[error("nothing to send")]
    NothingToSend,
    /// No SMS goes to this number.
    #[error("destination not allowed")]
    DestinationNotAllowed(DestinationNotAllowed),
    /// The last code was sent less than 30 seconds ago.
    #[error("resend too soon")]
    ResendTooSoon(Wait),
    /// A limit of sends is reached.
    #[error("send limit reached")]
    SendLimitReached(Wait),
    /// The provider is down or slow.
    #[error("delivery unavailable")]
    DeliveryUnavailable(Wait),
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key can't be had.
    #[error(transparent)]
    Keys(#[from] KeysUnavailable),
}

impl From<SendError> for Error {
    fn from(error: SendError) -> Self {
        match error {
            SendError::TooSoon(wait) => Self::ResendTooSoon(wait),
            SendError::LimitReached(wait) => Self::SendLimitReached(wait),
            SendError::NotAllowed(why) => Self::DestinationNotAllowed(why),
            SendError::Unavailable(wait) => Self::DeliveryUnavailable(wait),
            SendError::Raced => StoreError::Unavailable("raced".to_owned()).into(),
            SendError::Store(error) => error.into(),
            SendError::Keys(error) => error.into(),
        }
    }
}

/// Starts to enable a method; sends its first code if it is one that sends.
///
/// # Errors
/// [`Error`].
pub async fn start(
    app: &App,
    authority: &Authority,
    wanted: Wanted,
    origin: &Origin,
) -> Result<Pending, Error> {
    for _ in 0..ROUNDS {
        let place = Place::read(app, authority, origin, None).await?;
        let (target, secret) = target_of(app, &place.user, &wanted).await?;
        match place.begin(app, target, origin).await {
            Err(SendError::Raced) => {}
            Err(error) => return Err(error.into()),
            Ok((token, enrollment)) => {
                let resend_after = if secret.is_some() { 0 } else { RESEND_AFTER };
                return Ok(Pending {
                    token,
                    enrollment,
                    user: place.user,
                    secret,
                    resend_after,
                });
            }
        }
    }
    Err(StoreError::Unavailable("too many concurrent requests".to_owned()).into())
}

/// Sends the code of a pending enrollment again.
///
/// # Errors
/// [`Error`].
pub async fn resend(
    app: &App,
    authority: &Authority,
    token: EnrollmentToken,
    origin: &Origin,
) -> Result<Pending, Error> {
    for _ in 0..ROUNDS {
        let place = Place::read(app, authority, origin, Some(&token)).await?;
        let enrollment = place.pending(&token)?;
        match place.send_again(app, &token, &enrollment, origin).await? {
            Err(SendError::Raced) => {}
            Err(error) => return Err(error.into()),
            Ok(()) => {
                let user = place.user;
                return Ok(Pending {
                    token,
                    enrollment,
                    user,
                    secret: None,
                    resend_after: RESEND_AFTER,
                });
            }
        }
    }
    Err(StoreError::Unavailable("too many concurrent requests".to_owned()).into())
}

/// What is enrolled: for an authenticator a fresh secret, sealed, and in the clear to be shown.
async fn target_of(
    app: &App,
    user: &User,
    wanted: &Wanted,
) -> Result<(EnrollmentTarget, Option<TotpSecret>), Error> {
    match wanted {
        Wanted::Authenticator => {
            let secret = TotpSecret::from_bytes(app.random.bytes());
            let sealed = seal_secret(app, &user.user_id, &secret).await?;
            Ok((EnrollmentTarget::Authenticator(sealed), Some(secret)))
        }
        Wanted::Email(address) => Ok((EnrollmentTarget::Email(address.as_str().to_owned()), None)),
        Wanted::Sms(number) => {
            number
                .check_allowed(&app.config.sms_countries)
                .map_err(Error::DestinationNotAllowed)?;
            Ok((EnrollmentTarget::Sms(number.e164().to_owned()), None))
        }
    }
}

/// Where an enrollment happens, and on what it is decided.
struct Place {
    user: User,
    guard: Guard,
    address: Guard,
    origin: EnrollmentOrigin,
    /// The session, kept alive by what is written.
    session: Option<Write>,
    items: Items,
    now: Timestamp,
}

impl Place {
    async fn read(
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
        let (_, user) = items
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
            session: Some(caller.keep_session()?),
            address: Guard::new(caller.items.raw(address)),
            user: caller.user,
            guard: caller.guard,
            items: caller.items,
            now,
        })
    }

    /// Writes the enrollment, and sends its code if it takes one.
    async fn begin(
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
            expires_at: self.now.plus(TICKET_LIFETIME),
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
    fn pending(&self, token: &EnrollmentToken) -> Result<Enrollment, Error> {
        self.items
            .get::<Enrollment>(&keys::enrollment(&token.user_id, token.kind))?
            .filter(|_| token.user_id == self.user.user_id)
            .filter(|found| found.is_live(&token.hash(), &self.origin, &self.user, self.now))
            .ok_or(Error::NotFound)
    }

    async fn send_again(
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
