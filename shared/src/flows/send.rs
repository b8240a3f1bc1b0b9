//! Sending a code: counted against everything it could be abused against, then sent.
//!
//! All counters move in one transaction together with the ticket or enrollment the code is for,
//! so of any number of parallel requests one sends. What the provider certainly did not take is
//! given back; where that is unclear the count stands, but the code may be asked for again.

use tracing::warn;

use crate::clock::Timestamp;
use crate::delivery::{CodeMessage, DeliveryError};
use crate::domain::activity::{Event, EventKind, Origin};
use crate::domain::code::{Code, CodeBinding, Purpose, derive_code};
use crate::domain::contact::{DestinationNotAllowed, EmailAddress, PhoneNumber};
use crate::domain::ids::UserId;
use crate::domain::limits::{
    EMAILS_PER_MAILBOX, SMS_PER_ADDRESS, SMS_PER_NUMBER_DAY, SMS_PER_NUMBER_HOUR,
    SMS_PER_PRACTICE_DAY, SMS_PER_USER, Wait, Window, WindowStep,
};
use crate::domain::method::MethodKind;
use crate::domain::ticket::{Enrollment, SendRefusal, Sends, Sent, TICKET_LIFETIME, Ticket};
use crate::domain::token::{EnrollmentToken, TokenSecret, UserToken};
use crate::domain::user::User;
use crate::runtime::{App, KeysUnavailable};
use crate::store::guards::{self, DestinationHint, GUARD_LIFETIME, Guard};
use crate::store::keys::{self, Key};
use crate::store::write::Write;
use crate::store::{CommitError, Refused, StoreError, records};
use crate::telemetry::Metric;

/// Seconds after which to try again when a provider is down.
const PROVIDER_RETRY: i64 = 5;

/// Why a code isn't sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The last one was sent less than 30 seconds ago.
    #[error("resend too soon")]
    TooSoon(Wait),
    /// A limit is reached.
    #[error("send limit reached")]
    LimitReached(Wait),
    /// No SMS goes to this number.
    #[error("destination not allowed")]
    NotAllowed(DestinationNotAllowed),
    /// The provider is down or slow.
    #[error("delivery unavailable")]
    Unavailable(Wait),
    /// Somebody else changed the same items: read again.
    #[error("raced")]
    Raced,
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key can't be had.
    #[error(transparent)]
    Keys(#[from] KeysUnavailable),
}

/// What a code is sent for, and how its sends are recorded.
pub(crate) enum Holder<'a> {
    /// A ticket that exists.
    Ticket(&'a UserToken, &'a Ticket),
    /// A ticket that is made with this send.
    NewTicket(&'a UserToken, &'a Ticket),
    /// An enrollment that exists.
    Enrollment(&'a EnrollmentToken, &'a Enrollment),
    /// An enrollment that is made with this send.
    NewEnrollment(&'a EnrollmentToken, &'a Enrollment),
}

impl Holder<'_> {
    fn sends(&self) -> &Sends {
        match self {
            Self::Ticket(_, ticket) | Self::NewTicket(_, ticket) => &ticket.sends,
            Self::Enrollment(_, enrollment) | Self::NewEnrollment(_, enrollment) => {
                &enrollment.sends
            }
        }
    }

    fn secret(&self) -> &TokenSecret {
        match self {
            Self::Ticket(token, _) | Self::NewTicket(token, _) => &token.secret,
            Self::Enrollment(token, _) | Self::NewEnrollment(token, _) => &token.secret,
        }
    }

    /// Records the sends as they are with this one.
    fn write(&self, user: &UserId, next: &Sends) -> Result<Write, StoreError> {
        match self {
            Self::NewTicket(token, ticket) => {
                let ticket = Ticket {
                    sends: next.clone(),
                    ..(*ticket).clone()
                };
                records::new_ticket(user, &token.hash(), &ticket)
            }
            Self::NewEnrollment(_, enrollment) => {
                let enrollment = Enrollment {
                    sends: next.clone(),
                    ..(*enrollment).clone()
                };
                records::new_enrollment(user, &enrollment)
            }
            Self::Ticket(..) | Self::Enrollment(..) => self.rewrite(user, self.sends(), next),
        }
    }

    /// Replaces recorded sends by others.
    fn rewrite(&self, user: &UserId, seen: &Sends, next: &Sends) -> Result<Write, StoreError> {
        match self {
            Self::Ticket(token, _) | Self::NewTicket(token, _) => {
                records::swap_ticket_sends(user, &token.hash(), seen, next)
            }
            Self::Enrollment(token, _) | Self::NewEnrollment(token, _) => {
                records::swap_enrollment_sends(user, token.kind, &token.hash(), seen, next)
            }
        }
    }
}

/// A code to be sent.
pub(crate) struct CodeToSend<'a> {
    pub(crate) user: &'a User,
    /// The user's guard as read.
    pub(crate) guard: &'a Guard,
    /// The guard of the address the request comes from, as read.
    pub(crate) address: &'a Guard,
    pub(crate) kind: MethodKind,
    pub(crate) destination: &'a str,
    pub(crate) purpose: Purpose,
    pub(crate) holder: Holder<'a>,
    pub(crate) origin: &'a Origin,
    /// What else is written with it.
    pub(crate) also: Vec<Write>,
    pub(crate) now: Timestamp,
}

/// Where the code goes.
enum Destination {
    Email(EmailAddress),
    Sms(PhoneNumber),
}

impl Destination {
    fn metric(&self) -> Metric<'_> {
        match self {
            Self::Email(_) => Metric::CodeSent {
                channel: "email",
                country: "-",
            },
            Self::Sms(number) => Metric::CodeSent {
                channel: "sms",
                country: number.country(),
            },
        }
    }
}

/// Windows of a destination, as known so far.
#[derive(Clone, Copy, Default)]
struct DestinationWindows {
    hour: Option<Window>,
    day: Option<Window>,
}

/// The steps by which one send is counted.
struct Steps {
    user: Option<WindowStep>,
    address: Option<WindowStep>,
    hour: WindowStep,
    day: Option<WindowStep>,
}

impl CodeToSend<'_> {
    /// Counts the code and sends it.
    ///
    /// # Errors
    /// [`SendError`]. Unless it is [`SendError::Unavailable`], nothing was sent or counted.
    pub(crate) async fn send(self, app: &App) -> Result<(), SendError> {
        let to = self.destination(app)?;
        let earlier = self.holder.sends().last(self.kind);
        let same = earlier.filter(|sent| sent.destination == self.destination);
        // A resend carries the same code, so it is derived with the same key.
        let key = match same {
            Some(sent) => app.data_key(&sent.key_id).await?,
            None => app.current_key().await?,
        };
        let sent = Sent {
            destination: self.destination.to_owned(),
            at: Some(self.now),
            key_id: key.id().to_owned(),
        };
        let next = self
            .holder
            .sends()
            .admit(self.kind, sent, self.now)
            .map_err(|refusal| match refusal {
                SendRefusal::TooSoon(wait) => SendError::TooSoon(wait),
                SendRefusal::UsedUp => SendError::LimitReached(Wait::seconds(TICKET_LIFETIME)),
            })?;
        let event = Event::new(app.event_id(), EventKind::CodeSent, self.now)
            .from(self.origin)
            .method(self.kind);
        let steps = self.count(app, &next, &event).await?;
        let code = self.derive(key.bytes());
        match self.deliver(app, &to, &code).await {
            Ok(()) => {
                app.count(to.metric());
                Ok(())
            }
            Err(error) => {
                warn!(method = self.kind.as_str(), %error, "a code could not be sent");
                self.take_back(app, &next, &event, &steps, &error).await;
                Err(SendError::Unavailable(Wait::seconds(PROVIDER_RETRY)))
            }
        }
    }

    fn destination(&self, app: &App) -> Result<Destination, SendError> {
        let unreadable = |_| StoreError::Inconsistent("unreadable destination".to_owned());
        if self.kind == MethodKind::Sms {
            let number = PhoneNumber::parse(self.destination).map_err(unreadable)?;
            number
                .check_allowed(&app.config.sms_countries)
                .map_err(SendError::NotAllowed)?;
            return Ok(Destination::Sms(number));
        }
        Ok(Destination::Email(
            EmailAddress::parse(self.destination).map_err(unreadable)?,
        ))
    }

    fn derive(&self, key: &[u8; 32]) -> Code {
        derive_code(
            key,
            &CodeBinding {
                ticket: self.holder.secret().bytes(),
                user: self.user.user_id.as_str(),
                purpose: self.purpose,
                method: self.kind.as_str(),
                destination: self.destination,
            },
        )
    }

    async fn deliver(&self, app: &App, to: &Destination, code: &Code) -> Result<(), DeliveryError> {
        let message = CodeMessage {
            purpose: self.purpose,
            valid_minutes: u32::try_from(TICKET_LIFETIME / 60).unwrap_or_default(),
            asked_at: Some(self.now),
            device: Some(self.origin.device.clone()),
            address: Some(self.origin.network.to_string()),
        };
        match to {
            Destination::Email(address) => {
                app.delivery.send_code_email(address, code, &message).await
            }
            Destination::Sms(number) => app.delivery.send_code_sms(number, code, &message).await,
        }
    }

    /// Counts the send against every limit in one transaction.
    async fn count(&self, app: &App, next: &Sends, event: &Event) -> Result<Steps, SendError> {
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

    fn hinted(&self) -> DestinationWindows {
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

    fn steps(&self, windows: &DestinationWindows) -> Result<Steps, SendError> {
        let now = self.now;
        let limit = SendError::LimitReached;
        if self.kind == MethodKind::Email {
            let hour = EMAILS_PER_MAILBOX.admit(windows.hour, now).map_err(limit)?;
            return Ok(Steps {
                user: None,
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
            Some(step) => write.count(guards::SMS, step),
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

    /// Gives back what a failed send has counted; if it is unclear whether it failed, only opens
    /// the way for the next try.
    async fn take_back(
        &self,
        app: &App,
        next: &Sends,
        event: &Event,
        steps: &Steps,
        error: &DeliveryError,
    ) {
        let writes = if error.is_certain() {
            self.refund(next, event, steps)
        } else {
            let open = next.unclear(self.kind);
            self.holder
                .rewrite(&self.user.user_id, next, &open)
                .map(|write| vec![write])
        };
        let result = match writes {
            Ok(writes) => app.store.commit(writes).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = result {
            warn!(%error, "a failed send stays counted");
        }
    }

    fn refund(&self, next: &Sends, event: &Event, steps: &Steps) -> Result<Vec<Write>, StoreError> {
        let user = &self.user.user_id;
        let mut guard = Write::update(keys::user_guard(user)).remove(&guards::hint(self.kind));
        if let Some(step) = &steps.user {
            guard = guard.uncount(guards::SMS, step.after().since);
        }
        let mut destination =
            Write::update(self.destination_key()).uncount(guards::HOUR, steps.hour.after().since);
        if let Some(day) = &steps.day {
            destination = destination.uncount(guards::DAY_WINDOW, day.after().since);
        }
        let mut writes = vec![
            self.holder.rewrite(user, next, self.holder.sends())?,
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
