//! What a judged password leads to: a failure on record, a ticket, or a session at once.

use super::attempt::{Attempt, State, rehash, verify};
use super::{Error, Issued, Outcome, Skipped};
use crate::domain::activity::{Event, EventKind};
use crate::domain::device::Presented;
use crate::domain::limits::PASSWORDS_PER_ACCOUNT;
use crate::domain::outbox::{OutboxItem, Told};
use crate::domain::password::Verdict;
use crate::domain::ticket::{Ticket, TicketPurpose};
use crate::domain::token::UserToken;
use crate::domain::user::User;
use crate::flows::ROUNDS;
use crate::flows::finish::{Finish, How};
use crate::flows::guess::committed;
use crate::runtime::App;
use crate::store::guards::{self, GUARD_LIFETIME};
use crate::store::write::Write;
use crate::store::{CommitError, StoreError, keys, records};

impl Attempt {
    /// Records the failure. A stolen device cookie is revoked here too.
    pub(super) async fn fail(self, app: &App) -> Result<Outcome, Error> {
        let mut record = vec![self.event(app, EventKind::SignInFailed)?];
        if self.failures == PASSWORDS_PER_ACCOUNT.free {
            record.push(self.event(app, EventKind::Locked)?);
        }
        let mut settled = record.clone();
        settled.extend(self.address_since.map(|since| {
            Write::update(keys::address_guard(&self.request.origin.network))
                .failed(guards::PASSWORDS, since)
        }));
        let mut commits = vec![record, settled.clone()];
        if let Some(mut user) = self.user.clone()
            && let Some(revocation) = self.revoke_misused(app, &mut user)?
        {
            settled.extend(revocation);
            settled.push(records::put_user(&user)?);
            commits.push(settled);
        }
        // With everything first. If somebody has changed the user meanwhile, the next use of the
        // cookie revokes it; if the address's window has begun anew, there is nothing to note.
        while let Some(writes) = commits.pop() {
            if committed(app.store.commit(writes).await)? {
                break;
            }
        }
        Err(Error::InvalidCredentials)
    }

    /// Gives the try back and takes the sign-in to its next step.
    pub(super) async fn succeed(mut self, app: &App) -> Result<Outcome, Error> {
        for _ in 0..ROUNDS {
            let Some(user) = self.user.clone() else { break };
            if user.disabled {
                return self.fail(app).await;
            }
            let judged = user.password.clone();
            let (writes, outcome) = self.decide(app, user).await?;
            match app.store.commit(writes).await {
                Ok(()) => return Ok(outcome),
                Err(CommitError::Refused(_)) => self.look_again(app, &judged).await?,
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(StoreError::Unavailable("too many concurrent changes".to_owned()).into())
    }

    /// The user or a counter changed meanwhile: reads what is there now. If the password was
    /// changed from the `judged` hash, it has to be right still.
    async fn look_again(&mut self, app: &App, judged: &str) -> Result<(), Error> {
        let state = State::read(app, &self.user_id, &self.request.origin).await?;
        let since = state.address_window().map(|window| window.since);
        self.address_since = self.address_since.filter(|own| since == Some(*own));
        let user = state.user.ok_or(Error::InvalidCredentials)?;
        if user.password != judged {
            self.verdict = verify(app, &self.request.password, Some(&user)).await;
            if self.verdict == Verdict::Wrong {
                return Err(Error::InvalidCredentials);
            }
        }
        self.user = Some(user);
        Ok(())
    }

    /// The writes that give the try back.
    fn give_back(&self) -> Vec<Write> {
        let account =
            Write::update(keys::user_guard(&self.user_id)).remove(&self.scope.attribute());
        let address = self.address_since.map(|since| {
            Write::update(keys::address_guard(&self.request.origin.network))
                .uncount(guards::PASSWORDS, since)
        });
        std::iter::once(account).chain(address).collect()
    }

    /// What the right password of `user` leads to, and the writes that make it so.
    async fn decide(&self, app: &App, mut user: User) -> Result<(Vec<Write>, Outcome), Error> {
        let mut writes = self.give_back();
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
        let how = match self.how(&user) {
            Ok(how) => how,
            Err(purpose) => return self.ticket(app, writes, user, changed, purpose),
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

    /// What spares `user` a code; if nothing does, what the ticket is for.
    fn how(&self, user: &User) -> Result<How, TicketPurpose> {
        if !user.methods.any_enabled() {
            return Err(TicketPurpose::Enrollment);
        }
        if let Some(token) = self.request.device.for_user(user) {
            match user.devices.judge(token, self.now) {
                Presented::Current(_) => return Ok(How::Remembered(token.clone())),
                Presented::Superseded(_) => return Ok(How::RememberedInGrace),
                Presented::Unknown | Presented::Misused(_) => {}
            }
        }
        if user.trusts_address(&self.request.origin.network, self.now) {
            return Ok(How::KnownAddress);
        }
        Err(TicketPurpose::SignIn)
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

    /// Records an event. One of an account that isn't there is swept out with its counters, so
    /// that nobody fills the table by trying addresses.
    fn event(&self, app: &App, kind: EventKind) -> Result<Write, StoreError> {
        let event = Event::new(app.event_id(), kind, self.now).from(&self.request.origin);
        let expires_at = match self.user {
            Some(_) => event.expires_at(),
            None => self.now.plus(GUARD_LIFETIME),
        };
        records::new_event_until(&self.user_id, &event, expires_at)
    }
}
