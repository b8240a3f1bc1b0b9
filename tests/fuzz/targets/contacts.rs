//! A number or an address that is accepted is one to send to, and masked where it is shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twostep::domain::contact::{EmailAddress, PhoneNumber};

fuzz_target!(|text: &str| {
    if let Ok(number) = PhoneNumber::parse(text) {
        let e164 = number.e164();
        let digits = e164.strip_prefix('+').expect("a plus sign");
        assert!(digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit()));
        let again = PhoneNumber::parse(e164).expect("as it is stored");
        assert_eq!(again.e164(), e164);
        assert!(!number.masked().contains(digits));
        let countries = ["AU", "NZ", "GB", "IE"].map(str::to_owned);
        let _ = number.check_allowed(&countries);
    }
    if let Ok(address) = EmailAddress::parse(text) {
        let stored = address.as_str();
        assert!(stored.len() <= 254 && !stored.contains(char::is_control));
        let again = EmailAddress::parse(stored).expect("as it is stored");
        assert_eq!(again.as_str(), stored);
        assert_eq!(again.key(), address.key());
        assert!(address.masked().contains("***@"));
    }
});
