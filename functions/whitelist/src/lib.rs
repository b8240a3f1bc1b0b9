//! The `whitelist` function.
