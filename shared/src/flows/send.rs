//! Sending a code: counted against everything it could be abused against, then sent.
//!
//! All counters move in one transaction together with the ticket or enrollment the code is for,
//! so of any number of parallel requests one sends. What the provider certainly did not take is
//! given back; where that is unclear the count stands, but the code may be asked for again.

mod count;
mod holder;

use tracing::warn;

use crate::clock::Timestamp;
use crate::delivery::{CodeMessage, DeliveryError};
use crate::domain::activity::{Event, EventKind, Origin};
use crate::domain::code::{Code, CodeBinding, Purpose, derive_code};
use crate::domain::contact::{DestinationNotAllowed, EmailAddress, PhoneNumber};
use crate::domain::limits::Wait;
use crate::domain::method::MethodKind;
use crate::domain::ticket::{SendRefusal, Sends, Sent};
use crate::domain::user::User;
use crate::flows::guess::committed;
use crate::runtime::{App, KeysUnavailable};
use crate::store::StoreError;
use crate::store::guards::Guard;
use crate::store::write::Write;
use crate::telemetry::Metric;

use self::count::Steps;
pub(crate) use self::holder::Holder;

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

/// Why a code isn't sent, with what to use instead.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct NotSent {
    /// Why.
    pub why: SendError,
    /// Methods that still work; looked for where another method helps.
    pub others: Vec<MethodKind>,
}

impl SendError {
    /// With what `others` finds, where another method helps.
    pub(crate) async fn offering(self, others: impl Future<Output = Vec<MethodKind>>) -> NotSent {
        let helps = matches!(
            self,
            Self::LimitReached(_) | Self::NotAllowed(_) | Self::Unavailable(_)
        );
        let others = if helps { others.await } else { Vec::new() };
        NotSent { why: self, others }
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
                // Only another ticket helps, which this one makes way for at its end at the latest.
                SendRefusal::UsedUp => SendError::LimitReached(self.holder.time_left(self.now)),
            })?;
        let event = Event::new(app.event_id(), EventKind::CodeSent, self.now)
            .from(self.origin)
            .method(self.kind);
        let steps = match self.count(app, &next, &event).await {
            // It may have been counted all the same, but nothing was sent.
            Err(error @ SendError::Store(_)) => {
                self.open(app, &next).await;
                return Err(error);
            }
            counted => counted?,
        };
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

    /// Minutes for which the code is still valid; begun ones count.
    fn minutes_left(&self) -> u32 {
        let seconds = self.holder.time_left(self.now).seconds;
        u32::try_from(seconds.saturating_add(59) / 60).unwrap_or_default()
    }

    async fn deliver(&self, app: &App, to: &Destination, code: &Code) -> Result<(), DeliveryError> {
        let message = CodeMessage {
            purpose: self.purpose,
            valid_minutes: self.minutes_left(),
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

    /// Gives back what a failed send has counted. If it is unclear whether it failed, or one of
    /// its counters has begun anew meanwhile, only opens the way for the next try.
    async fn take_back(
        &self,
        app: &App,
        next: &Sends,
        event: &Event,
        steps: &Steps,
        error: &DeliveryError,
    ) {
        let refunded = error.is_certain() && self.try_refund(app, next, event, steps).await;
        if !refunded {
            self.open(app, next).await;
        }
    }

    /// Lets the code be asked for again at once, while all that was counted stays counted.
    async fn open(&self, app: &App, next: &Sends) {
        let open = next.unclear(self.kind);
        let result = match self.holder.take_back(&self.user.user_id, next, &open) {
            Ok(write) => committed(app.store.commit(vec![write]).await),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            warn!(%error, "after a failed send the code can't be asked for again at once");
        }
    }

    async fn try_refund(&self, app: &App, next: &Sends, event: &Event, steps: &Steps) -> bool {
        let result = match self.refund(next, event, steps) {
            Ok(writes) => app.store.commit(writes).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = &result {
            warn!(%error, "a failed send stays counted");
        }
        result.is_ok()
    }
}
