//! The `challenge` function.

fn main() {}
