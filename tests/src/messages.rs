//! Messages the system sent.

use serde_json::Value;

use crate::kind::Kind;

/// A captured SMS or e-mail.
#[derive(Clone, Debug)]
pub struct Message(pub Value);

impl Message {
    /// How it was sent: only `email` and `sms` are.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.text_of("channel") {
            "sms" => Kind::Sms,
            "email" => Kind::Email,
            other => panic!("a message by {other}"),
        }
    }

    /// The address or number it was sent to.
    #[must_use]
    pub fn to(&self) -> &str {
        self.text_of("to")
    }

    /// The subject of an e-mail.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.text_of("subject")
    }

    /// Its plain text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text_of("text")
    }

    /// The code in it: the only word of six digits.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        let words = self.text().split(|c: char| !c.is_ascii_alphanumeric());
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit());
        words.into_iter().find(is_code).map(str::to_owned)
    }

    fn text_of(&self, member: &str) -> &str {
        let text = self.0[member].as_str();
        text.unwrap_or_else(|| panic!("no {member} in {}", self.0))
    }
}
