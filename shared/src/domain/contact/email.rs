//! E-mail addresses.

use std::fmt;
use std::hash::{Hash, Hasher};

use email_address::Options;

use super::ContactError;

/// Longest address that fits an SMTP path (RFC 5321, section 4.5.3.1.3).
const MAX_LENGTH: usize = 254;

/// An e-mail address that mail can be sent to: RFC 5321 without quoted local parts, comments,
/// domain literals and letters outside ASCII; at most 254 characters.
///
/// The domain is in lower case. The local part keeps its case, because that is for the
/// receiving server to judge; but two addresses that differ only in case are equal here, and
/// [`EmailAddress::key`] is the same for both.
#[derive(Clone)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads what a person typed; white space around it is ignored.
    ///
    /// The result holds no white space, control character, quote or angle bracket, so it can
    /// be put into a mail header as it is.
    ///
    /// # Errors
    /// [`ContactError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ContactError::Empty);
        }
        if !text.is_ascii() {
            return Err(ContactError::NotAscii);
        }
        if text.len() > MAX_LENGTH {
            return Err(ContactError::TooLong);
        }
        let options = Options::default()
            .with_required_tld()
            .without_domain_literal()
            .without_display_text();
        email_address::EmailAddress::parse_with_options(text, options)
            .map_err(|_| ContactError::NotAnEmailAddress)?;
        let (local, domain) = text
            .rsplit_once('@')
            .ok_or(ContactError::NotAnEmailAddress)?;
        if local.starts_with('"') || !domain.chars().all(is_host_character) {
            return Err(ContactError::NotAnEmailAddress);
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    /// The address as mail is sent to it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in lower case: what addresses are compared and looked up by.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The address with all but the first character of its local part hidden:
    /// `d***@harbour.test`. The number of stars says nothing about the length.
    #[must_use]
    pub fn masked(&self) -> String {
        let first: String = self.0.chars().take(1).collect();
        let domain = self.0.rsplit_once('@').map_or("", |(_, domain)| domain);
        format!("{first}***@{domain}")
    }
}

const fn is_host_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '.' || c == '-'
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for EmailAddress {}

impl Hash for EmailAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// Shows the masked address only, so that logs stay free of personal data.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> EmailAddress {
        EmailAddress::parse(text).unwrap()
    }

    #[test]
    fn reads_what_people_type() {
        for (typed, sent_to) in [
            ("desk@harbour.test", "desk@harbour.test"),
            ("  Desk@Harbour.TEST\n", "Desk@harbour.test"),
            (
                "o'brien+2fa@sub.example.co.nz",
                "o'brien+2fa@sub.example.co.nz",
            ),
            ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ] {
            assert_eq!(parse(typed).as_str(), sent_to);
        }
    }

    #[test]
    fn compares_without_case() {
        assert_eq!(parse("DESK@harbour.test"), parse("desk@HARBOUR.test"));
        assert_eq!(parse("DESK@harbour.test").key(), "desk@harbour.test");
        assert_ne!(parse("desk@harbour.test"), parse("desk@harbor.test"));
        assert_ne!(parse("desk@harbour.test"), parse("d.esk@harbour.test"));
    }

    #[test]
    fn masks_all_but_the_first_character() {
        assert_eq!(parse("desk@harbour.test").masked(), "d***@harbour.test");
        assert_eq!(parse("d@harbour.test").masked(), "d***@harbour.test");
        assert_eq!(
            format!("{:?}", parse("desk@harbour.test")),
            "EmailAddress(d***@harbour.test)"
        );
    }

    #[test]
    fn refuses_what_is_no_plain_address() {
        use ContactError::{Empty, NotAnEmailAddress, NotAscii, TooLong};
        let long = format!("a@{}.test", "b.".repeat(130));
        for (typed, error) in [
            ("", Empty),
            ("   ", Empty),
            ("desk", NotAnEmailAddress),
            ("desk@", NotAnEmailAddress),
            ("@harbour.test", NotAnEmailAddress),
            ("desk@localhost", NotAnEmailAddress),
            ("desk@harbour..test", NotAnEmailAddress),
            ("desk@-harbour.test", NotAnEmailAddress),
            ("desk@har_bour.test", NotAnEmailAddress),
            ("desk@[127.0.0.1]", NotAnEmailAddress),
            ("de sk@harbour.test", NotAnEmailAddress),
            ("de..sk@harbour.test", NotAnEmailAddress),
            ("\"de sk\"@harbour.test", NotAnEmailAddress),
            ("Desk <desk@harbour.test>", NotAnEmailAddress),
            ("a@b.test,c@d.test", NotAnEmailAddress),
            ("desk@harbour.test\r\nBcc: x@y.test", NotAnEmailAddress),
            ("d\u{435}sk@harbour.test", NotAscii),
            ("desk@b\u{fc}cher.example", NotAscii),
            (long.as_str(), TooLong),
        ] {
            assert_eq!(EmailAddress::parse(typed), Err(error), "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_is_safe_in_a_header(text in "[ -~\r\n\t\u{80}-\u{ff}]{0,24}@[a-z.\r\n]{1,12}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert!(address.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert!(!address.as_str().contains(['<', '>', '"', ',', ';', ':', '\\']));
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
            }
        }
    }
}
