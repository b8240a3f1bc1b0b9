//! The rules: no I/O, no async, time and randomness passed in.

pub mod activity;
pub mod address;
pub mod code;
pub mod contact;
pub mod device;
pub mod device_label;
mod encoding;
pub mod gsm7;
pub mod ids;
pub mod limits;
pub mod method;
pub mod outbox;
pub mod password;
pub mod practice;
pub mod seal;
pub mod session;
pub mod ticket;
pub mod token;
pub mod totp;
pub mod user;
