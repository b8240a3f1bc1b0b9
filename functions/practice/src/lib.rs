//! The `practice` function.
