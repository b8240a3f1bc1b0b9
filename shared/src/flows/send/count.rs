//! What a send is counted against, and giving it back.

use super::{CodeToSend, SendError};
use crate::domain::activity::Event;
use crate::domain::limits::{
    EMAILS_PER_MAILBOX, SET_UP_EMAILS_PER_USER, SMS_PER_ADDRESS, SMS_PER_NUMBER_DAY,
    SMS_PER_NUMBER_HOUR, SMS_PER_PRACTICE_DAY, SMS_PER_USER, Wait, Window, WindowStep,
};
use crate::domain::method::MethodKind;
use crate::domain::ticket::Sends;
use crate::runtime::App;
use crate::store::guards::{self, DestinationHint, GUARD_LIFETIME, Guard};
use crate::store::keys::{self, Key};
use crate::store::write::Write;
use crate::store::{CommitError, Refused, StoreError, records};

/// Windows of a destination, as known so far.
#[derive(Clone, Copy, Default)]
pub(super) struct DestinationWindows {
    hour: Option<Window>,
    day: Option<Window>,
}

/// The steps by which one send is counted.
pub(super) struct Steps {
    user: Option<WindowStep>,
    address: Option<WindowStep>,
    hour: WindowStep,
    day: Option<WindowStep>,
}

impl CodeToSend<'_> {
    /// Counts the send against every limit in one transaction.
    pub(super) async fn count(
        &self,
        app: &App,
        next: &Sends,
        event: &Event,
    ) -> Result<Steps, SendError> {
        let mut windows = self.hinted();
        // What the user's guard remembers of the destination is right unless somebody else was
        // sent a code there meanwhile; then the refusal brings what is really there.
        for _ in 0..3 {
            let steps = self.steps(&windows)?;
            let mut writes = vec![
                self.holder.write(&self.user.user_id, next)?,
                self.user_guard(&steps)?,
                self.destination_guard(&steps)?,
                records::new_event(&self.user.user_id, event)?,
            ];
            if self.kind == MethodKind::Sms {
                writes.extend(self.sms_guards(app, &steps)?);
            }
            writes.extend(self.also.iter().cloned());
            match app.store.commit(writes).await {
                Ok(()) => return Ok(steps),
                Err(CommitError::Refused(refused)) => windows = self.look_again(&refused)?,
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(SendError::Raced)
    }

    /// What a refusal means: a limit, a race, or better knowledge of the destination.
    fn look_again(&self, refused: &Refused) -> Result<DestinationWindows, SendError> {
        let only_destination = refused.at(2) && !refused.at(0) && !refused.at(1);
        if refused.at(5) || refused.at(6) {
            return Err(SendError::LimitReached(Wait::seconds(
                self.now.seconds_left_in_day(),
            )));
        }
        match refused.found(2) {
            Some(found) if only_destination => {
                let guard = Guard::new(found.clone());
                Ok(DestinationWindows {
                    hour: guard.window(guards::HOUR),
                    day: guard.window(guards::DAY_WINDOW),
                })
            }
            _ => Err(SendError::Raced),
        }
    }

    pub(super) fn hinted(&self) -> DestinationWindows {
        let key = self.destination_key();
        let hint = self.guard.destination(&guards::hint(self.kind));
        match hint.filter(|hint| hint.destination == key.pk) {
            Some(hint) => DestinationWindows {
                hour: hint.hour,
                day: hint.day,
            },
            None => DestinationWindows::default(),
        }
    }

    fn destination_key(&self) -> Key {
        keys::destination_guard(self.kind, self.destination)
    }

    /// The window of the user's guard that counts what is sent for them.
    const fn user_window(&self) -> &'static str {
        match self.kind {
            MethodKind::Sms => guards::SMS,
            MethodKind::Email | MethodKind::Authenticator => guards::SET_UP_EMAILS,
        }
    }

    pub(super) fn steps(&self, windows: &DestinationWindows) -> Result<Steps, SendError> {
        let now = self.now;
        let limit = SendError::LimitReached;
        if self.kind == MethodKind::Email {
            let hour = EMAILS_PER_MAILBOX.admit(windows.hour, now).map_err(limit)?;
            let user = self.guard.window(self.user_window());
            let user = SET_UP_EMAILS_PER_USER.admit(user, now);
            return Ok(Steps {
                user: match self.holder.is_enrollment() {
                    true => Some(user.map_err(limit)?),
                    false => None,
                },
                address: None,
                hour,
                day: None,
            });
        }
        let hour = SMS_PER_NUMBER_HOUR.admit(windows.hour, now);
        let day = SMS_PER_NUMBER_DAY.admit(windows.day, now);
        let user = SMS_PER_USER.admit(self.guard.window(guards::SMS), now);
        let address = SMS_PER_ADDRESS.admit(self.address.window(guards::SMS), now);
        let waits = [hour.err(), day.err(), user.err(), address.err()];
        if let Some(wait) = waits.into_iter().flatten().max() {
            return Err(SendError::LimitReached(wait));
        }
        Ok(Steps {
            user: user.ok(),
            address: address.ok(),
            hour: hour.map_err(limit)?,
            day: day.ok(),
        })
    }

    fn user_guard(&self, steps: &Steps) -> Result<Write, StoreError> {
        let hint = DestinationHint {
            destination: self.destination_key().pk,
            hour: Some(steps.hour.after()),
            day: steps.day.map(|day| day.after()),
        };
        let write = Write::update(keys::user_guard(&self.user.user_id))
            .set(&guards::hint(self.kind), &hint)?;
        match &steps.user {
            Some(step) => write.count(self.user_window(), step),
            None => Ok(write),
        }
    }

    fn destination_guard(&self, steps: &Steps) -> Result<Write, StoreError> {
        let write = Write::update(self.destination_key())
            .count(guards::HOUR, &steps.hour)?
            .ttl(self.now.plus(GUARD_LIFETIME));
        match &steps.day {
            Some(day) => write.count(guards::DAY_WINDOW, day),
            None => Ok(write),
        }
    }

    fn sms_guards(&self, app: &App, steps: &Steps) -> Result<Vec<Write>, StoreError> {
        let ttl = self.now.plus(GUARD_LIFETIME);
        let mut address = Write::update(keys::address_guard(&self.origin.network)).ttl(ttl);
        if let Some(step) = &steps.address {
            address = address.count(guards::SMS, step)?;
        }
        Ok(vec![
            address,
            Write::update(keys::practice_sends(&self.user.practice_id, self.now))
                .increment(guards::SENT, SMS_PER_PRACTICE_DAY)
                .ttl(ttl),
            Write::update(keys::service_sends(self.now))
                .increment(guards::SENT, app.config.sms_daily_limit)
                .ttl(ttl),
        ])
    }

    /// The writes that take everything back that [`CodeToSend::count`] has counted.
    pub(super) fn refund(
        &self,
        next: &Sends,
        event: &Event,
        steps: &Steps,
    ) -> Result<Vec<Write>, StoreError> {
        let user = &self.user.user_id;
        let mut guard = Write::update(keys::user_guard(user)).remove(&guards::hint(self.kind));
        if let Some(step) = &steps.user {
            guard = guard.uncount(self.user_window(), step.after().since);
        }
        let mut destination =
            Write::update(self.destination_key()).uncount(guards::HOUR, steps.hour.after().since);
        if let Some(day) = &steps.day {
            destination = destination.uncount(guards::DAY_WINDOW, day.after().since);
        }
        let mut writes = vec![
            self.holder.take_back(user, next, self.holder.sends())?,
            guard,
            destination,
            Write::delete(keys::event(user, event)),
        ];
        if let Some(step) = &steps.address {
            let sends = [
                keys::practice_sends(&self.user.practice_id, self.now),
                keys::service_sends(self.now),
            ];
            writes.push(
                Write::update(keys::address_guard(&self.origin.network))
                    .uncount(guards::SMS, step.after().since),
            );
            writes.extend(sends.map(|key| Write::update(key).decrement(guards::SENT)));
        }
        Ok(writes)
    }
}
