//! The whole system on one machine, in one process, on one port.
//!
//! - `/`, the API and its front end: a gateway that makes of each request the event AWS would
//!   send, calls the function with it, and makes an HTTP answer of what comes back;
//! - `/_aws/{function}`: DynamoDB, KMS, SNS and SESv2 for the functions' SDK clients;
//! - `/_local`: inbox, clock, faults and more for testers and for people.
//!
//! Nothing in here is linked into a deployed function.

mod aws;
mod data;
mod environment;
mod faults;
mod functions;
mod gateway;
mod guard;
mod ids;
mod inbox;
mod kept;
mod local_api;
mod options;
mod reply;
mod router;
mod routes;
mod runner;
mod seed;
mod server;
mod stack;
mod streams;
mod usage;
mod web;

pub use environment::{Environment, KMS_KEY_ID, TABLE_NAME};
pub use functions::{Functions, InvokeError, build};
pub use options::Options;
pub use routes::{ROUTES, Route};
pub use seed::{DEMO_PASSWORD, DEMO_USERS, DemoUser};
pub use stack::{Stack, StartError};
