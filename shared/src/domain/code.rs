//! Six-digit codes: read from people, and derived for e-mail and SMS.
//!
//! A code that is sent is never stored. It is computed from a secret key and from everything
//! it is good for, so it can be computed again to compare or to resend it, and a code for one
//! thing is of no use for another.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::encoding::length_prefixed;

/// Number of digits of every code.
const DIGITS: usize = 6;

/// What a derived code is computed under; a new way of computing gets a new name.
const LABEL: &str = "twostep code v1";

/// A code of six digits. Compared in constant time, wiped from memory when dropped, and never
/// shown by `Debug`.
#[derive(Clone)]
pub struct Code(Zeroizing<String>);

/// Why a text is not a code. The message completes "the code …" and repeats nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Something other than digits, spaces and hyphens.
    #[error("must consist of digits only")]
    Character,
    /// Not six digits.
    #[error("must have 6 digits")]
    Length,
}

impl Code {
    /// Reads what a person typed or pasted. Spaces and hyphens are ignored anywhere: mail
    /// programs and authenticator apps show codes in groups.
    ///
    /// # Errors
    /// [`CodeError`] if anything else but ASCII digits is there, or not exactly six of them.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut digits = Zeroizing::new(String::with_capacity(DIGITS));
        for c in text.chars() {
            match c {
                '0'..='9' if digits.len() == DIGITS => return Err(CodeError::Length),
                '0'..='9' => digits.push(c),
                // U+2010 and U+2011 are what typesetting makes of a hyphen.
                '-' | '\u{2010}' | '\u{2011}' => {}
                _ if c.is_whitespace() => {}
                _ => return Err(CodeError::Character),
            }
        }
        if digits.len() != DIGITS {
            return Err(CodeError::Length);
        }
        Ok(Self(digits))
    }

    /// The last six decimal digits of `number`.
    fn from_number(number: u64) -> Self {
        Self(Zeroizing::new(format!("{:06}", number % 1_000_000)))
    }

    /// The six digits, for the message that carries them and for nothing else.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ConstantTimeEq for Code {
    fn ct_eq(&self, other: &Self) -> subtle::Choice {
        self.0.as_bytes().ct_eq(other.0.as_bytes())
    }
}

/// Takes the same time whichever digits differ.
impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for Code {}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(redacted)")
    }
}

/// What a person is asked a code for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To finish signing in.
    SignIn,
    /// To confirm a change within a session.
    StepUp,
    /// To enable a method.
    Enrollment,
}

impl Purpose {
    /// The purpose's name inside derived codes; changing one makes outstanding codes wrong.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::StepUp => "step_up",
            Self::Enrollment => "enrollment",
        }
    }
}

/// Everything a sent code is bound to. A code derived for one binding is worth no more than a
/// guess for any other.
#[derive(Clone, Copy)]
pub struct CodeBinding<'a> {
    /// The secret bytes of the ticket or enrollment that the code is for.
    pub ticket: &'a [u8],
    /// Id of the user.
    pub user: &'a str,
    /// What the code is asked for.
    pub purpose: Purpose,
    /// Wire name of the method.
    pub method: &'a str,
    /// The address or number the code is sent to.
    pub destination: &'a str,
}

/// The code for a binding: HMAC-SHA-256 (RFC 2104) of it under `key`, the first 64 bits taken
/// modulo 10^6. (The bias of the remainder is below 1 in 10^13.)
#[must_use]
pub fn derive_code(key: &[u8; 32], binding: &CodeBinding<'_>) -> Code {
    let mac = hmac_sha256(key, &binding_bytes(binding));
    let number = mac
        .iter()
        .take(8)
        .fold(0, |number, byte| (number << 8) | u64::from(*byte));
    Code::from_number(number)
}

fn binding_bytes(binding: &CodeBinding<'_>) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(length_prefixed(
        LABEL,
        &[
            binding.ticket,
            binding.user.as_bytes(),
            binding.purpose.as_str().as_bytes(),
            binding.method.as_bytes(),
            binding.destination.as_bytes(),
        ],
    ))
}

fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> Zeroizing<[u8; 32]> {
    // HMAC pads a key to the block size with zeros; padding it here needs no fallible call.
    let mut block = Zeroizing::new([0; 64]);
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    mac.update(message);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests;
