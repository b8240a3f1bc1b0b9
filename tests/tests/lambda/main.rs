//! The function binaries as Lambda runs them: processes that ask the Runtime API for events.

mod executable;
mod host;
mod journey;
mod logs;
mod notify;
mod process;
mod repeated;
mod runtime_api;
mod same_answers;
mod start;
