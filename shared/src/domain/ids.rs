//! Identifiers of people and practices.

use data_encoding::{BASE32_NOPAD, BASE32HEX_NOPAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes of a [`UserId`] before encoding.
pub const USER_ID_BYTES: usize = 15;

/// Identifier of a user: 24 lower-case base32 characters.
///
/// Derived from the e-mail address (the first 120 bits of a SHA-256), so that a sign-in finds
/// everything it needs by key in one read, and so that two users with one address can't exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// The id of the user with this e-mail address, whether or not there is one.
    ///
    /// Addresses are compared trimmed and in lower case. Only ASCII letters are folded, so a
    /// look-alike (`K` KELVIN SIGN for `k`) is somebody else.
    #[must_use]
    pub fn of_email(email: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"twostep user id v1\0");
        hasher.update(normalize_email(email).as_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let mut bytes = [0; USER_ID_BYTES];
        for (to, from) in bytes.iter_mut().zip(digest) {
            *to = from;
        }
        Self::from_bytes(bytes)
    }

    /// The id with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; USER_ID_BYTES]) -> Self {
        Self(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }

    /// Reads an id as written by [`UserId::as_str`]; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE32_NOPAD
            .decode(text.to_ascii_uppercase().as_bytes())
            .ok()?;
        let id = Self::from_bytes(bytes.try_into().ok()?);
        (id.0 == text).then_some(id)
    }

    /// The bytes this id encodes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; USER_ID_BYTES] {
        BASE32_NOPAD
            .decode(self.0.to_ascii_uppercase().as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .unwrap_or_default()
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Trims an e-mail address and folds its ASCII letters to lower case: two addresses are the
/// same person's exactly if this gives the same text.
#[must_use]
pub fn normalize_email(email: &str) -> String {
    email.trim().to_ascii_lowercase()
}

/// Identifier of a practice: 16 lower-case base32 characters, random.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PracticeId(String);

impl PracticeId {
    /// A new id from 10 random bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 10]) -> Self {
        Self(short_id(bytes))
    }

    /// An id read back from where it was stored or typed; checked where it is looked up.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// 16 lower-case base32 characters from 10 random bytes: ids of devices, addresses, sessions,
/// events and notices, none of which is a secret.
#[must_use]
pub fn short_id(bytes: [u8; 10]) -> String {
    BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
}

/// Identifier of an event: 16 characters that sort by `moment` (microseconds since 1970).
#[must_use]
pub fn event_id(moment: i64, random: [u8; 3]) -> String {
    let mut bytes = [0; 10];
    let moment = moment.max(0).to_be_bytes();
    // The first byte of the time is zero for two thousand years to come.
    for (to, from) in bytes.iter_mut().zip(moment.iter().skip(1).chain(&random)) {
        *to = *from;
    }
    // Base 32 with its digits in order, so that text sorts as the bytes do (RFC 4648 §7).
    BASE32HEX_NOPAD.encode(&bytes).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_address_same_id() {
        let id = UserId::of_email("Desk@Harbour.test ");
        assert_eq!(id, UserId::of_email("desk@harbour.test"));
        assert_eq!(id.as_str().len(), 24);
        assert_eq!(UserId::parse(id.as_str()), Some(id.clone()));
        assert_eq!(UserId::from_bytes(id.to_bytes()), id);
    }

    #[test]
    fn look_alikes_differ() {
        let id = UserId::of_email("desk@harbour.test");
        for other in [
            "des\u{212a}@harbour.test",
            "d\u{435}sk@harbour.test",
            "desk@harbour.tést",
        ] {
            assert_ne!(UserId::of_email(other), id, "{other}");
        }
    }

    #[test]
    fn event_ids_sort_by_time() {
        let times = [
            1_i64,
            2,
            31,
            32,
            33,
            1_700_000_000_000_000,
            1_700_000_000_000_001,
        ];
        let ids: Vec<_> = times
            .into_iter()
            .map(|time| event_id(time, [7; 3]))
            .collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        assert!(ids.iter().all(|id| id.len() == 16));
    }

    proptest::proptest! {
        #[test]
        fn is_read_as_it_is_written_and_in_no_other_way(text in "[a-z2-7A-Z019]{22,26}|.*") {
            if let Some(id) = UserId::parse(&text) {
                proptest::prop_assert_eq!(id.as_str(), text);
            }
        }
    }

    #[test]
    fn refuses_other_text() {
        for text in [
            "",
            "A",
            "0189",
            "AAAAAAAAAAAAAAAAAAAAAAAA",
            "aaaaaaaaaaaaaaaaaaaaaaa",
            "../x",
        ] {
            assert_eq!(UserId::parse(text), None, "{text}");
        }
    }
}
