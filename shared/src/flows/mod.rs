//! Use cases, one a file: each reads state, lets `domain` decide, and writes once.

pub mod activity;
pub mod admin;
pub mod alerts;
mod alternatives;
pub mod caller;
pub mod challenge;
pub mod devices;
pub mod enroll;
pub mod finish;
mod guess;
pub mod login;
pub mod methods;
pub mod notify;
pub mod remove;
pub mod reset_colleague;
pub mod send;
pub mod sessions;
pub mod users;
pub mod validate;
pub mod validate_enrollment;
pub mod whitelist;

/// How often a use case starts over because others changed the same items meanwhile. Each
/// round that is lost was won by somebody, so limits are reached long before this.
pub(crate) const ROUNDS: usize = 12;
