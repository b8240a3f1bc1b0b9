//! The password step of a sign-in.
//!
//! Known, unknown and disabled users take the same way: the same reads, the same counting, one
//! password hash, one write, one answer. An unknown address is a user whose items aren't there.

use crate::clock::Timestamp;
use crate::domain::activity::{Event, EventKind, Origin};
use crate::domain::device::Presented;
use crate::domain::ids::UserId;
use crate::domain::limits::{PASSWORDS_PER_ACCOUNT, PASSWORDS_PER_ADDRESS, Wait, Window};
use crate::domain::method::MethodKind;
use crate::domain::outbox::{OutboxItem, Told};
use crate::domain::password::{self, Password, PhcString, Verdict};
use crate::domain::session::Transport;
use crate::domain::ticket::{Ticket, TicketPurpose};
use crate::domain::token::{DeviceToken, UserToken};
use crate::domain::user::User;
use crate::flows::ROUNDS;
use crate::flows::finish::{Finish, How, SignedIn};
use crate::runtime::App;
use crate::store::guards::{self, GUARD_LIFETIME, Guard, PasswordScope};
use crate::store::write::Write;
use crate::store::{CommitError, StoreError, keys, records};

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

/// Takes a sign-in through its password step.
///
/// # Errors
/// [`Error`]; nothing but counters and activity is written then.
pub async fn login(app: &App, request: Request) -> Result<Outcome, Error> {
    let user_id = UserId::of_email(&request.email);
    let attempt = Attempt::count(app, user_id, request).await?;
    match attempt.verdict {
        Verdict::Wrong => attempt.fail(app).await,
        Verdict::Right | Verdict::RightButOutdated => attempt.succeed(app).await,
    }
}

/// A password try that has been counted, and then judged.
struct Attempt {
    request: Request,
    user_id: UserId,
    user: Option<User>,
    scope: PasswordScope,
    failures: u32,
    /// The address's window that counts this try; `None` if it is gone meanwhile.
    address_window: Option<Window>,
    verdict: Verdict,
    now: Timestamp,
}

/// What a password try is judged by.
struct State {
    user: Option<User>,
    guard: Guard,
    address: Guard,
}

impl State {
    async fn read(app: &App, user_id: &UserId, origin: &Origin) -> Result<Self, StoreError> {
        let keys = [
            keys::user(user_id),
            keys::user_guard(user_id),
            keys::address_guard(&origin.network),
        ];
        let items = app.store.read(&keys).await?;
        let [user, guard, address] = keys;
        Ok(Self {
            user: items.get(&user)?,
            guard: Guard::new(items.raw(&guard)),
            address: Guard::new(items.raw(&address)),
        })
    }
}

impl Attempt {
    /// Counts the try as failed, then compares the password.
    async fn count(app: &App, user_id: UserId, request: Request) -> Result<Self, Error> {
        for _ in 0..ROUNDS {
            let now = app.clock.now();
            let state = State::read(app, &user_id, &request.origin).await?;
            let scope = scope_of(state.user.as_ref(), &request, now);
            let name = scope.attribute();
            let seen = state.guard.backoff(&name);
            let account = PASSWORDS_PER_ACCOUNT.admit(seen, now);
            let step = PASSWORDS_PER_ADDRESS.admit(state.address.window(guards::PASSWORDS), now);
            let (next, step) = match (account, step) {
                (Ok(next), Ok(step)) => (next, step),
                (account, step) => {
                    let waits = [account.err(), step.err()].into_iter().flatten();
                    return Err(Error::TooManyAttempts(
                        waits.max().unwrap_or(Wait::seconds(1)),
                    ));
                }
            };
            let guard =
                Write::update(keys::user_guard(&user_id)).swap(&name, seen.as_ref(), &next)?;
            let guard = match state.user {
                // A known user's guard stays; an unknown one's is swept out some day.
                Some(_) => guard.remove(keys::TTL),
                None => guard.ttl(now.plus(GUARD_LIFETIME)),
            };
            let address = Write::update(keys::address_guard(&request.origin.network))
                .count(guards::PASSWORDS, &step)?
                .ttl(now.plus(GUARD_LIFETIME));
            // The hash runs beside the write; its verdict is only looked at once that is done.
            let (committed, verdict) = tokio::join!(
                app.store.commit(vec![guard, address]),
                verify(&request.password, state.user.as_ref()),
            );
            match committed {
                Ok(()) => {
                    return Ok(Self {
                        user_id,
                        user: state.user,
                        scope,
                        failures: next.failures,
                        address_window: Some(step.after()),
                        verdict,
                        request,
                        now,
                    });
                }
                Err(CommitError::Refused(_)) => {}
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::TooManyAttempts(Wait::seconds(1)))
    }

    /// Records the failure. A stolen device cookie is revoked here too.
    async fn fail(self, app: &App) -> Result<Outcome, Error> {
        let mut writes = vec![self.event(app, EventKind::SignInFailed)?];
        if self.failures == PASSWORDS_PER_ACCOUNT.free {
            writes.push(self.event(app, EventKind::Locked)?);
        }
        if let Some(mut user) = self.user.clone()
            && let Some(revocation) = self.revoke_misused(app, &mut user)?
        {
            let mut all = vec![records::put_user(&user)?];
            all.extend(revocation);
            all.extend(writes);
            match app.store.commit(all).await {
                Ok(()) => return Err(Error::InvalidCredentials),
                // Somebody changed the user meanwhile: the next use of the cookie revokes it.
                Err(CommitError::Refused(_)) => {
                    writes = vec![self.event(app, EventKind::SignInFailed)?]
                }
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        match app.store.commit(writes).await {
            Ok(()) | Err(CommitError::Refused(_)) => Err(Error::InvalidCredentials),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }

    /// Gives the try back and takes the sign-in to its next step.
    async fn succeed(mut self, app: &App) -> Result<Outcome, Error> {
        for _ in 0..ROUNDS {
            let Some(user) = self.user.take() else { break };
            if user.disabled {
                return self.fail(app).await;
            }
            let judged = user.password.clone();
            let (writes, outcome) = self.decide(app, user).await?;
            match app.store.commit(writes).await {
                Ok(()) => return Ok(outcome),
                Err(CommitError::Refused(_)) => {
                    // The user or a counter changed meanwhile: decide again on what is there.
                    let state = State::read(app, &self.user_id, &self.request.origin).await?;
                    let counted = self.address_window.map(|window| window.since);
                    let window = state.address.window(guards::PASSWORDS);
                    self.address_window = window.filter(|found| Some(found.since) == counted);
                    let same = |user: &User| user.password == judged;
                    if !state.user.as_ref().is_some_and(same) {
                        return Err(Error::InvalidCredentials);
                    }
                    self.user = state.user;
                }
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(StoreError::Unavailable("too many concurrent changes".to_owned()).into())
    }

    /// What the right password of `user` leads to, and the writes that make it so.
    async fn decide(&self, app: &App, mut user: User) -> Result<(Vec<Write>, Outcome), Error> {
        let guard = Write::update(keys::user_guard(&self.user_id));
        let mut writes = vec![guard.remove(&self.scope.attribute())];
        if let Some(window) = self.address_window {
            let guard = Write::update(keys::address_guard(&self.request.origin.network));
            writes.push(guard.uncount(guards::PASSWORDS, window.since));
        }
        let mut changed = false;
        if let Some(revocation) = self.revoke_misused(app, &mut user)? {
            writes.extend(revocation);
            changed = true;
        }
        if self.verdict == Verdict::RightButOutdated
            && let Some(rehashed) = rehash(app, &self.request.password).await
        {
            user.password = rehashed;
            changed = true;
        }
        let token = self.request.device.for_user(&user).cloned();
        let presented = token
            .as_ref()
            .map(|token| user.devices.judge(token, self.now));
        let how = match (user.methods.any_enabled(), presented, token.as_ref()) {
            (false, ..) => {
                return self.ticket(app, writes, user, changed, TicketPurpose::Enrollment);
            }
            (true, Some(Presented::Current(_)), Some(token)) => How::Remembered(token.clone()),
            (true, Some(Presented::Superseded(_)), _) => How::RememberedInGrace,
            _ if user.trusts_address(&self.request.origin.network, self.now) => How::KnownAddress,
            _ => return self.ticket(app, writes, user, changed, TicketPurpose::SignIn),
        };
        let skipped = match how {
            How::KnownAddress => Skipped::KnownAddress,
            _ => Skipped::RememberedDevice,
        };
        let finish = Finish {
            user,
            how,
            transport: self.request.transport,
            replaces: self.request.replaces.as_ref(),
            origin: &self.request.origin,
            now: self.now,
        };
        let (more, signed_in) = finish.build(app)?;
        writes.extend(more);
        Ok((writes, Outcome::Authenticated(Box::new(signed_in), skipped)))
    }

    fn ticket(
        &self,
        app: &App,
        mut writes: Vec<Write>,
        user: User,
        changed: bool,
        purpose: TicketPurpose,
    ) -> Result<(Vec<Write>, Outcome), Error> {
        let token = UserToken::new(self.user_id.clone(), app.random.bytes());
        let enrollment = purpose == TicketPurpose::Enrollment;
        let ticket = Ticket::new(&user, purpose, self.request.transport, self.now);
        writes.push(records::new_ticket(&self.user_id, &token.hash(), &ticket)?);
        if changed {
            writes.push(records::put_user(&user)?);
        }
        let issued = Issued {
            token,
            ticket,
            user,
        };
        let outcome = if enrollment {
            Outcome::EnrollmentRequired(issued)
        } else {
            Outcome::ChallengeRequired(issued)
        };
        Ok((writes, outcome))
    }

    /// Forgets the device whose superseded cookie is presented, and tells the user.
    fn revoke_misused(&self, app: &App, user: &mut User) -> Result<Option<Vec<Write>>, StoreError> {
        let Some(token) = self.request.device.for_user(user) else {
            return Ok(None);
        };
        let Presented::Misused(device) = user.devices.judge(token, self.now) else {
            return Ok(None);
        };
        let (id, label) = (device.id.clone(), device.label.clone());
        user.devices.forget(&id, self.now);
        let told = Told::DeviceMisused { label };
        let origin = Some(&self.request.origin);
        let notice = OutboxItem::new(app.random.bytes(), user, told, origin, self.now);
        Ok(Some(vec![
            self.event(app, EventKind::DeviceMisused)?,
            records::new_notice(&notice)?,
        ]))
    }

    fn event(&self, app: &App, kind: EventKind) -> Result<Write, StoreError> {
        let event = Event::new(app.event_id(), kind, self.now);
        records::new_event(&self.user_id, &event.from(&self.request.origin))
    }
}

/// Which counter the try belongs to.
fn scope_of(user: Option<&User>, request: &Request, now: Timestamp) -> PasswordScope {
    let Some(user) = user else {
        return PasswordScope::Anywhere;
    };
    if let Some(token) = request.device.for_user(user)
        && let Presented::Current(device) | Presented::Superseded(device) =
            user.devices.judge(token, now)
    {
        return PasswordScope::Device(device.id.clone());
    }
    match user.addresses.find(&request.origin.network, now) {
        Some(address) => PasswordScope::Address(address.id.clone()),
        None => PasswordScope::Anywhere,
    }
}

/// Compares the password off the async threads: it takes tens of milliseconds of CPU.
async fn verify(password: &Password, user: Option<&User>) -> Verdict {
    let (password, user) = (password.clone(), user.cloned());
    tokio::task::spawn_blocking(move || verify_now(&password, user.as_ref()))
        .await
        .unwrap_or(Verdict::Wrong)
}

/// Compares the password with the user's hash, or with a decoy's if there is no user.
fn verify_now(password: &Password, user: Option<&User>) -> Verdict {
    match user.map(|user| PhcString::parse(&user.password)) {
        Some(Ok(hash)) => password::verify(password, &hash),
        Some(Err(_)) | None => {
            let _ = password::verify(password, &password::decoy());
            Verdict::Wrong
        }
    }
}

/// The password hashed with today's parameters; without memory for it the old hash stays.
async fn rehash(app: &App, password: &Password) -> Option<String> {
    let (password, salt) = (password.clone(), app.random.bytes());
    let hash = tokio::task::spawn_blocking(move || password::hash(&password, salt))
        .await
        .ok()?;
    hash.ok().map(|hash| hash.as_str().to_owned())
}

/// The kinds a user can enable, as a sign-in that requires enrollment offers them.
pub const AVAILABLE: [MethodKind; 3] = MethodKind::ALL;
