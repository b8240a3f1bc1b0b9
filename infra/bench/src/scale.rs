//! The same calls with few users and with many, and by somebody who has signed in often.

use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use tempfile::TempDir;
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
    /// Times what it takes with one user.
    cpu_ratio: f64,
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
    table: String,
    process: Process,
    system: System,
    person: Person,
    browser: Client,
    samples: Vec<Sample>,
    /// Where the data is, for as long as the stack needs it.
    _data: TempDir,
}

/// Measures the stack in `directory` with `rounds` calls of each kind and size. All sizes are there
/// at once and take turns, so that they meet the same machine.
pub(crate) async fn run(directory: &Path, rounds: usize, dry_run: bool) {
    let mut scenes = Vec::new();
    for users in USERS {
        let table = format!("{} users", users + 1);
        scenes.push(Scene::prepare(directory, table, users).await);
    }
    let mut often = Scene::prepare(directory, format!("{SIGN_INS} past sign-ins"), 0).await;
    often.round().await;
    often.sign_in_often().await;
    often.samples.clear();
    scenes.insert(1, often);
    for _ in 0..rounds {
        for scene in &mut scenes {
            scene.round().await;
        }
    }
    let figures = Figures {
        machine: report::machine(),
        rounds,
        lines: lines(&scenes),
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

/// What the calls took, each at every size.
fn lines(scenes: &[Scene]) -> Vec<Line> {
    let mut lines = Vec::new();
    for call in CALLS {
        let one = scenes.first().map_or(f64::NAN, |scene| scene.cpu_ms(call));
        lines.extend(scenes.iter().map(|scene| scene.line(call, one)));
    }
    lines
}

impl Scene {
    /// A Full Access user with an app and an e-mail address, and `others` in the same practice.
    async fn prepare(directory: &Path, table: String, others: u32) -> Self {
        let data = TempDir::new().expect("a temporary folder");
        let path = data.path().display().to_string();
        let arguments = ["--data", &path];
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
        crowd::add(data.path(), others);
        let (process, system) = load::start(directory, &arguments).await;
        let browser = system.browser();
        Self {
            table,
            process,
            system,
            person,
            browser,
            samples: Vec::new(),
            _data: data,
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

    fn samples(&self, call: &str, of: impl Fn(&Sample) -> f64) -> Vec<f64> {
        let mine = self.samples.iter().filter(|sample| sample.call == call);
        mine.map(of).collect()
    }

    /// The median of what `call` took.
    fn cpu_ms(&self, call: &str) -> f64 {
        median(&self.samples(call, |sample| sample.cpu_ms))
    }

    /// What `call` took, which takes `one` with one user.
    fn line(&self, call: &'static str, one: f64) -> Line {
        let cpu = self.samples(call, |sample| sample.cpu_ms);
        let last = self.samples.iter().rfind(|sample| sample.call == call);
        let usage = &last.expect("a call that was measured").usage;
        Line {
            call,
            table: self.table.clone(),
            requests: usage.list(),
            read_units: usage.read_units,
            write_units: usage.write_units,
            cpu_ms: median(&cpu),
            cpu_quartiles_ms: [quantile(&cpu, 0.25), quantile(&cpu, 0.75)],
            cpu_ratio: median(&cpu) / one,
            median_ms: median(&self.samples(call, |sample| sample.ms)),
        }
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
            format!("{:.2}", line.cpu_ratio),
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
        "× one user",
        "median ms",
    ];
    format!(
        "{}; {} calls of each kind and size; data on disk.\n\n{}",
        figures.machine,
        figures.rounds,
        table(&head, &rows)
    )
}
