//! The `remove` function.
