//! The front end in a real browser: every screen and every journey.
//!
//! They need Chromium and a few tools that `.ci/browser` installs, and are skipped without.

mod browser;
mod changes;
mod checks;
mod code;
mod driver;
mod elsewhere;
mod full_access;
mod inbox;
mod phone;
mod screens;
mod set_up;
mod sign_in;
mod trouble;
mod trust;
