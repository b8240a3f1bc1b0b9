//! What black-box tests are written with: a system of one's own, clients for it, people who
//! sign in, and assertions in the words of the API.
//!
//! ```no_run
//! use twostep_tests::{Kind, Person, System};
//!
//! # async fn test() {
//! let system = System::start().await;
//! let mut dana = Person::new("desk@harbour.test");
//! let mut browser = system.browser();
//! browser.enroll_at_sign_in(&mut dana, Kind::Sms).await;
//! browser.get("/session").await.ok();
//!
//! let elsewhere = system.browser().from("203.0.113.9");
//! let login = elsewhere.clone().login(&dana).await;
//! login.challenge_required();
//! # }
//! ```
//!
//! Nothing here knows how the system works: it speaks HTTP to the gateway and to the testers'
//! endpoints under `/_local`. Everything panics, with what the system said, when it does not
//! say what was expected.

mod answer;
mod client;
mod journey;
mod kind;
mod messages;
mod person;
mod system;
mod transport;
mod usage;

pub use answer::{Answer, text_of};
pub use client::{Client, Credentials, Exchange, Request};
pub use kind::Kind;
pub use messages::Message;
pub use person::{Authenticator, Person, other_than};
pub use system::{NewUser, System, seconds};
pub use usage::Usage;

/// Seconds of a minute.
pub const MINUTE: i64 = 60;
/// Seconds of an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Seconds of a day.
pub const DAY: i64 = 24 * HOUR;
