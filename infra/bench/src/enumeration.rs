//! Whether it shows in what a failed sign-in takes that there is an account.

use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use serde_json::json;
use twostep_tests::{HOUR, Kind, Person, System};

use crate::load;
use crate::process::Process;
use crate::report::{self, table};
use crate::stats::{median, milliseconds, outdoes, quantile};

/// Tries after which every account is locked for as long as it can be.
const WARM_UP: usize = 14;

/// A way in which a sign-in fails. The first is what the others are compared with.
#[derive(Clone, Copy)]
struct Way {
    name: &'static str,
    email: &'static str,
    password: &'static str,
}

const WRONG: &str = "not the password";

const WAYS: [Way; 4] = [
    Way {
        name: "wrong password",
        email: "known@bench.test",
        password: WRONG,
    },
    Way {
        name: "unknown address",
        email: "nobody@bench.test",
        password: WRONG,
    },
    Way {
        name: "disabled, wrong password",
        email: "disabled@bench.test",
        password: WRONG,
    },
    Way {
        name: "disabled, right password",
        email: "left@bench.test",
        password: twostep_local::DEMO_PASSWORD,
    },
];

/// What the tries of one way took, in milliseconds.
#[derive(Default)]
struct Samples {
    times: Vec<f64>,
    cpu: Vec<f64>,
}

#[derive(Debug, Serialize)]
struct Line {
    way: &'static str,
    answer: &'static str,
    median_ms: f64,
    p95_ms: f64,
    cpu_ms: f64,
    cpu_p95_ms: f64,
    /// How often it takes longer than a wrong password: half the time if they are alike.
    longer: f64,
    more_cpu: f64,
}

#[derive(Debug, Serialize)]
struct Figures {
    machine: String,
    tries: usize,
    /// How far from a half chance alone takes 95 of 100 comparisons of things that are alike.
    chance: f64,
    lines: Vec<Line>,
}

/// Measures the stack in `directory` with `tries` failures of each kind.
pub(crate) async fn run(directory: &Path, tries: usize, dry_run: bool) {
    let (process, system) = load::start(directory, &[]).await;
    people(&system).await;
    let mut refused: [Samples; WAYS.len()] = Default::default();
    let mut locked: [Samples; WAYS.len()] = Default::default();
    for round in 0..WARM_UP + tries {
        for turn in 0..WAYS.len() {
            // Everybody's turn comes first, second and last as often.
            let number = (round + turn) % WAYS.len();
            let way = WAYS[number];
            system.advance(2 * HOUR).await;
            let address = format!("203.{}.{}.{number}", round / 250, round % 250);
            let first = attempt(&process, &system, way, &address, 401).await;
            // At once again: the account has to wait, whether there is one or not.
            if round >= WARM_UP {
                refused[number].add(first);
                locked[number].add(attempt(&process, &system, way, &address, 429).await);
            }
        }
    }
    let mut lines = lines("401", &refused);
    lines.extend(self::lines("429, locked", &locked));
    let n = tries as f64;
    let figures = Figures {
        machine: report::machine(),
        tries,
        chance: 1.96 * ((2.0 * n + 1.0) / (12.0 * n * n)).sqrt(),
        lines,
    };
    let text = text(&figures);
    println!("{text}");
    if !dry_run {
        report::publish("performance.md", "enumeration", &text, &figures);
    }
}

/// Makes the accounts, each with a method enabled.
async fn people(system: &System) {
    for way in WAYS.iter().filter(|way| way.name != "unknown address") {
        let user = system.add_user("Bench Clinic", way.email, "standard").await;
        let mut person = Person::new(way.email);
        let mut browser = system.browser().from("198.51.100.1");
        browser.enroll_at_sign_in(&mut person, Kind::Email).await;
        if way.name.starts_with("disabled") {
            let change = json!({"disabled": true});
            system.change_user(&user.user_id, change).await;
        }
    }
}

/// Time and CPU of one try, which must end in `status`.
async fn attempt(
    process: &Process,
    system: &System,
    way: Way,
    address: &str,
    status: u16,
) -> (f64, f64) {
    let mut client = system.browser().from(address);
    let (cpu, started) = (process.cpu(), Instant::now());
    let answer = client.login_with(way.email, way.password).await;
    let time = milliseconds(started.elapsed());
    let cpu = milliseconds(process.cpu() - cpu);
    assert_eq!(answer.status, status, "{}: {}", way.name, answer.text());
    (time, cpu)
}

impl Samples {
    fn add(&mut self, (time, cpu): (f64, f64)) {
        self.times.push(time);
        self.cpu.push(cpu);
    }
}

fn lines(answer: &'static str, samples: &[Samples; WAYS.len()]) -> Vec<Line> {
    let [known, ..] = samples;
    let line = |(way, mine): (&Way, &Samples)| Line {
        way: way.name,
        answer,
        median_ms: median(&mine.times),
        p95_ms: quantile(&mine.times, 0.95),
        cpu_ms: median(&mine.cpu),
        cpu_p95_ms: quantile(&mine.cpu, 0.95),
        longer: outdoes(&mine.times, &known.times),
        more_cpu: outdoes(&mine.cpu, &known.cpu),
    };
    WAYS.iter().zip(samples).map(line).collect()
}

fn text(figures: &Figures) -> String {
    let row = |line: &Line| {
        vec![
            line.way.to_owned(),
            line.answer.to_owned(),
            format!("{:.2}", line.median_ms),
            format!("{:.2}", line.p95_ms),
            format!("{:.2}", line.cpu_ms),
            format!("{:.2}", line.cpu_p95_ms),
            format!("{:.2}", line.longer),
            format!("{:.2}", line.more_cpu),
        ]
    };
    let rows: Vec<_> = figures.lines.iter().map(row).collect();
    let head = [
        "sign-in",
        "answer",
        "median ms",
        "p95 ms",
        "CPU ms",
        "CPU p95 ms",
        "longer than a wrong password",
        "more CPU",
    ];
    format!(
        "{}; {} tries of each kind, taking turns. The last two columns say how often a try takes \
         more than one with a wrong password does (Mann and Whitney's statistic): 0.5 is alike, \
         and chance alone stays within 0.5 ± {:.2} in 95 of 100 comparisons.\n\n{}",
        figures.machine,
        figures.tries,
        figures.chance,
        table(&head, &rows)
    )
}
