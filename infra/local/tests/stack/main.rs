//! The local stack from outside: over HTTP, with the real SDK clients, as a process.

#[cfg(test)]
mod aws;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod common;
#[cfg(test)]
mod data_directory;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod local_api;
#[cfg(test)]
mod streams;
