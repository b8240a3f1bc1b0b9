//! The program, and what it answered.

use std::process::{Output, Stdio};

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use twostep_tests::System;

/// The built program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_twostep-ops");

/// The password that [`Tool::make_user`] gives.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// The program, aimed at one place.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    endpoint: Option<String>,
    environment: Vec<(String, String)>,
}

/// What a run of it came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Tool {
    /// Aimed at a running system.
    pub(crate) fn of(system: &System) -> Self {
        Self::at(&system.aws_url("ops"))
    }

    /// Aimed at an endpoint.
    pub(crate) fn at(endpoint: &str) -> Self {
        Self {
            endpoint: Some(endpoint.to_owned()),
            environment: Vec::new(),
        }
    }

    /// Aimed at AWS.
    pub(crate) fn aws() -> Self {
        Self {
            endpoint: None,
            environment: Vec::new(),
        }
    }

    /// The same with an environment variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A process of the program with these arguments, in an environment that is the test's own
    /// and not the developer's.
    pub(crate) fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(PROGRAM);
        command
            .env_clear()
            .env("HOME", "/nonexistent")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .args(arguments);
        if let Some(endpoint) = &self.endpoint {
            command.args(["--endpoint-url", endpoint]);
        }
        command
    }

    /// Runs it without a terminal and with nothing on standard input.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, "").await
    }

    /// Runs it with `input` on standard input.
    pub(crate) async fn run_with(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = Command::from(self.command(arguments))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that doesn't want it has closed the pipe.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        Run::from(child.wait_with_output().await.unwrap())
    }

    /// Runs it with `--json`, which must succeed; gives what it wrote.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> impl Future<Output = Value> {
        let tool = self.clone();
        let mut arguments: Vec<_> = arguments.iter().map(|a| (*a).to_owned()).collect();
        arguments.push("--json".to_owned());
        async move {
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            tool.run(&arguments).await.ok().json()
        }
    }

    /// Makes a user with [`PASSWORD`].
    pub(crate) async fn make_user(&self, practice: &str, email: &str, role: &str) -> Run {
        let arguments = [
            "user",
            "create",
            "--practice",
            practice,
            "--email",
            email,
            "--name",
            "Kim Doe",
            "--role",
            role,
            "--password-stdin",
        ];
        self.run_with(&arguments, &format!("{PASSWORD}\n")).await
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self {
            status: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Run {
    /// Asserts success without a word on standard error.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.status, Some(0), "{self:?}");
        assert_eq!(self.stderr, "", "{self:?}");
        self
    }

    /// What it wrote, which must be JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        match serde_json::from_str(&self.stdout) {
            Ok(json) => json,
            Err(error) => panic!("{error}: {self:?}"),
        }
    }

    /// Asserts that it failed with status 1 and one error that says all of `said`.
    #[track_caller]
    pub(crate) fn failed(&self, said: &[&str]) {
        self.ended_with(1, said);
        assert_eq!(self.stderr.lines().count(), 1, "{self:?}");
    }

    /// Asserts that the command line was refused for a reason that says all of `said`.
    #[track_caller]
    pub(crate) fn unusable(&self, said: &[&str]) {
        self.ended_with(2, said);
    }

    #[track_caller]
    fn ended_with(&self, status: i32, said: &[&str]) {
        assert_eq!(self.status, Some(status), "{self:?}");
        assert!(self.stderr.starts_with("error: "), "{self:?}");
        for said in said {
            assert!(self.stderr.contains(said), "no {said:?}: {self:?}");
        }
        assert_eq!(self.stdout, "", "{self:?}");
    }
}

/// The stored items of the user with this address, by sort key.
pub(crate) async fn profile_of(system: &System, email: &str) -> Value {
    let items = system.items().await;
    let profile = items
        .into_iter()
        .find(|item| item["sk"]["S"] == "PROFILE" && item["email"]["S"] == email);
    profile.unwrap_or_else(|| panic!("no {email}"))
}
