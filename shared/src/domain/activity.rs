//! What happened to an account, for its owner and for Full Access colleagues to read.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::address::Network;
use crate::domain::limits::DAY;
use crate::domain::method::MethodKind;

/// Seconds an event is kept.
pub const ACTIVITY_LIFETIME: i64 = 400 * DAY;
/// Events in a page.
pub const ACTIVITY_PAGE: i32 = 25;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the contract's and say it")]
pub enum EventKind {
    SignedIn,
    SignInFailed,
    CodeSent,
    CodeFailed,
    Locked,
    MethodEnabled,
    MethodReplaced,
    MethodRemoved,
    MethodSuspended,
    PrimaryChanged,
    WhitelistChanged,
    DeviceRemembered,
    DeviceRevoked,
    DeviceMisused,
    Reset,
    AlertsChanged,
    PasswordChanged,
}

/// One event in the activity of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Identifier; events of one second sort by it.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// From which address.
    pub address: Option<Network>,
    /// With what device: "Chrome on Windows".
    pub device: Option<String>,
    /// Who did it, if it wasn't the account's owner: a name, or "support".
    pub actor: Option<String>,
    /// The method it is about.
    pub method: Option<MethodKind>,
}

/// Where a request comes from, as events and notices record it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The client's address.
    pub network: Network,
    /// The client's device: "Chrome on Windows".
    pub device: String,
}

impl Event {
    /// An event of `kind` at `now`; `id` is an [`event_id`](crate::domain::ids::event_id).
    #[must_use]
    pub fn new(id: String, kind: EventKind, now: Timestamp) -> Self {
        Self {
            id,
            at: now,
            kind,
            address: None,
            device: None,
            actor: None,
            method: None,
        }
    }

    /// The same event with where it came from.
    #[must_use]
    pub fn from(mut self, origin: &Origin) -> Self {
        self.address = Some(origin.network.clone());
        self.device = Some(origin.device.clone());
        self
    }

    /// The same event about a method.
    #[must_use]
    pub fn method(mut self, kind: MethodKind) -> Self {
        self.method = Some(kind);
        self
    }

    /// The same event done by somebody else.
    #[must_use]
    pub fn actor(mut self, name: &str) -> Self {
        self.actor = Some(name.to_owned());
        self
    }

    /// When it is no longer kept.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.at.plus(ACTIVITY_LIFETIME)
    }
}
