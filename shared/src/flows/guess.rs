//! Guesses at a code: counted first, then judged, then given back or recorded as failed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::clock::Timestamp;
use crate::domain::activity::{Event, EventKind, Origin};
use crate::domain::code::{Code, CodeBinding, Purpose, derive_code};
use crate::domain::ids::UserId;
use crate::domain::limits::{FAILURES_IN_A_ROW, SECOND_FACTORS, Wait};
use crate::domain::method::MethodKind;
use crate::domain::outbox::{OutboxItem, Told};
use crate::domain::seal;
use crate::domain::ticket::{EnrollmentTarget, SealedSecret, Sent};
use crate::domain::token::TokenSecret;
use crate::domain::totp::TotpSecret;
use crate::domain::user::User;
use crate::runtime::{App, KeysUnavailable};
use crate::store::guards::{self, Guard};
use crate::store::write::Write;
use crate::store::{CommitError, StoreError, keys, records};

/// Whether a method of this user is suspended: too many failures in a row.
pub(crate) fn is_suspended(guard: &Guard, kind: MethodKind) -> bool {
    FAILURES_IN_A_ROW.left(guard.count(&guards::row(kind))) == 0
}

/// How long this user has to wait for another second factor, if they have to.
pub(crate) fn second_factor_wait(guard: &Guard, now: Timestamp) -> Option<Wait> {
    SECOND_FACTORS
        .admit(guard.window(guards::SECOND_FACTORS), now)
        .err()
}

/// A guess at a second factor, counted against the user.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    /// When the window began that counts it.
    since: Timestamp,
    /// Failures in that window, this one included.
    in_window: u32,
    /// Failures of the method in a row, this one included.
    in_a_row: u32,
    kind: MethodKind,
}

impl Counted {
    /// The write that counts a guess at method `kind`, as failed.
    ///
    /// # Errors
    /// [`Wait`] if the user has failed too often.
    pub(crate) fn admit(
        user: &UserId,
        guard: &Guard,
        kind: MethodKind,
        now: Timestamp,
    ) -> Result<Result<(Write, Self), Wait>, StoreError> {
        let row = guards::row(kind);
        let step = match SECOND_FACTORS.admit(guard.window(guards::SECOND_FACTORS), now) {
            Ok(step) => step,
            Err(wait) => return Ok(Err(wait)),
        };
        let write = Write::update(keys::user_guard(user))
            .count(guards::SECOND_FACTORS, &step)?
            .increment(&row, FAILURES_IN_A_ROW.limit);
        let window = step.after();
        let counted = Self {
            since: window.since,
            in_window: window.count,
            in_a_row: guard.count(&row).saturating_add(1),
            kind,
        };
        Ok(Ok((write, counted)))
    }

    /// The write that gives a guess back because it was right. In `guard`, as read since, the
    /// window that counted it may be gone; `None` if it wasn't read again.
    pub(crate) fn give_back(&self, user: &UserId, guard: Option<&Guard>) -> Write {
        let write = Write::update(keys::user_guard(user)).remove(&guards::row(self.kind));
        let window = guard.map(|guard| guard.window(guards::SECOND_FACTORS));
        match window {
            Some(found) if found.map(|window| window.since) != Some(self.since) => write,
            _ => write.uncount(guards::SECOND_FACTORS, self.since),
        }
    }

    /// The writes that record a guess as failed: an event, and what it has led to.
    pub(crate) fn record_failure(
        &self,
        app: &App,
        user: &User,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<Vec<Write>, StoreError> {
        let event = |kind| {
            let event = Event::new(app.event_id(), kind, now);
            records::new_event(&user.user_id, &event.from(origin).method(self.kind))
        };
        let mut writes = vec![event(EventKind::CodeFailed)?];
        if self.in_window >= SECOND_FACTORS.limit {
            writes.push(event(EventKind::Locked)?);
        }
        if self.in_a_row >= FAILURES_IN_A_ROW.limit {
            writes.push(event(EventKind::MethodSuspended)?);
            let told = Told::MethodSuspended { method: self.kind };
            let notice = OutboxItem::new(app.random.bytes(), user, told, Some(origin), now);
            writes.push(records::new_notice(&notice)?);
        }
        Ok(writes)
    }
}

/// What a code is judged by.
pub(crate) struct Judged<'a> {
    pub(crate) user: &'a UserId,
    pub(crate) target: &'a EnrollmentTarget,
    /// The last TOTP step accepted.
    pub(crate) last_step: Option<u64>,
    /// What was sent for this ticket or enrollment by this method.
    pub(crate) sent: Option<&'a Sent>,
    /// The secret of the ticket or enrollment.
    pub(crate) ticket: &'a TokenSecret,
    pub(crate) purpose: Purpose,
}

/// What a code is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// It is right; for TOTP at this step.
    Right(Option<u64>),
    /// It is wrong.
    Wrong,
    /// It is a right TOTP code of a step that was accepted already, or of one before that.
    AlreadyUsed,
}

impl Judged<'_> {
    /// Compares a code. The guess must have been counted before.
    ///
    /// # Errors
    /// [`KeysUnavailable`] if the key that it takes can't be had.
    pub(crate) async fn judge(
        &self,
        app: &App,
        code: &Code,
        now: Timestamp,
    ) -> Result<Judgement, KeysUnavailable> {
        match self.target {
            EnrollmentTarget::Authenticator(sealed) => {
                self.judge_totp(app, sealed, code, now).await
            }
            EnrollmentTarget::Email(destination) | EnrollmentTarget::Sms(destination) => {
                self.judge_sent(app, destination, code).await
            }
        }
    }

    async fn judge_totp(
        &self,
        app: &App,
        sealed: &SealedSecret,
        code: &Code,
        now: Timestamp,
    ) -> Result<Judgement, KeysUnavailable> {
        let secret = unseal(app, self.user, sealed).await?;
        Ok(match secret.matching_step(code, now) {
            None => Judgement::Wrong,
            Some(step) if self.last_step.is_some_and(|last| step <= last) => Judgement::AlreadyUsed,
            Some(step) => Judgement::Right(Some(step)),
        })
    }

    /// A sent code is right only where it was sent to, and only once it was.
    async fn judge_sent(
        &self,
        app: &App,
        destination: &str,
        code: &Code,
    ) -> Result<Judgement, KeysUnavailable> {
        let Some(sent) = self.sent.filter(|sent| sent.destination == *destination) else {
            return Ok(Judgement::Wrong);
        };
        let key = app.data_key(&sent.key_id).await?;
        let expected = self.derive(key.bytes(), destination);
        Ok(if expected == *code {
            Judgement::Right(None)
        } else {
            Judgement::Wrong
        })
    }

    fn derive(&self, key: &[u8; 32], destination: &str) -> Code {
        derive_code(
            key,
            &CodeBinding {
                ticket: self.ticket.bytes(),
                user: self.user.as_str(),
                purpose: self.purpose,
                method: self.target.kind().as_str(),
                destination,
            },
        )
    }
}

/// Opens the sealed secret of a user's authenticator.
async fn unseal(
    app: &App,
    user: &UserId,
    sealed: &SealedSecret,
) -> Result<TotpSecret, KeysUnavailable> {
    let unreadable = || StoreError::Inconsistent("unreadable authenticator secret".to_owned());
    let key = app.data_key(&sealed.key_id).await?;
    let bytes = STANDARD.decode(&sealed.sealed).map_err(|_| unreadable())?;
    let aad = seal::secret_aad(user.as_str(), MethodKind::Authenticator);
    let secret = seal::open(key.bytes(), &aad, &bytes).map_err(|_| unreadable())?;
    let secret = secret.as_slice().try_into().map_err(|_| unreadable())?;
    Ok(TotpSecret::from_bytes(secret))
}

/// Seals the secret of a user's authenticator under the current key.
///
/// # Errors
/// [`KeysUnavailable`] if there is no key, or it can't seal.
pub(crate) async fn seal_secret(
    app: &App,
    user: &UserId,
    secret: &TotpSecret,
) -> Result<SealedSecret, KeysUnavailable> {
    let key = app.current_key().await?;
    let aad = seal::secret_aad(user.as_str(), MethodKind::Authenticator);
    let sealed = seal::seal(key.bytes(), app.random.bytes(), &aad, secret.as_bytes())
        .map_err(|_| StoreError::Inconsistent("the secret can't be sealed".to_owned()))?;
    Ok(SealedSecret {
        key_id: key.id().to_owned(),
        sealed: STANDARD.encode(sealed),
    })
}

/// Whether a commit went through; `false` if it was refused.
///
/// # Errors
/// [`StoreError`] if the table can't be written.
pub(crate) fn committed(result: Result<(), CommitError>) -> Result<bool, StoreError> {
    match result {
        Ok(()) => Ok(true),
        Err(CommitError::Refused(_)) => Ok(false),
        Err(CommitError::Store(error)) => Err(error),
    }
}
