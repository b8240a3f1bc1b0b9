//! Tokens, ids and cursors are read as they are written, and in no other way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twostep::domain::ids::UserId;
use twostep::domain::token::{DeviceToken, EnrollmentToken, UserToken};
use twostep::store::query::{Cursor, Paged};

fuzz_target!(|text: &str| {
    let read = [
        UserToken::parse(text).map(|token| token.expose()),
        EnrollmentToken::parse(text).map(|token| token.expose()),
        DeviceToken::parse(text).map(|token| token.expose()),
        UserId::parse(text).map(|id| id.as_str().to_owned()),
        Cursor::parse(text, Paged::Activity).map(|cursor| cursor.as_text()),
        Cursor::parse(text, Paged::Users).map(|cursor| cursor.as_text()),
    ];
    for written in read.into_iter().flatten() {
        assert_eq!(written, text);
    }
});
