//! The binaries that are measured.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The functions of the product.
pub(crate) const FUNCTIONS: [&str; 8] = [
    "login",
    "challenge",
    "validate",
    "enroll",
    "remove",
    "whitelist",
    "practice",
    "notify",
];

/// The minimal function.
pub(crate) const FLOOR: &str = "floor";

/// Bytes a zip archive with one file has besides its content.
const ZIP_OVERHEAD: usize = 130;

/// The binary of function `name` in `directory`.
pub(crate) fn find(directory: &Path, name: &str) -> PathBuf {
    let names = [
        format!("{name}/bootstrap"),
        name.to_owned(),
        format!("twostep-{name}"),
    ];
    let mut places = names.iter().map(|name| directory.join(name));
    let found = places.find(|place| place.is_file());
    found.unwrap_or_else(|| panic!("no {name} in {}: build it first", directory.display()))
}

/// Bytes of a binary, and of the zip archive it is deployed in.
pub(crate) fn sizes(binary: &Path) -> (usize, usize) {
    let mut bytes = Vec::new();
    let mut file = std::fs::File::open(binary).expect("a binary");
    file.read_to_end(&mut bytes).expect("a readable binary");
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&bytes).expect("memory");
    let packed = encoder.finish().expect("memory").len();
    (bytes.len(), packed + ZIP_OVERHEAD)
}
