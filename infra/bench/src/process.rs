//! A process that is measured.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

/// A running process. It is killed when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) child: Child,
    pid: i32,
}

impl Process {
    /// Starts `program` with these arguments and these variables only. Its standard output goes
    /// to `output`.
    pub(crate) fn start(
        program: &Path,
        arguments: &[&str],
        variables: &[(&str, String)],
        output: Stdio,
    ) -> Self {
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(output)
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{} can't be started: {error}", program.display()));
        let pid = child.id().expect("a process that runs");
        Self {
            child,
            pid: pid.try_into().expect("a process id"),
        }
    }

    /// Its id.
    pub(crate) const fn pid(&self) -> i32 {
        self.pid
    }

    /// Asks it to end, and waits until it has.
    pub(crate) async fn stop(mut self) {
        kill(Pid::from_raw(self.pid), Signal::SIGTERM).expect("a process that runs");
        let ended = self.child.wait().await.expect("its end");
        assert!(ended.success(), "{ended}");
    }

    /// CPU time of all its threads so far, exact to the nanosecond and whatever else runs.
    pub(crate) fn cpu(&self) -> Duration {
        let clock = clock_getcpuclockid(Pid::from_raw(self.pid)).expect("a process that runs");
        clock_gettime(clock).expect("its CPU time").into()
    }

    /// The most memory it ever had resident, in MiB: `VmHWM`, which counts the pages of its
    /// binary too, as Lambda does.
    pub(crate) fn peak_memory(&self) -> f64 {
        let path = format!("/proc/{}/status", self.pid);
        let status = std::fs::read_to_string(path).expect("a process that runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kib.and_then(|kib| kib.parse::<f64>().ok()).expect("VmHWM") / 1024.0
    }
}
