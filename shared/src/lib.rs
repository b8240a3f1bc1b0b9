//! twostep: two-factor sign-in. The rules, the state and the safety that the Lambda functions
//! in `functions/` share.

pub mod aws;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod domain;
pub mod flows;
pub mod http;
pub mod keyring;
pub mod logging;
#[cfg(test)]
mod loopback;
pub mod random;
pub mod runtime;
pub mod store;
pub mod telemetry;
