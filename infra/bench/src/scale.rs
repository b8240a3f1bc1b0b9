//! The same calls with few users and with many, and by somebody who has signed in often.

use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use twostep_tests::{Client, Kind, Person, System, text_of};

use crate::crowd;
use crate::load;
use crate::process::Process;
use crate::report::{self, table};
use crate::round::Usage;
use crate::stats::{median, milliseconds, quantile};

/// How many users there are beside the one who calls.
const USERS: [u32; 4] = [0, 1_000, 100_000, 1_000_000];
/// Sign-ins of somebody who has signed in often.
const SIGN_INS: usize = 1_000;

/// What one call took with so many users.
#[derive(Debug, Serialize)]
struct Line {
    call: &'static str,
    table: String,
    requests: Vec<String>,
    read_units: f64,
    write_units: f64,
    cpu_ms: f64,
    cpu_quartiles_ms: [f64; 2],
    median_ms: f64,
}

#[derive(Debug, Serialize)]
struct Figures {
    machine: String,
    rounds: usize,
    lines: Vec<Line>,
}

/// One measured call.
struct Sample {
    call: &'static str,
    usage: Usage,
    cpu_ms: f64,
    ms: f64,
}

/// A stack with a table of some size, and somebody in it.
struct Scene {
    process: Process,
    system: System,
    person: Person,
    browser: Client,
    samples: Vec<Sample>,
}

/// Measures the stack in `directory` with `rounds` calls of each kind and size.
pub(crate) async fn run(directory: &Path, rounds: usize, dry_run: bool) {
    let mut lines = Vec::new();
    for users in USERS {
        let folder = crowd::Folder::new();
        let mut scene = Scene::prepare(directory, &folder, users).await;
        scene.rounds(rounds).await;
        lines.extend(scene.lines(&format!("{} users", users + 1)));
        if users == 0 {
            scene.sign_in_often().await;
            scene.rounds(rounds).await;
            lines.extend(scene.lines(&format!("{SIGN_INS} past sign-ins")));
        }
    }
    let order = |line: &Line| lines_order(line.call);
    lines.sort_by_key(order);
    let figures = Figures {
        machine: report::machine(),
        rounds,
        lines,
    };
    let text = text(&figures);
    println!("{text}");
    if !dry_run {
        report::publish("scale.md", "scale", &text, &figures);
    }
}

const CALLS: [&str; 7] = [
    "`POST /login`, code asked for",
    "`POST /validate`, authenticator",
    "`POST /login`, remembered",
    "`GET /session`",
    "`POST /challenge`, e-mail",
    "`GET /users`",
    "`GET /activity`",
];

fn lines_order(call: &str) -> usize {
    CALLS.iter().position(|known| *known == call).unwrap_or(0)
}

impl Scene {
    /// A Full Access user with an app and an e-mail address, and `others` in the same practice.
    async fn prepare(directory: &Path, folder: &crowd::Folder, others: u32) -> Self {
        let data = folder.path().display().to_string();
        let arguments = ["--data", &data];
        let (process, system) = load::start(directory, &arguments).await;
        let mut person = Person::new("caller@bench.test");
        system
            .add_user("Bench Clinic", &person.email, "full_access")
            .await;
        system
            .add_user("Bench Clinic", crowd::MODEL, "standard")
            .await;
        let mut browser = system.browser();
        browser.enroll_at_sign_in(&mut person, Kind::Email).await;
        browser.enroll(&mut person, Kind::Authenticator).await;
        process.stop().await;
        folder.fill(others);
        let (process, system) = load::start(directory, &arguments).await;
        let browser = system.browser();
        Self {
            process,
            system,
            person,
            browser,
            samples: Vec::new(),
        }
    }

    async fn rounds(&mut self, rounds: usize) {
        for _ in 0..rounds {
            self.round().await;
        }
    }

    /// Signs in with a code and is remembered, signs in again, and looks around.
    async fn round(&mut self) {
        // No limit of the hour before holds, and the app shows something new.
        self.system.advance(2 * twostep_tests::HOUR).await;
        self.browser = self.system.browser();
        let [ask, validate, again, session, challenge, users, activity] = CALLS;
        let answer = self.login(ask).await;
        let ticket = answer.challenge_required();
        let now = self.system.now().await;
        let code = self.person.authenticator.as_ref().expect("an app").at(now);
        let mut browser = self.browser.clone();
        let request = browser.validate_and_remember(&ticket, Kind::Authenticator, &code);
        self.measure("validate", validate, request).await.ok();
        self.browser = browser;
        self.login(again).await.authenticated("remembered_device");
        let mut browser = self.browser.clone();
        self.measure("login", session, browser.get("/session"))
            .await
            .ok();
        self.measure("practice", users, browser.get("/users"))
            .await
            .ok();
        self.measure("practice", activity, browser.get("/activity"))
            .await
            .ok();
        let ticket = self
            .system
            .browser()
            .login(&self.person)
            .await
            .challenge_required();
        let request = browser.challenge(&ticket, Kind::Email);
        self.measure("challenge", challenge, request).await.ok();
    }

    async fn login(&mut self, call: &'static str) -> twostep_tests::Answer {
        let (mut browser, person) = (self.browser.clone(), self.person.clone());
        let answer = self.measure("login", call, browser.login(&person)).await;
        self.browser = browser;
        answer
    }

    async fn measure<T>(
        &mut self,
        function: &str,
        call: &'static str,
        request: impl Future<Output = T>,
    ) -> T {
        self.system.clear_usage().await;
        let cpu = self.process.cpu();
        let started = Instant::now();
        let answer = request.await;
        let ms = milliseconds(started.elapsed());
        let cpu_ms = milliseconds(self.process.cpu() - cpu);
        let usage = Usage::of(&self.system, function).await;
        self.samples.push(Sample {
            call,
            usage,
            cpu_ms,
            ms,
        });
        answer
    }

    /// Signs in a thousand times from a remembered browser, as over years.
    async fn sign_in_often(&mut self) {
        for _ in 0..SIGN_INS {
            let answer = self.browser.login(&self.person).await;
            answer.authenticated("remembered_device");
            self.system.advance(60).await;
        }
        let activity = self.browser.get("/activity").await.ok();
        assert!(!text_of(&activity, "next").is_empty(), "more than a page");
    }

    /// What the calls took since this was last asked.
    fn lines(&mut self, table: &str) -> Vec<Line> {
        let samples = std::mem::take(&mut self.samples);
        let line = |call: &&'static str| {
            let mine: Vec<&Sample> = samples.iter().filter(|s| s.call == *call).collect();
            let cpu: Vec<f64> = mine.iter().map(|s| s.cpu_ms).collect();
            let ms: Vec<f64> = mine.iter().map(|s| s.ms).collect();
            let usage = &mine.last().expect("a call that was measured").usage;
            Line {
                call,
                table: table.to_owned(),
                requests: usage.list(),
                read_units: usage.read_units,
                write_units: usage.write_units,
                cpu_ms: median(&cpu),
                cpu_quartiles_ms: [quantile(&cpu, 0.25), quantile(&cpu, 0.75)],
                median_ms: median(&ms),
            }
        };
        CALLS.iter().map(line).collect()
    }
}

fn text(figures: &Figures) -> String {
    let row = |line: &Line| {
        let [low, high] = line.cpu_quartiles_ms;
        vec![
            line.call.to_owned(),
            line.table.clone(),
            line.requests.join(", "),
            line.read_units.to_string(),
            line.write_units.to_string(),
            format!("{:.2}", line.cpu_ms),
            format!("{low:.2}–{high:.2}"),
            format!("{:.1}", line.median_ms),
        ]
    };
    let rows: Vec<_> = figures.lines.iter().map(row).collect();
    let head = [
        "call",
        "table",
        "AWS requests",
        "read units",
        "write units",
        "CPU ms of the stack",
        "middle half",
        "median ms",
    ];
    format!(
        "{}; {} calls of each kind and size; data on disk.\n\n{}",
        figures.machine,
        figures.rounds,
        table(&head, &rows)
    )
}
