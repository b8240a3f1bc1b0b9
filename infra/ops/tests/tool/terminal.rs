//! The tool on a terminal: prompts, questions and the progress bar.

use std::process::Command;

use nix::sys::wait::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use twostep_tests::System;

use crate::import::{file, import};
use crate::support::{PASSWORD, Tool};

const DESK: &str = "desk@harbour.test";
const PATIENCE_MS: u64 = 20_000;

/// Runs a command on a terminal of its own while `talk` talks to it; gives the exit status.
async fn on_terminal(
    mut command: Command,
    talk: impl FnOnce(&mut PtySession) -> Result<(), rexpect::error::Error> + Send + 'static,
) -> i32 {
    command.env("TERM", "xterm");
    let task = tokio::task::spawn_blocking(move || {
        let mut session = spawn_command(command, Some(PATIENCE_MS)).unwrap();
        talk(&mut session).unwrap_or_else(|error| panic!("{error}"));
        session.exp_eof().unwrap();
        match session.process().wait().unwrap() {
            WaitStatus::Exited(_, status) => status,
            other => panic!("{other:?}"),
        }
    });
    task.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_asked_for_twice_and_not_shown() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let create = "user create --practice Summit --create-practice --email kim@summit.test --name \
                  Kim --role standard";
    let create: Vec<_> = create.split(' ').collect();
    let status = on_terminal(tool.command(&create), |terminal| {
        terminal.exp_string("Password: ")?;
        terminal.send_line(PASSWORD)?;
        let shown = terminal.exp_string("The same again: ")?;
        assert!(!shown.contains("horse"), "{shown}");
        terminal.send_line("another one")?;
        terminal.exp_string("nothing was done: the two passwords differ")?;
        Ok(())
    });
    assert_eq!(status.await, 1);
    tool.run(&["practice", "show", "Summit"])
        .await
        .failed(&["Summit"]);

    let status = on_terminal(tool.command(&create), |terminal| {
        terminal.exp_string("Password: ")?;
        terminal.send_line(PASSWORD)?;
        terminal.exp_string("The same again: ")?;
        terminal.send_line(PASSWORD)?;
        let shown = terminal.exp_string("The user is made.")?;
        assert!(!shown.contains("horse"), "{shown}");
        Ok(())
    });
    assert_eq!(status.await, 0);
    let answer = system
        .browser()
        .login_with("kim@summit.test", PASSWORD)
        .await;
    answer.enrollment_required();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_undone_is_asked_for_first() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let disable = ["user", "disable", "--email", DESK];
    for (answer, status) in [("n", 1), ("", 1), ("yes please", 1), ("y", 0)] {
        let run = on_terminal(tool.command(&disable), move |terminal| {
            terminal.exp_string(
                "Disable Dana Reed <desk@harbour.test>, Standard at Harbour Clinic? [y/N] ",
            )?;
            terminal.send_line(answer)?;
            Ok(())
        });
        assert_eq!(run.await, status, "{answer:?}");
        let shown = tool.json(&["user", "show", "--email", DESK]).await;
        assert_eq!(shown["user"]["disabled"], status == 0, "{answer:?}");
    }

    let reset = ["reset-2fa", "--email", DESK, "--reason", "Lost phone"];
    let run = on_terminal(tool.command(&reset), |terminal| {
        terminal.exp_string("Take all two-factor methods (none) away from Dana Reed")?;
        terminal.send_control('c')?;
        Ok(())
    });
    // Ended by the signal, as any program is.
    assert!(tokio::spawn(run).await.is_err());
    assert!(system.messages().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_shows_its_progress_and_stops_at_ctrl_c() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let row = |n| format!("user{n}@bay.test,User {n},standard,{PASSWORD}\n");
    let rows: String = (0..2000).map(row).collect();
    let csv = file(&format!("email,name,role,password\n{rows}"));
    let status = on_terminal(tool.command(&import(&csv)), |terminal| {
        terminal.exp_regex(r"[1-9][0-9]* of 2,000, [0-9]+/s, [0-9]+[sm] left")?;
        terminal.send_control('c')?;
        terminal.exp_regex(r"stopped after [0-9]+ of 2000 rows.*run the same again")?;
        Ok(())
    });
    assert_eq!(status.await, 1);
    let listed = tool
        .json(&["user", "list", "--practice", "Bay Dental"])
        .await;
    let made = listed["users"].as_array().unwrap().len();
    assert!((1..2000).contains(&made), "{made} users");
}
