//! The deployed shape: each function's release binary as a process.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use twostep::domain::password::{self, Password};
use twostep_tests::System;

use crate::binaries::{self, FLOOR, FUNCTIONS};
use crate::fleet::Fleet;
use crate::report::{self, table};
use crate::round::{Bench, Measured};
use crate::stats::{median, quantile};

/// What a function's process takes.
#[derive(Debug, Serialize)]
struct Function {
    name: &'static str,
    cold_start_ms: f64,
    cold_start_cpu_ms: f64,
    cold_start_requests: u64,
    first_answer_ms: f64,
    peak_memory_mib: f64,
    binary_bytes: usize,
    zip_bytes: usize,
}

/// What a call of a warm function takes.
#[derive(Debug, Serialize)]
struct Call {
    function: &'static str,
    call: &'static str,
    median_ms: f64,
    p99_ms: f64,
    cpu_ms: f64,
    /// Half of the calls took CPU between these.
    cpu_quartiles_ms: [f64; 2],
    requests: Vec<String>,
    read_units: f64,
    write_units: f64,
}

/// Everything the command finds.
#[derive(Debug, Serialize)]
struct Figures {
    machine: String,
    cold_rounds: usize,
    warm_rounds: usize,
    argon2_cpu_ms: f64,
    functions: Vec<Function>,
    calls: Vec<Call>,
}

/// Measures the functions in `directory` and writes what it finds.
pub(crate) async fn run(directory: &Path, cold: usize, warm: usize, dry_run: bool) {
    let fleet = Fleet::new(directory);
    let hosts = Arc::clone(&fleet);
    let system = System::start_with_functions(move |e| hosts.functions(e)).await;
    let mut bench = Bench {
        fleet,
        system,
        cold: true,
        measured: Vec::new(),
    };
    // A page of users is full from the first round on.
    let mut people = Vec::new();
    for number in 0..(cold + warm).max(30) {
        let email = format!("person{number}@bench.test");
        let user = bench
            .system
            .add_user("Bench Clinic", &email, "full_access")
            .await;
        people.push((
            user,
            email,
            format!("203.{}.{}.7", number / 250, number % 250),
        ));
    }
    let (first, others) = people.split_at(cold);
    for (user, email, address) in first {
        bench.round(user, email, address).await;
    }
    let starts = std::mem::take(&mut bench.measured);
    bench.cold = false;
    for (user, email, address) in others.iter().take(warm) {
        bench.round(user, email, address).await;
    }
    let figures = figures(&bench, &starts, cold, warm).await;
    let text = text(&figures);
    println!("{text}");
    if !dry_run {
        report::publish("performance.md", "functions", &text, &figures);
    }
}

async fn figures(bench: &Bench, starts: &[Measured], cold: usize, warm: usize) -> Figures {
    let mut functions = Vec::new();
    for name in [FLOOR].into_iter().chain(FUNCTIONS) {
        let peak_memory_mib = bench.fleet.peak_memory(name).await;
        functions.push(function(
            name,
            starts,
            bench.fleet.binary(name),
            peak_memory_mib,
        ));
    }
    let mut names: Vec<(&str, &str)> = Vec::new();
    for measured in &bench.measured {
        if !names.contains(&(measured.function, measured.call)) {
            names.push((measured.function, measured.call));
        }
    }
    let order = |name: &str| FUNCTIONS.iter().position(|known| *known == name);
    names.sort_by_key(|(function, _)| order(function));
    let calls = names
        .into_iter()
        .map(|(_, name)| call(name, &bench.measured));
    Figures {
        machine: report::machine(),
        cold_rounds: cold,
        warm_rounds: warm,
        argon2_cpu_ms: argon2(),
        functions,
        calls: calls.collect(),
    }
}

fn function(
    name: &'static str,
    starts: &[Measured],
    binary: &Path,
    peak_memory_mib: f64,
) -> Function {
    let mine: Vec<&Measured> = starts.iter().filter(|m| m.function == name).collect();
    let of = |f: fn(&Measured) -> Option<Duration>| {
        let times: Vec<f64> = mine.iter().filter_map(|m| f(m)).map(milliseconds).collect();
        median(&times)
    };
    let (binary_bytes, zip_bytes) = binaries::sizes(binary);
    Function {
        name,
        cold_start_ms: of(|m| m.start.map(|start| start.time)),
        cold_start_cpu_ms: of(|m| m.start.map(|start| start.cpu)),
        cold_start_requests: mine.first().map_or(0, |m| m.start_requests),
        first_answer_ms: of(|m| Some(m.sample.time)),
        peak_memory_mib,
        binary_bytes,
        zip_bytes,
    }
}

fn call(name: &'static str, measured: &[Measured]) -> Call {
    let mine: Vec<&Measured> = measured.iter().filter(|m| m.call == name).collect();
    let times: Vec<f64> = mine.iter().map(|m| milliseconds(m.sample.time)).collect();
    let cpu: Vec<f64> = mine.iter().map(|m| milliseconds(m.sample.cpu)).collect();
    let last = mine.last().expect("a call that was measured");
    Call {
        function: last.function,
        call: last.call,
        median_ms: median(&times),
        p99_ms: quantile(&times, 0.99),
        cpu_ms: median(&cpu),
        cpu_quartiles_ms: [quantile(&cpu, 0.25), quantile(&cpu, 0.75)],
        requests: last.usage.list(),
        read_units: last.usage.read_units,
        write_units: last.usage.write_units,
    }
}

/// CPU of comparing one password, in milliseconds: nothing but argon2 with our parameters.
pub(crate) fn argon2() -> f64 {
    use nix::time::{ClockId, clock_gettime};
    let now = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a clock"));
    let password = Password::attempt(twostep_local::DEMO_PASSWORD).expect("a password");
    let hash = password::decoy();
    let times: Vec<f64> = (0..30)
        .map(|_| {
            let start = now();
            std::hint::black_box(password::verify(&password, &hash));
            milliseconds(now() - start)
        })
        .collect();
    median(&times)
}

fn text(figures: &Figures) -> String {
    let floor = figures.functions.first().expect("the minimal function");
    let floor_cpu = figures.calls.iter().find(|call| call.function == FLOOR);
    let floor_cpu = floor_cpu.map_or(f64::NAN, |call| call.cpu_ms);
    let ratio = |value: f64, of: f64| format!("{:.2}", value / of);
    let functions: Vec<Vec<String>> = figures
        .functions
        .iter()
        .map(|f| {
            vec![
                f.name.to_owned(),
                format!("{:.1}", f.cold_start_ms),
                ratio(f.cold_start_ms, floor.cold_start_ms),
                format!("{:.1}", f.cold_start_cpu_ms),
                f.cold_start_requests.to_string(),
                format!("{:.1}", f.first_answer_ms),
                format!("{:.1}", f.peak_memory_mib),
                ratio(f.peak_memory_mib, floor.peak_memory_mib),
                format!("{:.2}", f.binary_bytes as f64 / 1e6),
                format!("{:.2}", f.zip_bytes as f64 / 1e6),
                ratio(f.zip_bytes as f64, floor.zip_bytes as f64),
            ]
        })
        .collect();
    let calls: Vec<Vec<String>> = figures
        .calls
        .iter()
        .map(|c| {
            vec![
                c.function.to_owned(),
                c.call.to_owned(),
                format!("{:.2}", c.median_ms),
                format!("{:.2}", c.p99_ms),
                format!("{:.2}", c.cpu_ms),
                format!("{:.2}–{:.2}", c.cpu_quartiles_ms[0], c.cpu_quartiles_ms[1]),
                ratio(c.cpu_ms, floor_cpu),
                c.requests.join(", "),
                c.read_units.to_string(),
                c.write_units.to_string(),
            ]
        })
        .collect();
    format!(
        "{}; {} rounds of cold starts, {} warm ones. Comparing a password (argon2) takes {:.1} ms \
         of CPU.\n\n{}\n{}",
        figures.machine,
        figures.cold_rounds,
        figures.warm_rounds,
        figures.argon2_cpu_ms,
        table(
            &[
                "function",
                "cold start ms",
                "× floor",
                "its CPU ms",
                "its AWS requests",
                "first answer ms",
                "peak memory MiB",
                "× floor",
                "binary MB",
                "zip MB",
                "× floor",
            ],
            &functions
        ),
        table(
            &[
                "function",
                "warm call",
                "median ms",
                "p99 ms",
                "CPU ms",
                "middle half",
                "× floor",
                "AWS requests",
                "read units",
                "write units",
            ],
            &calls
        )
    )
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
