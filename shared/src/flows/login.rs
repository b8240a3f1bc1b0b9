//! The password step of a sign-in.
//!
//! Known, unknown and disabled users take the same way: the same reads, the same counting, one
//! password hash, one write, one answer. An unknown address is a user whose items aren't there.

mod attempt;
mod next;

use std::time::Duration;

use aws_smithy_async::rt::sleep::AsyncSleep as _;

use crate::domain::activity::Origin;
use crate::domain::ids::UserId;
use crate::domain::limits::Wait;
use crate::domain::method::MethodKind;
use crate::domain::password::{Password, Verdict};
use crate::domain::session::Transport;
use crate::domain::ticket::Ticket;
use crate::domain::token::{DeviceToken, UserToken};
use crate::domain::user::User;
use crate::flows::finish::SignedIn;
use crate::runtime::App;
use crate::store::StoreError;

use self::attempt::Attempt;

/// What a client sends to sign in.
#[derive(Debug)]
pub struct Request {
    /// The e-mail address as typed.
    pub email: String,
    /// The password as typed.
    pub password: Password,
    /// How the client wants its session.
    pub transport: Transport,
    /// Finds the device token the client presents for a user, given the user's device slot.
    pub device: PresentedDevice,
    /// The session this browser has already, which a new one replaces.
    pub replaces: Option<UserToken>,
    /// Where it comes from.
    pub origin: Origin,
}

/// The device tokens a client presents.
#[derive(Debug, Default)]
pub struct PresentedDevice {
    /// By slot, from cookies.
    pub by_slot: Vec<(String, DeviceToken)>,
    /// From the body, for bearer clients.
    pub from_body: Option<DeviceToken>,
}

impl PresentedDevice {
    /// The token presented for this user.
    #[must_use]
    pub fn for_user(&self, user: &User) -> Option<&DeviceToken> {
        let slot = |(slot, _): &&(String, DeviceToken)| *slot == user.device_slot;
        self.by_slot
            .iter()
            .find(slot)
            .map(|(_, token)| token)
            .or(self.from_body.as_ref())
    }
}

/// What a right password leads to.
#[derive(Debug)]
pub enum Outcome {
    /// Signed in without a code.
    Authenticated(Box<SignedIn>, Skipped),
    /// A code is needed.
    ChallengeRequired(Issued),
    /// A method must be enabled first.
    EnrollmentRequired(Issued),
}

/// Why no code was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// The device is remembered.
    RememberedDevice,
    /// The address is known, and the user asks for codes from new ones only.
    KnownAddress,
}

/// A ticket for the next step.
#[derive(Debug)]
pub struct Issued {
    /// Its token.
    pub token: UserToken,
    /// The ticket.
    pub ticket: Ticket,
    /// Whose it is.
    pub user: User,
}

/// Why the password step fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Unknown address, wrong password or disabled user: nobody can tell which.
    #[error("invalid credentials")]
    InvalidCredentials,
    /// Too many failures for this account or from this address.
    #[error("too many attempts")]
    TooManyAttempts(Wait),
    /// The table failed, or others kept changing it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The kinds a user can enable, as a sign-in that requires enrollment offers them.
pub const AVAILABLE: [MethodKind; 3] = MethodKind::ALL;

/// When a try that isn't admitted is answered, counted from its request. Such a try hashes no
/// password, which would hide that reading an account takes a little longer than reading none; so
/// its answer waits until either has long been done.
const REFUSED_AFTER: Duration = Duration::from_millis(50);

/// Takes a sign-in through its password step.
///
/// # Errors
/// [`Error`]; nothing but counters and activity is written then.
pub async fn login(app: &App, request: Request) -> Result<Outcome, Error> {
    let refused_at = app.clock.sleep(REFUSED_AFTER);
    let user_id = UserId::of_email(&request.email);
    let counted = Attempt::count(app, user_id, request).await;
    if let Err(Error::TooManyAttempts(_)) = counted {
        refused_at.await;
    }
    let attempt = counted?;
    match attempt.verdict {
        Verdict::Wrong => attempt.fail(app).await,
        Verdict::Right | Verdict::RightButOutdated => attempt.succeed(app).await,
    }
}
