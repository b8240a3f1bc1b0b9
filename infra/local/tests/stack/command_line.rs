//! The binary: what it prints, when it stops, and how it fails.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};

/// A running binary that never outlives its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twostep-local"));
    command
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Starts the binary and reads until it listens; gives all it printed and where it is.
fn start(arguments: &[&str]) -> (Running, String, String) {
    let mut running = Running(command(arguments).spawn().unwrap());
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let mut printed = String::new();
    loop {
        let line = lines.next().expect("it listens before it ends").unwrap();
        printed.push_str(&line);
        printed.push('\n');
        if let Some(url) = line.strip_prefix("listening on http://") {
            return (running, printed, url.to_owned());
        }
    }
}

/// Runs the binary to its end; gives its exit status and what it said on stderr.
fn run(arguments: &[&str]) -> (ExitStatus, String) {
    let output = command(arguments).output().unwrap();
    (output.status, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn it_says_what_is_where_and_then_that_it_listens() {
    let (_running, printed, address) = start(&["--port", "0"]);
    assert!(TcpStream::connect(&address).is_ok(), "it answers");
    for part in [
        format!("http://{address}/\n"),
        format!("http://{address}/_local\n"),
        "in memory".to_owned(),
        "admin@harbour.test".to_owned(),
        "correct horse battery staple".to_owned(),
    ] {
        assert!(printed.contains(&part), "{part} in:\n{printed}");
    }
}

#[test]
fn without_demo_users_none_are_named() {
    let (_running, printed, _) = start(&["--port", "0", "--empty"]);
    assert!(
        !printed.contains("harbour") && !printed.contains("password"),
        "{printed}"
    );
}

#[cfg(unix)]
#[test]
fn it_stops_well_on_sigterm_and_ctrl_c_even_while_a_request_is_open() {
    use std::io::Write as _;
    for signal in ["-TERM", "-INT"] {
        let (mut running, _, address) = start(&["--port", "0", "--empty"]);
        let mut open = TcpStream::connect(&address).unwrap();
        write!(
            open,
            "POST /login HTTP/1.1\r\nHost: {address}\r\nContent-Length: 9\r\n\r\n"
        )
        .unwrap();
        let id = running.0.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(running.0.wait().unwrap().code(), Some(0), "{signal}");
        let mut rest = Vec::new();
        let _ = open.read_to_end(&mut rest);
    }
}

#[test]
fn a_taken_port_is_one_clear_line() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (status, said) = run(&["--port", &port]);
    assert!(!status.success());
    assert_eq!(
        said,
        format!(
            "error: port {port} is taken: stop what listens there, or choose another with --port\n"
        )
    );
}

#[test]
fn bad_options_and_directories_are_one_clear_line() {
    let here = env!("CARGO_MANIFEST_DIR");
    let file = format!("{here}/Cargo.toml");
    for (arguments, reason) in [
        (["--port", "70000"], "--port"),
        (["--colour", "red"], "--colour"),
        (["--port=0", "--data"], "--data"),
        (["--data", &file], "Cargo.toml"),
        (["--web", "/nowhere/at/all"], "/nowhere/at/all"),
    ] {
        let (status, said) = run(&arguments);
        assert!(!status.success(), "{arguments:?}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(
            said.starts_with("error: ") && said.contains(reason),
            "{said}"
        );
    }
}

#[test]
fn help_is_no_failure() {
    let output = command(&["--help"]).output().unwrap();
    assert!(output.status.success());
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("--aws-only")
    );
}
