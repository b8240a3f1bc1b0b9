//! The `notify` function.
