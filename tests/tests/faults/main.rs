//! A bad day at AWS: whichever request fails, and however, the answer is a documented problem,
//! nothing is lost, nothing happens twice, and trying again works.
//!
//! `sweep.rs` is the engine: it lets every AWS request of a flow fail in every way, one at a
//! time. The other files name the flows, function by function, and test what is particular.
//! `trial.rs` is one such failure, `effects.rs` what is left behind. The sweeps take minutes.

mod challenge;
mod delivery;
mod effects;
mod enroll;
mod limits;
mod login;
mod notify;
mod practice;
mod remove;
mod scene;
mod sweep;
mod trial;
mod validate;
mod whitelist;
