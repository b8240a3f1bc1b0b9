//! A bad day at AWS: whichever request fails, and however, the answer is a documented problem,
//! nothing is lost, nothing happens twice, and trying again works.
//!
//! `sweep.rs` is the engine: it lets every AWS request of a flow fail in every way, one at a
//! time. The other files name the flows, function by function, and test what is particular.
//!
//! The sweeps take minutes, and their shortened time limits a machine that does nothing else, so
//! they are run by name: `cargo test --workspace --test faults -- --ignored`.

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
mod validate;
mod whitelist;
