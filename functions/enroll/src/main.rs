//! The `enroll` function.

fn main() {}
