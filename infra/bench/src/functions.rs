//! The deployed shape: each function's release binary as a process.

use std::path::Path;
use std::time::Duration;

use twostep::domain::password::{self, Password, SpareMemory};

use crate::binaries::FLOOR;
use crate::report::{self, table};
use crate::stats::{median, milliseconds};
use crate::trial::{Figures, Trial};

/// Measures the functions in `directory` and writes what it finds.
pub(crate) async fn run(directory: &Path, cold: usize, warm: usize, dry_run: bool) {
    let mut trial = Trial::new(directory, cold + warm).await;
    for _ in 0..cold {
        trial.cold_round().await;
    }
    let mut argon2_ms = Vec::new();
    for number in 0..warm {
        if number % 20 == 0 {
            argon2_ms.extend(argon2(1));
        }
        trial.warm_round().await;
    }
    let figures = trial.figures().await;
    let text = text(&figures, median(&argon2_ms));
    println!("{text}");
    if !dry_run {
        report::publish("performance.md", "functions", &text, &figures);
    }
}

/// CPU of comparing a password, in milliseconds: nothing but argon2 with our parameters, of which
/// so many run at a time.
pub(crate) fn argon2(at_a_time: usize) -> Vec<f64> {
    use nix::time::{ClockId, clock_gettime};
    let now = || Duration::from(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("a clock"));
    let password = Password::attempt(twostep_local::DEMO_PASSWORD).expect("a password");
    let hash = password::decoy();
    let compare = || {
        let memory = SpareMemory::default();
        let one = |_| {
            let start = now();
            std::hint::black_box(memory.verify(&password, &hash));
            milliseconds(now() - start)
        };
        (0..15).map(one).collect::<Vec<f64>>()
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..at_a_time).map(|_| scope.spawn(compare)).collect();
        let times = threads.into_iter().map(|one| one.join().expect("no panic"));
        times.flatten().collect()
    })
}

fn text(figures: &Figures, argon2_cpu_ms: f64) -> String {
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
                format!("{:.1}", f.first_answer_cpu_ms),
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
        argon2_cpu_ms,
        table(
            &[
                "function",
                "cold start ms",
                "× floor",
                "its CPU ms",
                "its AWS requests",
                "first answer ms",
                "its CPU ms",
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
