//! The `challenge` function.
