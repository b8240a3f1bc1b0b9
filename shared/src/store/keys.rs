//! Every key of the table, in one place.
//!
//! One table holds everything. The partition key says whose item it is, the sort key what it
//! is. Nothing but this file writes a key; `infra/docs/access-patterns.md` lists who uses which.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::domain::activity::Event;
use crate::domain::address::Network;
use crate::domain::ids::{PracticeId, UserId};
use crate::domain::method::MethodKind;
use crate::domain::token::TokenHash;

/// Name of the partition key attribute.
pub const PK: &str = "pk";
/// Name of the sort key attribute.
pub const SK: &str = "sk";
/// Name of the attribute by which DynamoDB sweeps out expired items, in epoch seconds. Only a
/// broom: what counts is the expiry that every read checks.
pub const TTL: &str = "ttl";

/// Sort-key prefix of a practice's users.
pub const MEMBER_PREFIX: &str = "USER#";
/// Sort-key prefix of a practice's Full Access users.
pub const FULL_ACCESS_PREFIX: &str = "FULL_ACCESS#";
/// Sort-key prefix of keyring keys.
pub const KEYRING_PREFIX: &str = "KEY#";
/// Partition-key prefix of the outbox; the stream's filter in `template.yaml` names it too.
pub const OUTBOX_PREFIX: &str = "OUTBOX#";

/// The primary key of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    /// The key as attributes.
    #[must_use]
    pub fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            (PK.to_owned(), AttributeValue::S(self.pk.clone())),
            (SK.to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }

    /// Reads the key of an item.
    #[must_use]
    pub fn of(item: &HashMap<String, AttributeValue>) -> Option<Self> {
        let text = |name| item.get(name)?.as_s().ok().cloned();
        Some(Self {
            pk: text(PK)?,
            sk: text(SK)?,
        })
    }
}

/// A user: profile, password hash, methods, devices, addresses.
#[must_use]
pub fn user(id: &UserId) -> Key {
    Key::new(format!("USER#{}", id.as_str()), "PROFILE")
}

/// The counters that guard a user's password and codes. Exists for unknown users too.
#[must_use]
pub fn user_guard(id: &UserId) -> Key {
    Key::new(format!("USER#{}", id.as_str()), "GUARD")
}

/// A session of a user.
#[must_use]
pub fn session(id: &UserId, token: &TokenHash) -> Key {
    Key::new(
        format!("USER#{}", id.as_str()),
        format!("SESSION#{}", token.as_str()),
    )
}

/// A ticket of a user.
#[must_use]
pub fn ticket(id: &UserId, token: &TokenHash) -> Key {
    Key::new(
        format!("USER#{}", id.as_str()),
        format!("TICKET#{}", token.as_str()),
    )
}

/// The pending enrollment of one kind of method: one place, so the newest one counts.
#[must_use]
pub fn enrollment(id: &UserId, kind: MethodKind) -> Key {
    Key::new(
        format!("USER#{}", id.as_str()),
        format!("ENROLLMENT#{}", kind.as_str()),
    )
}

/// The counters of a source address (/64).
#[must_use]
pub fn address_guard(network: &Network) -> Key {
    Key::new(format!("ADDRESS#{network}"), "GUARD")
}

/// The counters of a mailbox or telephone number, named by hash.
#[must_use]
pub fn destination_guard(kind: MethodKind, destination: &str) -> Key {
    let digest: [u8; 32] =
        Sha256::digest(format!("{}\0{}", kind.as_str(), destination.to_lowercase())).into();
    Key::new(
        format!("DESTINATION#{}", BASE32_NOPAD.encode(&digest)),
        "GUARD",
    )
}

/// The list of practices.
#[must_use]
pub fn practice_in_list(id: &PracticeId) -> Key {
    Key::new(PRACTICES.to_owned(), id.as_str())
}

/// Partition of the list of practices, for the operator only.
pub const PRACTICES: &str = "PRACTICES";

/// A practice: name and settings.
#[must_use]
pub fn practice(id: &PracticeId) -> Key {
    Key::new(practice_partition(id), "PROFILE")
}

/// Partition of a practice.
#[must_use]
pub fn practice_partition(id: &PracticeId) -> String {
    format!("PRACTICE#{}", id.as_str())
}

/// A user in the list of their practice.
#[must_use]
pub fn member(practice: &PracticeId, user: &UserId) -> Key {
    Key::new(
        practice_partition(practice),
        format!("{MEMBER_PREFIX}{}", user.as_str()),
    )
}

/// A Full Access user in the list of their practice's.
#[must_use]
pub fn full_access(practice: &PracticeId, user: &UserId) -> Key {
    Key::new(
        practice_partition(practice),
        format!("{FULL_ACCESS_PREFIX}{}", user.as_str()),
    )
}

/// SMS sent for a practice in a UTC day.
#[must_use]
pub fn practice_sends(id: &PracticeId, now: Timestamp) -> Key {
    Key::new(practice_partition(id), format!("SENDS#{}", now.day()))
}

/// SMS sent by the whole service in a UTC day.
#[must_use]
pub fn service_sends(now: Timestamp) -> Key {
    Key::new("SERVICE#SMS".to_owned(), format!("SENDS#{}", now.day()))
}

/// Partition of the keyring.
pub const KEYRING: &str = "KEYRING";

/// A wrapped data key.
#[must_use]
pub fn keyring_key(id: &str) -> Key {
    Key::new(KEYRING.to_owned(), format!("{KEYRING_PREFIX}{id}"))
}

/// Partition of a user's activity.
#[must_use]
pub fn activity_partition(id: &UserId) -> String {
    format!("ACTIVITY#{}", id.as_str())
}

/// An event in a user's activity; sorts by time.
#[must_use]
pub fn event(id: &UserId, event: &Event) -> Key {
    Key::new(
        activity_partition(id),
        format!("{}#{}", activity_time(event.at), event.id),
    )
}

/// How activity sort keys begin: the time in seconds, padded so that text sorts as numbers do.
#[must_use]
pub fn activity_time(at: Timestamp) -> String {
    format!("{:012}", at.0.max(0))
}

/// A notice waiting to be mailed.
#[must_use]
pub fn outbox(id: &str) -> Key {
    Key::new(format!("{OUTBOX_PREFIX}{id}"), "NOTICE")
}
