//! Sign-ins end to end: the whole local stack as a process of its own, under load.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use twostep_tests::{Client, Kind, Person, System};

use crate::functions::argon2;
use crate::process::Process;
use crate::report::{self, table};
use crate::stats::{median, milliseconds, quantile};

/// How many clients there are at once.
const CLIENTS: [usize; 3] = [1, 4, 16];

/// A person at a browser, with the ticket of a sign-in under way.
struct Someone {
    person: Person,
    browser: Client,
    ticket: String,
}

/// What one kind of operation took.
#[derive(Debug, Serialize)]
struct Line {
    operation: &'static str,
    clients: usize,
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    cpu_ms: f64,
    /// What comparing its password takes of that.
    argon2_cpu_ms: f64,
}

#[derive(Debug, Serialize)]
struct Figures {
    machine: String,
    operations_each: usize,
    lines: Vec<Line>,
}

/// The operations, and how many passwords each compares.
#[derive(Clone, Copy)]
enum Operation {
    Password,
    Challenge,
    Validation,
    SignIn,
}

impl Operation {
    const ALL: [Self; 4] = [
        Self::Password,
        Self::Challenge,
        Self::Validation,
        Self::SignIn,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Password => "password step",
            Self::Challenge => "e-mail challenge",
            Self::Validation => "TOTP validation",
            Self::SignIn => "whole sign-in with an authenticator",
        }
    }

    /// What comparing a password takes while as many do as there are clients and processors; none
    /// if the operation compares none.
    fn argon2(self, clients: usize) -> Vec<f64> {
        match self {
            Self::Password | Self::SignIn => {
                let processors = std::thread::available_parallelism().map_or(1, usize::from);
                argon2(clients.min(processors))
            }
            Self::Challenge | Self::Validation => Vec::new(),
        }
    }

    async fn run(self, someone: &mut Someone, now: i64) {
        let Someone {
            person,
            browser,
            ticket,
        } = someone;
        if matches!(self, Self::Password | Self::SignIn) {
            *ticket = browser.login(person).await.challenge_required();
        }
        if matches!(self, Self::Challenge) {
            browser.challenge(ticket, Kind::Email).await.ok();
        }
        if matches!(self, Self::Validation | Self::SignIn) {
            let code = person.authenticator.as_ref().expect("an app").at(now);
            let answer = browser.validate(ticket, Kind::Authenticator, &code).await;
            answer.authenticated("second_factor");
        }
    }
}

/// Measures the stack in `directory` with `users` operations of each kind.
pub(crate) async fn run(directory: &Path, users: usize, dry_run: bool) {
    let (process, system) = start(directory, &[]).await;
    let mut people = Vec::new();
    for number in 0..users {
        people.push(someone(&system, number).await);
    }
    let mut lines = Vec::new();
    for clients in CLIENTS {
        // Long enough ago that no limit of the hour before holds.
        system.advance(2 * twostep_tests::HOUR).await;
        for operation in Operation::ALL {
            // The next code of every app.
            system.advance(31).await;
            let now = system.now().await;
            let mut argon2_ms = operation.argon2(clients);
            let cpu = process.cpu();
            let started = Instant::now();
            let (times, back) = all(people, clients, operation, now).await;
            people = back;
            let elapsed = started.elapsed().as_secs_f64();
            let cpu_ms = milliseconds(process.cpu() - cpu) / users as f64;
            argon2_ms.extend(operation.argon2(clients));
            lines.push(Line {
                operation: operation.name(),
                clients,
                per_second: users as f64 / elapsed,
                p50_ms: quantile(&times, 0.5),
                p99_ms: quantile(&times, 0.99),
                cpu_ms,
                argon2_cpu_ms: if argon2_ms.is_empty() {
                    0.0
                } else {
                    median(&argon2_ms)
                },
            });
        }
    }
    let figures = Figures {
        machine: report::machine(),
        operations_each: users,
        lines,
    };
    let text = text(&figures);
    println!("{text}");
    if !dry_run {
        report::publish("performance.md", "load", &text, &figures);
    }
}

/// Starts the stack, without demo users, and waits until it answers.
pub(crate) async fn start(directory: &Path, arguments: &[&str]) -> (Process, System) {
    let program = directory.join("twostep-local");
    let variables = [("RUST_LOG", "warn".to_owned())];
    let arguments = [&["--port", "0", "--empty"], arguments].concat();
    let mut process = Process::start(&program, &arguments, &variables, Stdio::piped());
    let output = process.child.stdout.take().expect("its output");
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await.expect("its output") {
        if let Some(url) = line.strip_prefix("listening on ") {
            return (process, System::at(url));
        }
    }
    panic!("{} did not start", program.display());
}

/// A new user with an authenticator and an e-mail address enabled.
async fn someone(system: &System, number: usize) -> Someone {
    let email = format!("person{number}@bench.test");
    system.add_user("Bench Clinic", &email, "standard").await;
    let mut person = Person::new(&email);
    let address = format!("203.{}.{}.7", number / 250, number % 250);
    let mut browser = system.browser().from(&address);
    browser.enroll_at_sign_in(&mut person, Kind::Email).await;
    browser.enroll(&mut person, Kind::Authenticator).await;
    system.clear_messages().await;
    Someone {
        person,
        browser: system.browser().from(&address),
        ticket: String::new(),
    }
}

/// Everybody does `operation` once, `clients` of them at a time. Gives the times in milliseconds.
async fn all(
    people: Vec<Someone>,
    clients: usize,
    operation: Operation,
    now: i64,
) -> (Vec<f64>, Vec<Someone>) {
    let waiting = Arc::new(Mutex::new(people));
    let mut working = JoinSet::new();
    for _ in 0..clients {
        let waiting = Arc::clone(&waiting);
        working.spawn(async move {
            let mut done: Vec<(Duration, Someone)> = Vec::new();
            loop {
                let Some(mut someone) = waiting.lock().await.pop() else {
                    return done;
                };
                let started = Instant::now();
                operation.run(&mut someone, now).await;
                done.push((started.elapsed(), someone));
            }
        });
    }
    let done = working.join_all().await.into_iter().flatten();
    done.map(|(time, someone)| (milliseconds(time), someone))
        .unzip()
}

fn text(figures: &Figures) -> String {
    let row = |line: &Line| {
        vec![
            line.operation.to_owned(),
            line.clients.to_string(),
            format!("{:.0}", line.per_second),
            format!("{:.1}", line.p50_ms),
            format!("{:.1}", line.p99_ms),
            format!("{:.2}", line.cpu_ms),
            format!("{:.2}", line.argon2_cpu_ms),
            format!("{:.2}", line.cpu_ms - line.argon2_cpu_ms),
        ]
    };
    let rows: Vec<_> = figures.lines.iter().map(row).collect();
    let head = [
        "operation",
        "clients",
        "per second",
        "p50 ms",
        "p99 ms",
        "CPU ms of the stack",
        "of that argon2",
        "the rest",
    ];
    format!(
        "{}, shared by the stack and its clients; {} operations each.\n\n{}",
        figures.machine,
        figures.operations_each,
        table(&head, &rows)
    )
}
