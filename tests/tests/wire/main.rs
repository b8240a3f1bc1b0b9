//! The rules of the product, over real requests to a running system.

mod activity;
mod alerts;
mod authenticator_apps;
mod bad_input;
mod budgets;
mod codes;
mod device_rotation;
mod enrollment_at_sign_in;
mod full_access;
mod known_addresses;
mod mail_outage;
mod methods;
mod notices;
mod origins;
mod passwords;
mod pending_enrollments;
mod remembered_device;
mod removal;
mod replacement;
mod sessions;
mod step_up;
mod totp;
mod transports;
mod trust;
mod users;
mod whitelist;
