//! The kinds of methods.

use std::fmt;

/// A kind of second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An app that shows codes.
    Authenticator,
    /// Codes by e-mail.
    Email,
    /// Codes by text message.
    Sms,
}

impl Kind {
    /// Every kind, in the order the API lists them.
    pub const ALL: [Self; 3] = [Self::Authenticator, Self::Email, Self::Sms];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authenticator => "authenticator",
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// The other two.
    #[must_use]
    pub fn others(self) -> [Self; 2] {
        match self {
            Self::Authenticator => [Self::Email, Self::Sms],
            Self::Email => [Self::Authenticator, Self::Sms],
            Self::Sms => [Self::Authenticator, Self::Email],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
