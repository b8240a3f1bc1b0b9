//! The rules of the product, over real requests to a running system.

mod enrollment_at_sign_in;
