//! Guard items: the counters of a user, an address or a destination.
//!
//! They live beside the item they guard, not in it: they are written at every guess, and an
//! item's write costs what the whole item weighs.

use serde::{Deserialize, Serialize};
use serde_dynamo::from_attribute_value;

use super::Item;
use crate::domain::limits::{Backoff, DAY, Window};
use crate::domain::method::MethodKind;

/// Seconds a guard of an address, a destination or an unknown user is kept after its last
/// event: longer than any limit looks back.
pub const GUARD_LIFETIME: i64 = DAY + 3600;

/// Failed second factors of a user (window).
pub const SECOND_FACTORS: &str = "second_factors";
/// Wrong passwords from an address (window).
pub const PASSWORDS: &str = "passwords";
/// SMS for a user or from an address (window).
pub const SMS: &str = "sms";
/// E-mail codes to set up methods of a user (window).
pub const SET_UP_EMAILS: &str = "set_up_emails";
/// Codes to a destination in an hour (window).
pub const HOUR: &str = "hour";
/// Codes to a destination in a day (window).
pub const DAY_WINDOW: &str = "day";
/// SMS in a UTC day of a practice or the service (plain count).
pub const SENT: &str = "sent";

/// Failures of one method in a row (plain count).
#[must_use]
pub fn row(kind: MethodKind) -> String {
    format!("row_{}", kind.as_str())
}

/// Where a user's guard keeps what it last knew of the counters of a destination.
#[must_use]
pub fn hint(kind: MethodKind) -> String {
    format!("sent_{}", kind.as_str())
}

/// Which failures of the password are counted together. Somebody at a remembered device or a
/// known address has a counter of their own, so that no stranger can lock them out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordScope {
    /// Anywhere else.
    Anywhere,
    /// The remembered device with this id.
    Device(String),
    /// The known address with this id.
    Address(String),
}

impl PasswordScope {
    /// The attribute of the user's guard that holds this scope's failures (backoff).
    #[must_use]
    pub fn attribute(&self) -> String {
        match self {
            Self::Anywhere => "password".to_owned(),
            Self::Device(id) => format!("password_device_{id}"),
            Self::Address(id) => format!("password_address_{id}"),
        }
    }
}

/// What a user's guard remembers of a destination's counters, so that the next send to it can
/// be counted without reading them first. If it is wrong, the condition fails and says better.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestinationHint {
    /// Partition key of the destination's guard.
    pub destination: String,
    /// Its window of an hour.
    pub hour: Option<Window>,
    /// Its window of a day.
    pub day: Option<Window>,
}

/// A guard item as read; without one all counters are at rest.
#[derive(Clone, Debug, Default)]
pub struct Guard(Item);

impl Guard {
    /// The guard in this item; an empty item is a guard at rest.
    #[must_use]
    pub fn new(item: Item) -> Self {
        Self(item)
    }

    /// A window.
    #[must_use]
    pub fn window(&self, name: &str) -> Option<Window> {
        self.get(name)
    }

    /// A backoff.
    #[must_use]
    pub fn backoff(&self, name: &str) -> Option<Backoff> {
        self.get(name)
    }

    /// A plain count; 0 if there is none.
    #[must_use]
    pub fn count(&self, name: &str) -> u32 {
        self.counted(name).unwrap_or_default()
    }

    /// A plain count, if there is one.
    #[must_use]
    pub fn counted(&self, name: &str) -> Option<u32> {
        self.get(name)
    }

    /// A destination hint.
    #[must_use]
    pub fn destination(&self, name: &str) -> Option<DestinationHint> {
        self.get(name)
    }

    /// Names of the attributes that hold password failures of devices and addresses.
    pub fn password_scopes(&self) -> impl Iterator<Item = &str> {
        let scoped = |name: &&str| name.starts_with("password_");
        self.0.keys().map(String::as_str).filter(scoped)
    }

    fn get<'a, T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        // A counter that can't be read is treated as absent only until the conditional write,
        // whose condition then fails: unreadable counters refuse, they don't admit.
        from_attribute_value(self.0.get(name)?.clone()).ok()
    }
}
