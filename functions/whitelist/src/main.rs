//! The `whitelist` function.

fn main() {}
