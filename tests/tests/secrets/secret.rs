//! Secrets, and how one may be written.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use data_encoding::{BASE32_NOPAD, HEXLOWER};

/// What a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Password,
    Code,
    Ticket,
    Enrollment,
    Session,
    Device,
    /// Of an authenticator app.
    App,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Password,
        Self::Code,
        Self::Ticket,
        Self::Enrollment,
        Self::Session,
        Self::Device,
        Self::App,
    ];
}

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Secret {
    pub(crate) kind: Kind,
    /// As a person or client has it.
    pub(crate) text: String,
}

impl Secret {
    pub(crate) fn new(kind: Kind, text: &str) -> Self {
        Self {
            kind,
            text: text.to_owned(),
        }
    }

    /// The bytes that are secret, as far as they are more than their text.
    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        match self.kind {
            Kind::Password => Some(self.text.clone().into_bytes()),
            // Six digits are found in other things too often.
            Kind::Code => None,
            Kind::App => BASE32_NOPAD.decode(self.text.as_bytes()).ok(),
            Kind::Ticket | Kind::Enrollment | Kind::Session | Kind::Device => {
                // In front of 256 random bits it says whose it is.
                let token = URL_SAFE_NO_PAD.decode(&self.text).ok()?;
                Some(token.last_chunk::<32>()?.to_vec())
            }
        }
    }

    /// Every way in which it may be written.
    pub(crate) fn spellings(&self) -> Vec<String> {
        let mut spellings = vec![self.text.clone()];
        if let Some(bytes) = self.bytes() {
            let base32 = BASE32_NOPAD.encode(&bytes);
            spellings.extend([
                STANDARD.encode(&bytes),
                STANDARD.encode(&bytes).trim_end_matches('=').to_owned(),
                URL_SAFE.encode(&bytes),
                HEXLOWER.encode(&bytes),
                HEXLOWER.encode(&bytes).to_ascii_uppercase(),
                base32.to_ascii_lowercase(),
                base32,
                // How a debugging line shows bytes.
                format!("{bytes:?}"),
            ]);
        }
        spellings
    }
}
