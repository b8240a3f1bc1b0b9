//! Where codes are sent: e-mail addresses and mobile numbers, parsed once at the edge.

mod email;
mod phone;

pub use email::EmailAddress;
pub use phone::{DestinationNotAllowed, PhoneNumber, mask as mask_phone_number};

/// Why a text is not an address or a number. The message completes "this field …" and repeats
/// nothing of what was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactError {
    /// Nothing was entered.
    #[error("must not be empty")]
    Empty,
    /// An e-mail address with a letter outside ASCII.
    #[error("must be written in ASCII (an international domain in its xn-- form)")]
    NotAscii,
    /// An e-mail address longer than 254 characters (RFC 5321).
    #[error("must be at most 254 characters long")]
    TooLong,
    /// Not an e-mail address of the form this system delivers to.
    #[error("must be an e-mail address like name@example.com")]
    NotAnEmailAddress,
    /// Not a phone number in international form.
    #[error("must be a phone number in international form like +61491570006")]
    NotAPhoneNumber,
    /// A phone number whose country code is not in use.
    #[error("must start with the code of a country, like +61")]
    UnknownCountry,
    /// A phone number with too few or too many digits for its country.
    #[error("has too few or too many digits for its country")]
    WrongLength,
}
