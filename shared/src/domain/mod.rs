//! The rules: no I/O, no async, time and randomness passed in.

pub mod code;
pub mod contact;
mod encoding;
pub mod method;
pub mod password;
pub mod seal;
pub mod totp;
