//! Notices waiting to be mailed. An outbox item is written in the transaction of the change it
//! tells of; the table's stream takes it to the `notify` function. So no change goes untold,
//! and no mail outage stands in the way of one.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::domain::activity::Origin;
use crate::domain::ids::{PracticeId, UserId, short_id};
use crate::domain::limits::DAY;
use crate::domain::method::MethodKind;
use crate::domain::user::User;

/// Seconds an outbox item is kept, sent or not.
pub const OUTBOX_LIFETIME: i64 = 14 * DAY;

/// What a notice tells of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[expect(missing_docs, reason = "fields are named after what they hold")]
pub enum Told {
    /// A sign-in neither from a remembered device nor from a known address. Mailed to whom the
    /// practice's New Login Alerts say.
    NewSignIn,
    MethodEnabled {
        method: MethodKind,
    },
    MethodReplaced {
        method: MethodKind,
    },
    MethodRemoved {
        method: MethodKind,
    },
    MethodSuspended {
        method: MethodKind,
    },
    /// A colleague took methods away.
    ResetByColleague {
        actor: String,
        methods: Vec<MethodKind>,
    },
    /// Support took all methods away. Also mailed to the practice's Full Access users.
    ResetBySupport {
        reason: String,
    },
    WhitelistTurnedOn,
    DeviceMisused {
        label: String,
    },
    PasswordChanged,
}

/// A notice waiting to be mailed, with all that its text needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboxItem {
    /// Identifier.
    pub id: String,
    /// What happened.
    pub told: Told,
    /// When.
    pub at: Timestamp,
    /// The account it happened to.
    pub user_id: UserId,
    /// Its e-mail address.
    pub email: String,
    /// Its owner's name.
    pub name: String,
    /// Its practice.
    pub practice_id: PracticeId,
    /// From which address it was done.
    pub address: Option<String>,
    /// With what device.
    pub device: Option<String>,
    /// The users this has been mailed to already.
    #[serde(default)]
    pub sent_to: BTreeSet<UserId>,
    /// When all of it was done.
    #[serde(default)]
    pub done_at: Option<Timestamp>,
    /// Until when one invocation of `notify` has it to itself.
    #[serde(default)]
    pub claimed_until: Option<Timestamp>,
    /// Names that invocation, so that it knows its claim again if the answer to it was lost.
    #[serde(default)]
    pub claimed_by: Option<String>,
}

impl OutboxItem {
    /// A notice about `user`; `id` is drawn at random.
    #[must_use]
    pub fn new(
        id: [u8; 10],
        user: &User,
        told: Told,
        origin: Option<&Origin>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: short_id(id),
            told,
            at: now,
            user_id: user.user_id.clone(),
            email: user.email.clone(),
            name: user.name.clone(),
            practice_id: user.practice_id.clone(),
            address: origin.map(|origin| origin.network.to_string()),
            device: origin.map(|origin| origin.device.clone()),
            sent_to: BTreeSet::new(),
            done_at: None,
            claimed_until: None,
            claimed_by: None,
        }
    }

    /// When it is no longer kept.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.at.plus(OUTBOX_LIFETIME)
    }
}
