//! The `validate` function.

fn main() {}
