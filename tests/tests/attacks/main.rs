//! What an attacker tries, over real requests to a running system, many at once where that is
//! the attack. `infra/docs/threat-model.md` says which test shows which attack stopped.

mod crowd;
mod enumeration;
mod guesses;
mod offers;
mod passwords;
mod races;
mod replay;
mod rush;
mod sends;
mod sms_guard;
mod suspension;
