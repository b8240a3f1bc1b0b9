//! A code is six digits, with spaces and hyphens anywhere; nothing else is one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twostep::domain::code::Code;

fuzz_target!(|text: &str| {
    let ignored = |c: char| c.is_whitespace() || "-\u{2010}\u{2011}".contains(c);
    let typed: String = text.chars().filter(|c| !ignored(*c)).collect();
    let is_code = typed.len() == 6 && typed.bytes().all(|byte| byte.is_ascii_digit());
    let read = Code::parse(text).ok();
    assert_eq!(
        read.as_ref().map(Code::as_str),
        is_code.then_some(typed.as_str())
    );
});
