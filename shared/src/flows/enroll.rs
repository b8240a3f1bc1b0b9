//! Starting to enable a method, and sending its first code again.
//!
//! Within a session it takes a recent second factor. During a sign-in it takes a ticket that
//! says the account has no method; such a ticket is dead once it has one, so that nobody who
//! only knows the password can add a method later.

mod place;

use crate::domain::activity::Origin;
use crate::domain::contact::{EmailAddress, PhoneNumber};
use crate::domain::limits::RESEND_AFTER;
use crate::domain::method::MethodKind;
use crate::domain::ticket::{Enrollment, EnrollmentTarget};
use crate::domain::token::{EnrollmentToken, UserToken};
use crate::domain::totp::TotpSecret;
use crate::domain::user::User;
use crate::flows::ROUNDS;
use crate::flows::caller::CallerError;
use crate::flows::guess::seal_secret;
use crate::flows::send::{NotSent, SendError};
use crate::runtime::App;
use crate::store::StoreError;

use self::place::Place;

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

impl Wanted {
    const fn kind(&self) -> MethodKind {
        match self {
            Self::Authenticator => MethodKind::Authenticator,
            Self::Email(_) => MethodKind::Email,
            Self::Sms(_) => MethodKind::Sms,
        }
    }
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
    /// The code isn't sent.
    #[error(transparent)]
    NotSent(#[from] NotSent),
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
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
        let kind = wanted.kind();
        let (target, secret) = match target_of(app, &place.user, &wanted).await {
            Ok(target) => target,
            Err(error) => return Err(place.explain(app, error, kind, origin).await.into()),
        };
        match place.begin(app, target, origin).await {
            Err(SendError::Raced) => {}
            Err(error) => return Err(place.explain(app, error, kind, origin).await.into()),
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
            Err(error) => return Err(place.explain(app, error, token.kind, origin).await.into()),
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
) -> Result<(EnrollmentTarget, Option<TotpSecret>), SendError> {
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
                .map_err(SendError::NotAllowed)?;
            Ok((EnrollmentTarget::Sms(number.e164().to_owned()), None))
        }
    }
}
