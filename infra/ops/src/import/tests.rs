//! Tests of the import: what is refused, and what is written.

mod checking;
mod writing;
