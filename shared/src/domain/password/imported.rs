//! Which hashes of other systems are accepted, and how much checking one may cost.
//!
//! Whoever imports users chooses the parameters in their hashes, and every sign-in pays for
//! them; the bounds keep one check within about a second and 128 MiB. They are above what
//! common systems use by default.

use argon2::password_hash::phc::PasswordHash;

/// Fewest bytes of a hash: below 128 bits somebody could find another password for it.
const MIN_HASH_BYTES: usize = 16;
/// Most memory, in KiB, for argon2 and scrypt.
const MAX_MEMORY_KIB: u64 = 128 * 1024;
/// Most work for argon2: memory in KiB times passes.
const MAX_ARGON2_WORK: u64 = 512 * 1024;
/// Most lanes of argon2.
const MAX_ARGON2_LANES: u32 = 16;
/// Most work for scrypt: N times r times p.
const MAX_SCRYPT_WORK: u64 = 1 << 21;
/// Most rounds of PBKDF2.
const MAX_PBKDF2_ROUNDS: u32 = 2_000_000;
/// Highest cost of bcrypt; each one more doubles the time.
const MAX_BCRYPT_COST: u32 = 14;
/// Lowest cost of bcrypt that exists.
const MIN_BCRYPT_COST: u32 = 4;

/// The function a hash was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Argon2,
    Bcrypt,
    Pbkdf2,
    Scrypt,
}

/// Why a text is not a password hash that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhcError {
    /// Neither a PHC string with salt and hash nor a bcrypt hash.
    #[error("is not a password hash in PHC or bcrypt form")]
    Malformed,
    /// Well formed, but of a function that is not supported.
    #[error("is made with a function other than argon2id, argon2i, bcrypt, scrypt or pbkdf2")]
    Unsupported,
    /// The function's parameters are missing or invalid.
    #[error("has invalid parameters")]
    Parameters,
    /// Checking it would take too long or too much memory.
    #[error("is too costly to check at sign-in")]
    TooCostly,
    /// It has fewer than 128 bits.
    #[error("is too short to be safe")]
    TooShort,
}

impl Scheme {
    /// The function that `text` was made with.
    pub(super) fn of(text: &str) -> Result<Self, PhcError> {
        if ["$2a$", "$2b$", "$2y$"]
            .iter()
            .any(|prefix| text.starts_with(prefix))
        {
            return bcrypt_scheme(text);
        }
        let parsed = PasswordHash::new(text).map_err(|_| PhcError::Malformed)?;
        let (Some(_), Some(hash)) = (&parsed.salt, &parsed.hash) else {
            return Err(PhcError::Malformed);
        };
        if hash.len() < MIN_HASH_BYTES {
            return Err(PhcError::TooShort);
        }
        match parsed.algorithm.as_str() {
            "argon2id" | "argon2i" => argon2_scheme(&parsed),
            "scrypt" => scrypt_scheme(&parsed),
            "pbkdf2-sha256" | "pbkdf2-sha512" => pbkdf2_scheme(&parsed),
            _ => Err(PhcError::Unsupported),
        }
    }
}

fn bcrypt_scheme(text: &str) -> Result<Scheme, PhcError> {
    let parts: bcrypt::HashParts = text.parse().map_err(|_| PhcError::Malformed)?;
    match parts.get_cost() {
        0..MIN_BCRYPT_COST => Err(PhcError::Parameters),
        MIN_BCRYPT_COST..=MAX_BCRYPT_COST => Ok(Scheme::Bcrypt),
        _ => Err(PhcError::TooCostly),
    }
}

fn argon2_scheme(parsed: &PasswordHash) -> Result<Scheme, PhcError> {
    let params = argon2::Params::try_from(parsed).map_err(|_| PhcError::Parameters)?;
    if let Some(version) = parsed.version {
        argon2::Version::try_from(version).map_err(|_| PhcError::Parameters)?;
    }
    let memory = u64::from(params.m_cost());
    let work = memory.saturating_mul(u64::from(params.t_cost()));
    if memory > MAX_MEMORY_KIB || work > MAX_ARGON2_WORK || params.p_cost() > MAX_ARGON2_LANES {
        return Err(PhcError::TooCostly);
    }
    Ok(Scheme::Argon2)
}

fn scrypt_scheme(parsed: &PasswordHash) -> Result<Scheme, PhcError> {
    let params = scrypt::Params::try_from(parsed).map_err(|_| PhcError::Parameters)?;
    let block = params.n().saturating_mul(u64::from(params.r()));
    // Each of the N blocks has 128 r bytes.
    let memory = block / 8;
    if memory > MAX_MEMORY_KIB || block.saturating_mul(u64::from(params.p())) > MAX_SCRYPT_WORK {
        return Err(PhcError::TooCostly);
    }
    Ok(Scheme::Scrypt)
}

fn pbkdf2_scheme(parsed: &PasswordHash) -> Result<Scheme, PhcError> {
    let params = pbkdf2::Params::try_from(parsed).map_err(|_| PhcError::Parameters)?;
    if params.rounds() > MAX_PBKDF2_ROUNDS {
        return Err(PhcError::TooCostly);
    }
    Ok(Scheme::Pbkdf2)
}
