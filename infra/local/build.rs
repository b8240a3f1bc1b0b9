//! Rebuilds the crate when a file it embeds is added, changed or removed.

fn main() {
    println!("cargo:rerun-if-changed=../web");
    println!("cargo:rerun-if-changed=pages");
}
