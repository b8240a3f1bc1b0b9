//! What else works when a guard closes: the methods to use instead.
//!
//! It takes a read of its own, which a request that was refused has left. Should that fail,
//! only what needs no code to be sent is offered: the refusal is still the answer.

use crate::clock::Timestamp;
use crate::domain::activity::Origin;
use crate::domain::contact::PhoneNumber;
use crate::domain::limits::{
    EMAILS_PER_MAILBOX, SENDS_PER_TICKET, SMS_PER_ADDRESS, SMS_PER_NUMBER_DAY, SMS_PER_NUMBER_HOUR,
    SMS_PER_PRACTICE_DAY, SMS_PER_USER,
};
use crate::domain::method::MethodKind;
use crate::domain::ticket::Sends;
use crate::domain::user::{Method, User};
use crate::flows::guess::is_suspended;
use crate::runtime::App;
use crate::store::Items;
use crate::store::guards::{self, Guard};
use crate::store::keys::{self, Key};

/// Who is looking for another method.
#[derive(Clone, Copy)]
pub(crate) struct Alternatives<'a> {
    pub(crate) user: &'a User,
    /// The user's guard as read.
    pub(crate) guard: &'a Guard,
    pub(crate) origin: &'a Origin,
    pub(crate) now: Timestamp,
}

impl Alternatives<'_> {
    /// The user's methods to use instead of `kind`, the primary one first: none that is
    /// suspended, and none whose code couldn't be sent for this ticket either.
    pub(crate) async fn enabled(
        &self,
        app: &App,
        kind: MethodKind,
        sends: &Sends,
    ) -> Vec<MethodKind> {
        let mut methods = self.user.methods.enabled();
        methods.retain(|method| method.kind() != kind && !is_suspended(self.guard, method.kind()));
        let destination = |method: &Method| {
            let destination = method.target.destination()?;
            Some(keys::destination_guard(method.kind(), destination))
        };
        let keys = methods.iter().filter_map(|method| destination(method));
        let counts = self.counts(app, keys.collect()).await;
        let works = |method: &&Method| match (method.target.destination(), &counts) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(destination), Some(counts)) => {
                SENDS_PER_TICKET.left(sends.count) > 0
                    && self.sends_to(app, counts, method.kind(), destination)
            }
        };
        let methods = methods.into_iter().filter(works);
        methods.map(Method::kind).collect()
    }

    /// The kinds to set up instead of `kind`. Where their codes would go isn't known yet.
    pub(crate) async fn new_ones(&self, app: &App, kind: MethodKind) -> Vec<MethodKind> {
        let mut kinds = MethodKind::ALL.to_vec();
        kinds.retain(|other| *other != kind);
        if kinds.contains(&MethodKind::Sms) {
            let counts = self.counts(app, Vec::new()).await;
            if !counts.is_some_and(|counts| self.sends_sms(app, &counts)) {
                kinds.retain(|other| *other != MethodKind::Sms);
            }
        }
        kinds
    }

    /// All that a send would be counted against, and these; `None` if it can't be read.
    async fn counts(&self, app: &App, mut keys: Vec<Key>) -> Option<Items> {
        keys.extend([self.address(), self.practice(), self.service()]);
        app.store.read(&keys).await.ok()
    }

    fn address(&self) -> Key {
        keys::address_guard(&self.origin.network)
    }

    fn practice(&self) -> Key {
        keys::practice_sends(&self.user.practice_id, self.now)
    }

    fn service(&self) -> Key {
        keys::service_sends(self.now)
    }

    fn sends_to(&self, app: &App, counts: &Items, kind: MethodKind, destination: &str) -> bool {
        let guard = Guard::new(counts.raw(&keys::destination_guard(kind, destination)));
        let (hour, day) = (guard.window(guards::HOUR), guard.window(guards::DAY_WINDOW));
        if kind == MethodKind::Email {
            return EMAILS_PER_MAILBOX.admit(hour, self.now).is_ok();
        }
        let number = PhoneNumber::parse(destination);
        number.is_ok_and(|number| number.check_allowed(&app.config.sms_countries).is_ok())
            && SMS_PER_NUMBER_HOUR.admit(hour, self.now).is_ok()
            && SMS_PER_NUMBER_DAY.admit(day, self.now).is_ok()
            && self.sends_sms(app, counts)
    }

    fn sends_sms(&self, app: &App, counts: &Items) -> bool {
        let guard = |key| Guard::new(counts.raw(&key));
        let (address, practice) = (guard(self.address()), guard(self.practice()));
        let user = self.guard.window(guards::SMS);
        SMS_PER_USER.admit(user, self.now).is_ok()
            && SMS_PER_ADDRESS
                .admit(address.window(guards::SMS), self.now)
                .is_ok()
            && practice.count(guards::SENT) < SMS_PER_PRACTICE_DAY
            && guard(self.service()).count(guards::SENT) < app.config.sms_daily_limit
    }
}
