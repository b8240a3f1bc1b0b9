//! The executables of the functions.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// Every function.
pub(crate) const FUNCTIONS: [&str; 8] = [
    "login",
    "challenge",
    "enroll",
    "validate",
    "remove",
    "whitelist",
    "practice",
    "notify",
];

/// The executable of `function`. Built at the first call of a test run: Cargo builds those of
/// other packages for no test.
pub(crate) fn executable(function: &str) -> &'static PathBuf {
    static BUILT: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    let built = BUILT.get_or_init(build).get(function);
    built.unwrap_or_else(|| panic!("no executable of {function}"))
}

fn build() -> BTreeMap<String, PathBuf> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        // With a test among the targets dependencies have the features that they have in
        // tests, so that those already built will do.
        .args(["build", "--workspace", "--test", "lambda", "--locked"])
        .args(["--profile", &profile(), "--message-format", "json"])
        .args(FUNCTIONS.iter().flat_map(|function| ["--bin", function]))
        .stderr(Stdio::inherit());
    // What Cargo says of this package would have build scripts of others run again.
    for (name, _) in env::vars_os() {
        let of_package = ["CARGO_MANIFEST_", "CARGO_PKG_"];
        if of_package
            .iter()
            .any(|start| name.to_string_lossy().starts_with(start))
        {
            cargo.env_remove(name);
        }
    }
    let output = cargo.output().expect("cargo");
    assert!(output.status.success(), "the functions don't build");
    let messages = output.stdout.split(|byte| *byte == b'\n');
    let messages = messages.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let executables = messages.filter_map(|message| {
        let binary = message["target"]["kind"] == serde_json::json!(["bin"]);
        let name = message["target"]["name"].as_str().filter(|_| binary)?;
        Some((name.to_owned(), message["executable"].as_str()?.into()))
    });
    executables.collect()
}

/// The profile of this test: its executable is in `target/PROFILE/deps`.
fn profile() -> String {
    let test = env::current_exe().expect("this test");
    let directory = test.ancestors().nth(2).and_then(|path| path.file_name());
    match directory.and_then(|name| name.to_str()) {
        None | Some("debug") => "dev".to_owned(),
        Some(profile) => profile.to_owned(),
    }
}
