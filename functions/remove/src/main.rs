//! The `remove` function.

fn main() {}
