//! The rules: no I/O, no async, time and randomness passed in.

pub mod code;
pub mod contact;
pub mod device_label;
mod encoding;
pub mod gsm7;
pub mod method;
pub mod password;
pub mod seal;
pub mod totp;
