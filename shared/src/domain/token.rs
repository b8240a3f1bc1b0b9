//! Bearer secrets: tickets, sessions, enrollments and device tokens.
//!
//! Each comes as a pair of types: the plain token, which leaves the service once and is never
//! stored, and its hash, which is all that the table holds. Every token carries 256 random bits;
//! in front of them stands the user it belongs to (so that it is found by key in one read),
//! which is no secret and proves nothing.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::ids::{USER_ID_BYTES, UserId};
use super::method::MethodKind;

/// Random bytes in a token: 256 bits.
pub const SECRET_BYTES: usize = 32;

/// The random part of a token.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct TokenSecret([u8; SECRET_BYTES]);

impl TokenSecret {
    /// A secret from random bytes.
    #[must_use]
    pub fn new(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// The secret bytes, for deriving codes from a ticket.
    #[must_use]
    pub fn bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// What may be stored of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        let digest: [u8; 32] = Sha256::digest(self.0).into();
        TokenHash(URL_SAFE_NO_PAD.encode(digest))
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(…)")
    }
}

/// SHA-256 of a token's secret, base64url without padding (43 characters).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash(String);

impl TokenHash {
    /// The hash as text, for keys.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for TokenHash {
    /// Compares in constant time.
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for TokenHash {}

/// A ticket or session token: 47 bytes, user id then secret, base64url (63 characters).
#[derive(Clone, Debug)]
pub struct UserToken {
    /// The user it belongs to.
    pub user_id: UserId,
    /// The part that proves it.
    pub secret: TokenSecret,
}

impl UserToken {
    /// A new token for a user.
    #[must_use]
    pub fn new(user_id: UserId, random: [u8; SECRET_BYTES]) -> Self {
        Self {
            user_id,
            secret: TokenSecret::new(random),
        }
    }

    /// Reads a token; `None` for anything that this service can't have made.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (user, secret) = decode::<USER_ID_BYTES>(text)?;
        Some(Self {
            user_id: UserId::from_bytes(user),
            secret,
        })
    }

    /// The token as clients carry it. The only way to get the secret out.
    #[must_use]
    pub fn expose(&self) -> String {
        encode(&self.user_id.to_bytes(), &self.secret)
    }

    /// What may be stored of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        self.secret.hash()
    }
}

/// The token of a pending enrollment: 48 bytes, method kind, user id, secret.
#[derive(Clone, Debug)]
pub struct EnrollmentToken {
    /// The kind of method being enrolled.
    pub kind: MethodKind,
    /// The user it belongs to.
    pub user_id: UserId,
    /// The part that proves it.
    pub secret: TokenSecret,
}

impl EnrollmentToken {
    /// A new token for one kind of method of a user.
    #[must_use]
    pub fn new(kind: MethodKind, user_id: UserId, random: [u8; SECRET_BYTES]) -> Self {
        Self {
            kind,
            user_id,
            secret: TokenSecret::new(random),
        }
    }

    /// Reads a token; `None` for anything that this service can't have made.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (head, secret) = decode::<{ USER_ID_BYTES + 1 }>(text)?;
        let (kind, user) = head.split_first()?;
        Some(Self {
            kind: *MethodKind::ALL.get(usize::from(*kind))?,
            user_id: UserId::from_bytes(user.try_into().ok()?),
            secret,
        })
    }

    /// Reads a token; of anything that this service can't have made one that names nothing, so
    /// that it is refused like every other unknown one: after the ticket or the session.
    #[must_use]
    pub fn parse_or_unknown(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|| {
            let nobody = UserId::from_bytes([0; USER_ID_BYTES]);
            Self::new(MethodKind::Authenticator, nobody, [0; SECRET_BYTES])
        })
    }

    /// The token as clients carry it. The only way to get the secret out.
    #[must_use]
    pub fn expose(&self) -> String {
        let index = MethodKind::ALL
            .iter()
            .position(|kind| *kind == self.kind)
            .unwrap_or_default();
        let mut head = vec![u8::try_from(index).unwrap_or_default()];
        head.extend(self.user_id.to_bytes());
        encode(&head, &self.secret)
    }

    /// What may be stored of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        self.secret.hash()
    }
}

/// Bytes that name a remembered device through all rotations of its token.
pub const SERIES_BYTES: usize = 16;

/// The token of a remembered device: 48 bytes, series then secret.
///
/// The series stays the same while the secret rotates at each use; both are random and only
/// their hashes are stored. So somebody who presents a known series with a secret that is not
/// the current one once had the real cookie: that is how a stolen cookie is told from noise.
#[derive(Clone, Debug)]
pub struct DeviceToken {
    series: TokenSeries,
    /// The part that rotates.
    pub secret: TokenSecret,
}

#[derive(Clone, Zeroize, ZeroizeOnDrop)]
struct TokenSeries([u8; SERIES_BYTES]);

impl fmt::Debug for TokenSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSeries(…)")
    }
}

impl DeviceToken {
    /// A token for a newly remembered device.
    #[must_use]
    pub fn new(series: [u8; SERIES_BYTES], secret: [u8; SECRET_BYTES]) -> Self {
        Self {
            series: TokenSeries(series),
            secret: TokenSecret::new(secret),
        }
    }

    /// The next token of the same device.
    #[must_use]
    pub fn rotated(&self, secret: [u8; SECRET_BYTES]) -> Self {
        Self {
            series: self.series.clone(),
            secret: TokenSecret::new(secret),
        }
    }

    /// Reads a token; `None` for anything that this service can't have made.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (series, secret) = decode::<SERIES_BYTES>(text)?;
        Some(Self {
            series: TokenSeries(series),
            secret,
        })
    }

    /// The token as clients carry it. The only way to get the secret out.
    #[must_use]
    pub fn expose(&self) -> String {
        encode(&self.series.0, &self.secret)
    }

    /// What may be stored of the series.
    #[must_use]
    pub fn series_hash(&self) -> TokenHash {
        let digest: [u8; 32] = Sha256::digest(self.series.0).into();
        TokenHash(URL_SAFE_NO_PAD.encode(digest))
    }

    /// What may be stored of the secret.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        self.secret.hash()
    }
}

fn encode(head: &[u8], secret: &TokenSecret) -> String {
    let mut bytes = head.to_vec();
    bytes.extend_from_slice(secret.bytes());
    let text = URL_SAFE_NO_PAD.encode(&bytes);
    bytes.zeroize();
    text
}

fn decode<const HEAD: usize>(text: &str) -> Option<([u8; HEAD], TokenSecret)> {
    // Refuse by length before decoding: nothing longer than a token needs to be looked at.
    if text.len() > 2 * (HEAD + SECRET_BYTES) {
        return None;
    }
    let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let parts = bytes.split_first_chunk::<HEAD>().and_then(|(head, rest)| {
        let secret: [u8; SECRET_BYTES] = rest.try_into().ok()?;
        Some((*head, TokenSecret::new(secret)))
    });
    bytes.zeroize();
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tokens_read_back_and_hash_the_same() {
        let user = UserId::of_email("a@b.test");
        let token = UserToken::new(user.clone(), [7; 32]);
        assert_eq!(token.expose().len(), 63);
        let read = UserToken::parse(&token.expose()).unwrap();
        assert_eq!(
            (read.user_id.clone(), read.hash()),
            (user.clone(), token.hash())
        );

        for kind in MethodKind::ALL {
            let token = EnrollmentToken::new(kind, user.clone(), [9; 32]);
            let read = EnrollmentToken::parse(&token.expose()).unwrap();
            assert_eq!(
                (read.kind, read.user_id.clone(), read.hash()),
                (kind, user.clone(), token.hash())
            );
        }

        let token = DeviceToken::new([1; 16], [2; 32]);
        let read = DeviceToken::parse(&token.expose()).unwrap();
        assert_eq!(
            (read.series_hash(), read.hash()),
            (token.series_hash(), token.hash())
        );
        let next = token.rotated([3; 32]);
        assert_eq!(next.series_hash(), token.series_hash());
        assert_ne!(next.hash(), token.hash());
    }

    #[test]
    fn debug_shows_no_secret() {
        let token = UserToken::new(UserId::of_email("a@b.test"), [0xAB; 32]);
        let text = format!("{token:?} {:?}", DeviceToken::new([0xAB; 16], [0xAB; 32]));
        assert!(
            !text.contains("171") && !text.to_lowercase().contains("abab"),
            "{text}"
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "\\PC{0,200}") {
            let _ = UserToken::parse(&text);
            let _ = EnrollmentToken::parse(&text);
            let _ = DeviceToken::parse(&text);
        }
    }
}
