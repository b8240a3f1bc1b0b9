//! A password try: counted as a failure against the account and the address, then judged.

use std::time::Duration;

use super::{Error, Request};
use crate::clock::Timestamp;
use crate::domain::activity::Origin;
use crate::domain::device::Presented;
use crate::domain::ids::UserId;
use crate::domain::limits::{
    Backoff, PASSWORDS_PER_ACCOUNT, PASSWORDS_PER_ADDRESS, Wait, Window, WindowStep,
};
use crate::domain::password::{self, Password, PhcString, SpareMemory, Verdict};
use crate::domain::user::User;
use crate::flows::ROUNDS;
use crate::runtime::App;
use crate::store::guards::{self, GUARD_LIFETIME, Guard, PasswordScope};
use crate::store::write::Write;
use crate::store::{CommitError, StoreError, keys};

/// Seconds within which a try that has been counted is judged, and given back or noted as failed:
/// longer than any request takes.
const IN_FLIGHT: i64 = 10;

/// Counters of devices and addresses that are gone, dropped by one try: more than can come to be
/// between two.
const STALE_AT_ONCE: usize = 50;

/// How long a request waits for tries in flight from its address, once.
const WAIT_FOR_OTHERS: Duration = Duration::from_millis(800);

/// A password try that has been counted, and then judged.
pub(super) struct Attempt {
    pub(super) request: Request,
    pub(super) user_id: UserId,
    pub(super) user: Option<User>,
    pub(super) scope: PasswordScope,
    /// Failures of the account, this one included.
    pub(super) failures: u32,
    /// When the address's window began that counts the try; `None` once that window is gone.
    pub(super) address_since: Option<Timestamp>,
    pub(super) verdict: Verdict,
    pub(super) now: Timestamp,
}

/// What a password try is judged by.
pub(super) struct State {
    pub(super) user: Option<User>,
    guard: Guard,
    address: Guard,
}

/// The counts of a try that is admitted.
struct Admitted {
    scope: PasswordScope,
    seen: Option<Backoff>,
    next: Backoff,
    step: WindowStep,
}

/// Why a try isn't admitted.
struct Refusal {
    wait: Wait,
    /// Whether it is only because of tries in flight from the same address.
    passing: bool,
}

impl State {
    pub(super) async fn read(
        app: &App,
        user_id: &UserId,
        origin: &Origin,
    ) -> Result<Self, StoreError> {
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

    /// The window of the address's failures.
    pub(super) fn address_window(&self) -> Option<Window> {
        self.address.window(guards::PASSWORDS)
    }

    /// Whether the account and the address may try now.
    fn admit(&self, request: &Request, now: Timestamp) -> Result<Admitted, Refusal> {
        let scope = scope_of(self.user.as_ref(), request, now);
        let seen = self.guard.backoff(&scope.attribute());
        let account = PASSWORDS_PER_ACCOUNT
            .admit(seen, now)
            .map_err(Refusal::lasting);
        let window = self.address_window();
        let address = PASSWORDS_PER_ADDRESS
            .admit(window, now)
            .map_err(|wait| Refusal::by_address(window, wait, now));
        match (account, address) {
            (Ok(next), Ok(step)) => Ok(Admitted {
                scope,
                seen,
                next,
                step,
            }),
            (Err(refusal), Ok(_)) | (Ok(_), Err(refusal)) => Err(refusal),
            (Err(account), Err(address)) => Err(account.and(address)),
        }
    }
}

impl Refusal {
    const fn lasting(wait: Wait) -> Self {
        Self {
            wait,
            passing: false,
        }
    }

    /// The address has made as many tries as it may. But what is counted are tries, and those in
    /// flight may be right and given back: a whole practice signing in at once is no attack.
    fn by_address(window: Option<Window>, wait: Wait, now: Timestamp) -> Self {
        if window.is_some_and(|window| window.in_flight(IN_FLIGHT, now)) {
            Self {
                wait: Wait::seconds(1),
                passing: true,
            }
        } else {
            Self::lasting(wait)
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            wait: self.wait.max(other.wait),
            passing: self.passing && other.passing,
        }
    }
}

impl Attempt {
    /// Counts the try as failed, then compares the password.
    pub(super) async fn count(app: &App, user_id: UserId, request: Request) -> Result<Self, Error> {
        let mut judged = Judged::default();
        let mut waited = false;
        for _ in 0..ROUNDS {
            let now = app.clock.now();
            let state = State::read(app, &user_id, &request.origin).await?;
            let admitted = match state.admit(&request, now) {
                Ok(admitted) => admitted,
                Err(refusal) if refusal.passing && !waited => {
                    waited = true;
                    app.pause(WAIT_FOR_OTHERS).await;
                    continue;
                }
                Err(refusal) => return Err(Error::TooManyAttempts(refusal.wait)),
            };
            let writes = count(&user_id, &state, &admitted, &request.origin, now)?;
            // The hash runs beside the write; its verdict is only looked at once that is done.
            let (committed, verdict) = tokio::join!(
                app.store.commit(writes),
                judged.judge(app, &request.password, state.user.as_ref()),
            );
            match committed {
                Ok(()) => {
                    return Ok(Self {
                        user_id,
                        user: state.user,
                        scope: admitted.scope,
                        failures: admitted.next.failures,
                        address_since: Some(admitted.step.after().since),
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
}

/// The writes that count a try as failed. A known user's guard stays; an unknown one's is swept
/// out some day.
fn count(
    user_id: &UserId,
    state: &State,
    admitted: &Admitted,
    origin: &Origin,
    now: Timestamp,
) -> Result<Vec<Write>, StoreError> {
    let Admitted {
        scope,
        seen,
        next,
        step,
    } = admitted;
    let guard =
        Write::update(keys::user_guard(user_id)).swap(&scope.attribute(), seen.as_ref(), next)?;
    let guard = match &state.user {
        Some(user) => drop_stale(guard.remove(keys::TTL), user, &state.guard, now),
        None => guard.ttl(now.plus(GUARD_LIFETIME)),
    };
    let address = Write::update(keys::address_guard(&origin.network))
        .count(guards::PASSWORDS, step)?
        .ttl(now.plus(GUARD_LIFETIME));
    Ok(vec![guard, address])
}

/// Drops the counters of devices and addresses that are gone. Whoever is remembered again and again
/// and mistypes each time would otherwise fill the guard, until no write could name all of it.
fn drop_stale(write: Write, user: &User, guard: &Guard, now: Timestamp) -> Write {
    let devices = user.devices.remembered(now);
    let devices = devices.map(|device| PasswordScope::Device(device.id.clone()));
    let addresses = user.addresses.known(now);
    let addresses = addresses.map(|address| PasswordScope::Address(address.id.clone()));
    let scopes: Vec<String> = devices
        .chain(addresses)
        .map(|scope| scope.attribute())
        .collect();
    guard
        .password_scopes()
        .filter(|name| !scopes.iter().any(|scope| scope == name))
        .take(STALE_AT_ONCE)
        .fold(write, Write::remove)
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

/// The verdict on the password of one request. It is hashed once, however often the count has
/// to start over, unless the user's hash changes meanwhile.
#[derive(Default)]
struct Judged {
    verdict: Option<(Option<String>, Verdict)>,
}

impl Judged {
    async fn judge(&mut self, app: &App, password: &Password, user: Option<&User>) -> Verdict {
        let hash = user.map(|user| user.password.clone());
        match &self.verdict {
            Some((judged, verdict)) if *judged == hash => *verdict,
            _ => {
                let verdict = verify(app, password, user).await;
                self.verdict = Some((hash, verdict));
                verdict
            }
        }
    }
}

/// Compares the password with the user's hash, or with a decoy's if there is no user. Off the
/// async threads: it takes tens of milliseconds of CPU.
pub(super) async fn verify(app: &App, password: &Password, user: Option<&User>) -> Verdict {
    let (memory, password) = (app.hashing.clone(), password.clone());
    let hash = user.map(|user| user.password.clone());
    tokio::task::spawn_blocking(move || verify_now(&memory, &password, hash.as_deref()))
        .await
        .unwrap_or(Verdict::Wrong)
}

fn verify_now(memory: &SpareMemory, password: &Password, hash: Option<&str>) -> Verdict {
    match hash.map(PhcString::parse) {
        Some(Ok(hash)) => memory.verify(password, &hash),
        Some(Err(_)) | None => {
            let _ = memory.verify(password, &password::decoy());
            Verdict::Wrong
        }
    }
}

/// The password hashed with today's parameters; without memory for it the old hash stays.
pub(super) async fn rehash(app: &App, password: &Password) -> Option<String> {
    let (password, salt) = (password.clone(), app.random.bytes());
    let hash = tokio::task::spawn_blocking(move || password::hash(&password, salt))
        .await
        .ok()?;
    hash.ok().map(|hash| hash.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Timestamp = Timestamp(1_000_000);

    #[test]
    fn a_full_address_waits_shortly_only_while_tries_are_in_flight() {
        let refusal = |failed, seconds_since_last| {
            let window = Window {
                since: T0,
                count: 50,
                last: T0,
                failed,
            };
            let now = T0.plus(seconds_since_last);
            let wait = PASSWORDS_PER_ADDRESS.admit(Some(window), now).unwrap_err();
            let refusal = Refusal::by_address(Some(window), wait, now);
            (refusal.wait.seconds, refusal.passing)
        };
        assert_eq!(refusal(49, 0), (1, true));
        assert_eq!(refusal(49, 9), (1, true));
        // Whoever has not been heard of for longer never will be.
        assert_eq!(refusal(49, 10), (3590, false));
        assert_eq!(refusal(50, 0), (3600, false));
    }

    #[test]
    fn of_two_refusals_the_longer_counts() {
        let passing = Refusal {
            wait: Wait::seconds(1),
            passing: true,
        };
        let both = passing.and(Refusal::lasting(Wait::seconds(60)));
        assert_eq!((both.wait.seconds, both.passing), (60, false));
    }
}
