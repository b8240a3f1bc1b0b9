//! The operator's tool as operators run it: the built program, as a process, against a running
//! system.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod connection;
#[cfg(test)]
mod import;
#[cfg(test)]
mod import_faults;
#[cfg(test)]
mod keyring;
#[cfg(test)]
mod practices;
#[cfg(test)]
mod reset;
#[cfg(test)]
mod support;
#[cfg(test)]
mod terminal;
#[cfg(test)]
mod unlock;
#[cfg(test)]
mod users;
