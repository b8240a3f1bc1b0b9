//! The rules of the product, over real requests to a running system.

mod enrollment_at_sign_in;
mod methods;
mod pending_enrollments;
mod removal;
mod replacement;
