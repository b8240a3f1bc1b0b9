//! A function as a process of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::NamedTempFile;
use twostep_tests::System;

use crate::executable::executable;
use crate::runtime_api::{Outcome, RuntimeApi};

/// Name of the stack that the functions are deployed in.
pub(crate) const STACK: &str = "twostep-prod";

/// A running function; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Function {
    process: Child,
    api: RuntimeApi,
    log: NamedTempFile,
}

impl Function {
    /// Starts `name` as Lambda does, with `system` for AWS.
    pub(crate) async fn start(name: &str, system: &System) -> Self {
        let api = RuntimeApi::start().await;
        let log = NamedTempFile::new().expect("a file");
        let process = command(name, &api)
            .envs(variables(name, system))
            // All that an operator can ask for.
            .env("RUST_LOG", "trace")
            .stdout(log.reopen().expect("a file"))
            .spawn()
            .expect("a process");
        Self { process, api, log }
    }

    /// Has it handle `event`.
    pub(crate) async fn invoke(&self, event: Value) -> Outcome {
        self.api.invoke(event).await
    }

    /// What it logged so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log.path()).expect("a log")
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts `name` with no variables but those that Lambda itself sets about the function.
pub(crate) fn command(name: &str, api: &RuntimeApi) -> Command {
    let mut command = Command::new(executable(name));
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", api.address())
        .env("AWS_LAMBDA_FUNCTION_NAME", format!("{STACK}-{name}"))
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .stdout(Stdio::null());
    command
}

/// A file of the repository.
pub(crate) fn file(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(relative)
}

/// The variables of `infra/local/watch.env`, turned to `system`.
pub(crate) fn variables(name: &str, system: &System) -> BTreeMap<String, String> {
    let text = fs::read_to_string(file("infra/local/watch.env")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    let mut variables: BTreeMap<_, _> = pairs
        .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
        .collect();
    let own = [
        ("AWS_ENDPOINT_URL", system.aws_url(name)),
        ("ALLOWED_ORIGINS", system.url().to_owned()),
    ];
    for (name, value) in own {
        let before = variables.insert(name.to_owned(), value);
        assert!(before.is_some(), "{name} is not in watch.env");
    }
    variables
}
