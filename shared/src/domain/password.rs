//! Passwords: hashed with argon2id, and verified against that or against what other systems
//! have hashed.
//!
//! Hashing and verifying keep a processor busy for tens of milliseconds, so async callers run
//! them with `spawn_blocking`.

mod imported;
mod memory;

use std::fmt;

use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::password_hash::{CustomizedPasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

pub use imported::PhcError;
use imported::Scheme;
pub use memory::{Memory, SpareMemory};

/// Fewest characters of a new password.
pub const MIN_CHARS: usize = 8;
/// Most characters of a password: a bound on the work that a request can ask for.
pub const MAX_CHARS: usize = 256;

/// Memory of argon2id in KiB. Memory, passes and lanes are the second choice of the OWASP
/// password storage cheat sheet.
const MEMORY_KIB: u32 = 19_456;
/// Passes of argon2id.
const PASSES: u32 = 2;
/// Lanes of argon2id.
const LANES: u32 = 1;
/// Bytes of an argon2id hash.
const HASH_BYTES: usize = 32;

/// Hash of a password that nobody has, with the parameters above.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$K5rR9I/Rel+Y9DM9QS66Hw$vASiJMHv4qllbynICgE+nmJ65WdvqavIJU9Z+apy1X4";

/// A password as a person typed it, in Unicode normalization form C, so that the same letters
/// are the same password whatever keyboard made them (RFC 8265, section 4). Wiped from memory
/// when dropped and never shown by `Debug`.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a text cannot be a password. The message completes "the password …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Fewer than 8 characters (of a new password; of any, if there are none).
    #[error("must have at least 8 characters")]
    TooShort,
    /// More than 256 characters.
    #[error("must have at most 256 characters")]
    TooLong,
}

impl Password {
    /// A password to be set: 8 to 256 characters after normalization, of any kind.
    ///
    /// # Errors
    /// [`PasswordError`] if it is shorter or longer.
    pub fn new(text: &str) -> Result<Self, PasswordError> {
        Self::with_length(text, MIN_CHARS)
    }

    /// A password to be compared with one that is set. A short one is no error here: it is
    /// simply wrong, and may even be right for a user imported from a laxer system.
    ///
    /// # Errors
    /// [`PasswordError`] if it is empty or longer than 256 characters.
    pub fn attempt(text: &str) -> Result<Self, PasswordError> {
        Self::with_length(text, 1)
    }

    fn with_length(text: &str, min: usize) -> Result<Self, PasswordError> {
        let mut normal = Zeroizing::new(String::with_capacity(4 * MAX_CHARS));
        for (count, c) in text.nfc().enumerate() {
            if count == MAX_CHARS {
                return Err(PasswordError::TooLong);
            }
            normal.push(c);
        }
        if normal.chars().count() < min {
            return Err(PasswordError::TooShort);
        }
        Ok(Self(normal))
    }

    fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(redacted)")
    }
}

/// A password hash that [`verify`] can check: a PHC string (argon2id, argon2i, scrypt,
/// PBKDF2 with SHA-256 or SHA-512) or a bcrypt hash, of bounded cost. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PhcString {
    text: String,
    scheme: Scheme,
}

impl PhcString {
    /// Reads a stored or imported hash.
    ///
    /// # Errors
    /// [`PhcError`] if it is malformed, of another kind, or costs more to check than a sign-in
    /// may.
    pub fn parse(text: &str) -> Result<Self, PhcError> {
        Ok(Self {
            text: text.to_owned(),
            scheme: Scheme::of(text)?,
        })
    }

    /// The hash as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for PhcString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhcString(redacted)")
    }
}

/// What comparing a password with a hash came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is another password.
    Wrong,
    /// It is the password.
    Right,
    /// It is the password, but should be hashed again: other parameters or another function.
    RightButOutdated,
}

/// Hashing failed: there was not enough memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be hashed")]
pub struct HashingFailed;

/// Hashes a password with argon2id (RFC 9106, version 1.3) and the current parameters. `salt`
/// must be random for each hash.
///
/// # Errors
/// [`HashingFailed`] without memory.
pub fn hash(password: &Password, salt: [u8; 16]) -> Result<PhcString, HashingFailed> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).map_err(|_| HashingFailed)?;
    let hash: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_customized(password.as_bytes(), &salt, None, None, params)
        .map_err(|_| HashingFailed)?;
    Ok(PhcString {
        text: hash.to_string(),
        scheme: Scheme::Argon2,
    })
}

/// Compares a password with a hash; the final comparison takes constant time.
#[must_use]
pub fn verify(password: &Password, hash: &PhcString) -> Verdict {
    verify_in(&mut Memory::default(), password, hash)
}

/// [`verify`] in memory that is there already.
#[must_use]
pub fn verify_in(memory: &mut Memory, password: &Password, hash: &PhcString) -> Verdict {
    let right = match hash.scheme {
        Scheme::Bcrypt => bcrypt::verify(password.as_bytes(), &hash.text).unwrap_or(false),
        Scheme::Argon2 => verify_argon2(memory, password, hash),
        Scheme::Scrypt => verify_phc(&scrypt::Scrypt::new(), password, hash),
        Scheme::Pbkdf2 => verify_phc(&pbkdf2::Pbkdf2::default(), password, hash),
    };
    match (right, is_current(hash)) {
        (false, _) => Verdict::Wrong,
        (true, true) => Verdict::Right,
        (true, false) => Verdict::RightButOutdated,
    }
}

/// A hash that is nobody's, for a sign-in with an unknown address: verifying against it takes
/// as long as against a user's and is always wrong.
#[must_use]
pub fn decoy() -> PhcString {
    PhcString {
        text: DECOY.to_owned(),
        scheme: Scheme::Argon2,
    }
}

fn verify_argon2(memory: &mut Memory, password: &Password, hash: &PhcString) -> bool {
    let output = argon2_output(memory, password, hash);
    memory.wipe();
    // `Output` compares in constant time.
    output.is_some_and(|(computed, stored)| computed == stored)
}

/// What argon2 makes of `password` with the parameters of `hash`, and what that says it should.
fn argon2_output(
    memory: &mut Memory,
    password: &Password,
    hash: &PhcString,
) -> Option<(Output, Output)> {
    let parsed = PasswordHash::new(&hash.text).ok()?;
    let (salt, stored) = (parsed.salt.as_ref()?, parsed.hash?);
    let algorithm = Algorithm::try_from(parsed.algorithm.as_str()).ok()?;
    let version = parsed.version.map(Version::try_from).transpose().ok()?;
    let params = Params::try_from(&parsed).ok()?;
    let blocks = memory.blocks(params.block_count())?;
    let mut bytes = [0; Output::MAX_LENGTH];
    let bytes = bytes.get_mut(..stored.len())?;
    Argon2::new(algorithm, version.unwrap_or_default(), params)
        .hash_password_into_with_memory(password.as_bytes(), salt.as_ref(), bytes, blocks)
        .ok()?;
    Some((Output::new(bytes).ok()?, stored))
}

fn verify_phc(
    verifier: &dyn PasswordVerifier<PasswordHash>,
    password: &Password,
    hash: &PhcString,
) -> bool {
    PasswordHash::new(&hash.text).is_ok_and(|parsed| {
        verifier
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
    })
}

/// Whether a hash is what [`hash`] would make today.
fn is_current(hash: &PhcString) -> bool {
    let Ok(parsed) = PasswordHash::new(&hash.text) else {
        return false;
    };
    let Ok(params) = Params::try_from(&parsed) else {
        return false;
    };
    parsed.algorithm.as_str() == "argon2id"
        && parsed.version == Some(Version::V0x13.into())
        && (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES)
        && parsed.hash.is_some_and(|hash| hash.len() == HASH_BYTES)
}

#[cfg(test)]
mod tests;
