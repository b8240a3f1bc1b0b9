//! Time-based one-time passwords (RFC 6238) as every authenticator app has them: SHA-1, 30
//! seconds, 6 digits, a secret of 160 bits.

use std::fmt;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use qrcodegen::{QrCode, QrCodeEcc};
use subtle::{ConditionallySelectable, ConstantTimeEq};
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::code::Code;
use crate::clock::Timestamp;

/// Bytes of a secret: the length of a SHA-1 digest, as RFC 4226 section 4 recommends.
pub const SECRET_BYTES: usize = 20;

/// Seconds a step lasts (RFC 6238, section 5.2).
const STEP_SECONDS: u64 = 30;

/// What is left as it is in a URI (RFC 3986, section 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Modules of white around a QR code (ISO/IEC 18004, section 6.3.8).
const QUIET_ZONE: i32 = 4;

/// The secret that an authenticator app and this system share. Wiped from memory when dropped
/// and never shown by `Debug`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct TotpSecret([u8; SECRET_BYTES]);

impl TotpSecret {
    /// A secret of these bytes, which must come from the system's random generator.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// The secret's bytes, to be sealed.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// The secret in base 32 (RFC 4648) without padding: what people type into an app that
    /// cannot scan.
    #[must_use]
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(data_encoding::BASE32_NOPAD.encode(&self.0))
    }

    /// The time step that `code` is right for, if it is the current one, the one before or the
    /// one after; the newest if there are several.
    ///
    /// All three are always computed and compared, each in constant time. A step must be
    /// accepted only once (RFC 6238, section 5.2): the caller stores the one returned and
    /// refuses it and all before it from then on. It is the newest that counts, because the
    /// same code would otherwise be right a second time.
    #[must_use]
    pub fn matching_step(&self, code: &Code, now: Timestamp) -> Option<u64> {
        let current = u64::try_from(now.0).ok()? / STEP_SECONDS;
        let totp = self.totp();
        let mut matched = 0;
        let mut any = subtle::Choice::from(0);
        for step in current.saturating_sub(1)..=current.saturating_add(1) {
            let expected = Zeroizing::new(totp.generate(step * STEP_SECONDS).to_string());
            let equal = expected.as_bytes().ct_eq(code.as_str().as_bytes());
            matched.conditional_assign(&step, equal);
            any |= equal;
        }
        bool::from(any).then_some(matched)
    }

    /// The `otpauth://` URI that an app reads from the QR code, as Google's key URI format
    /// describes it, all parameters spelled out.
    ///
    /// `issuer` is the product's name and `account` the user's e-mail address. The format
    /// allows no colon in either, so colons are dropped.
    #[must_use]
    pub fn otpauth_uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let issuer = encode(issuer);
        let account = encode(account);
        let secret = self.base32();
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}\
             &algorithm=SHA1&digits=6&period={STEP_SECONDS}",
            *secret
        ))
    }

    fn totp(&self) -> Totp {
        // "Noncompliant" only skips the checks of lengths, which are fixed here.
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_step_duration(STEP_SECONDS)
            .with_secret(self.0.as_slice())
            .build_noncompliant()
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(redacted)")
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(&text.replace(':', ""), UNRESERVED).to_string()
}

/// A text too long for a QR code, which no `otpauth://` URI of this system is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long for a QR code")]
pub struct QrTooLong;

/// A QR code (ISO/IEC 18004, error correction level M) of `uri` as an SVG image: black on
/// white whatever the page's colours, with the quiet zone that scanners need, and a title for
/// screen readers. Its size is for the page to set.
///
/// # Errors
/// [`QrTooLong`] above 2,331 bytes.
pub fn qr_svg(uri: &str) -> Result<String, QrTooLong> {
    let code = QrCode::encode_text(uri, QrCodeEcc::Medium).map_err(|_| QrTooLong)?;
    let side = code.size() + 2 * QUIET_ZONE;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
         shape-rendering=\"crispEdges\"><title>QR code for your authenticator app</title>\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>\
         <path fill=\"#000\" d=\"{}\"/></svg>",
        dark_modules(&code)
    ))
}

/// SVG path data of the dark modules: one rectangle for each horizontal run of them.
fn dark_modules(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size())
                .take_while(|&x| code.get_module(x, y))
                .count();
            if run > 0 {
                let (left, top) = (x + QUIET_ZONE, y + QUIET_ZONE);
                // Writing to a String cannot fail.
                let _ = write!(path, "M{left} {top}h{run}v1h-{run}z");
            }
            x += i32::try_from(run).unwrap_or(0) + 1;
        }
    }
    path
}

#[cfg(test)]
mod tests;
