//! Instructions that a process executes, counted by valgrind's callgrind. Unlike times they are
//! nearly the same in every run, whatever else the machine does.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Counts a process that was started by [`Counter::command`].
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    /// Where callgrind writes.
    folder: PathBuf,
}

impl Counter {
    /// A counter that writes into `folder`.
    pub(crate) fn new(folder: &Path) -> Self {
        let found = Command::new("valgrind").arg("--version").output();
        assert!(found.is_ok(), "counting instructions takes valgrind");
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The program and the arguments that run `program` and count it.
    pub(crate) fn command(&self, program: &Path) -> (PathBuf, Vec<String>) {
        let arguments = vec![
            "--quiet".to_owned(),
            "--tool=callgrind".to_owned(),
            format!("--callgrind-out-file={}/%p", self.folder.display()),
            program.display().to_string(),
        ];
        ("/usr/bin/valgrind".into(), arguments)
    }

    /// Starts counting at zero.
    pub(crate) fn zero(&self, pid: i32) {
        control("--zero", pid);
    }

    /// Instructions since the count was last set to zero.
    pub(crate) fn take(&self, pid: i32) -> u64 {
        control("--dump", pid);
        let file = (1..).map(|number| self.folder.join(format!("{pid}.{number}")));
        let file = file.take(1000).find(|file| file.is_file());
        let file = file.expect("callgrind's dump");
        let text = std::fs::read_to_string(&file).expect("callgrind's dump");
        std::fs::remove_file(&file).expect("to remove callgrind's dump");
        let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
        let total = total.and_then(|total| total.trim().parse().ok());
        total.expect("a total")
    }
}

fn control(what: &str, pid: i32) {
    let status = Command::new("callgrind_control")
        .args([what, &pid.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("callgrind_control");
    assert!(status.success(), "callgrind_control {what} {pid}: {status}");
}
