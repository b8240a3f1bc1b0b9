//! The `login` function.
