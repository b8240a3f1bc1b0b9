//! Imported password hashes, and passwords: what is accepted is kept as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twostep::domain::password::{MAX_CHARS, Password, PhcString};

fuzz_target!(|text: &str| {
    if let Ok(hash) = PhcString::parse(text) {
        assert_eq!(hash.as_str(), text);
    }
    if Password::new(text).is_ok() {
        assert!(Password::attempt(text).is_ok());
        assert!(text.chars().count() <= 4 * MAX_CHARS);
    }
});
