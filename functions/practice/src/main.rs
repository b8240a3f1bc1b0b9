//! The `practice` function.

fn main() {}
