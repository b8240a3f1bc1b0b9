//! The `enroll` function.
