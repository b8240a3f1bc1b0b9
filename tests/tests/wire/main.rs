//! The rules of the product, over real requests to a running system.

mod device_rotation;
mod enrollment_at_sign_in;
mod known_addresses;
mod methods;
mod pending_enrollments;
mod remembered_device;
mod removal;
mod replacement;
mod sessions;
mod step_up;
mod trust;
mod whitelist;
