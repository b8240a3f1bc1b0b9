//! Instructions of warm calls, compared with those of the last time somebody looked at them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use twostep_tests::System;

use crate::binaries::FLOOR;
use crate::counter::Counter;
use crate::fleet::Fleet;
use crate::report::{self, table};
use crate::round::{Bench, Measured};
use crate::stats::median;

/// Rounds before those that count: connections are made and caches filled in them.
const WARM_UP: usize = 2;
/// Rounds that count.
const ROUNDS: usize = 3;
/// How many times as many instructions are a regression. Hash tables with random seeds and the
/// order in which answers arrive move a count by up to two in a hundred.
const TOLERANCE: f64 = 1.05;

/// Thousands of instructions by call.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Figures(BTreeMap<String, u64>);

/// Counts the calls of the functions in `directory`. If `check`, compares them with the figures
/// that are checked in, and else writes those.
///
/// The password step is left out: argon2 is all of it, and no change of ours moves that.
pub(crate) async fn run(directory: &Path, check: bool, dry_run: bool) {
    let folder = std::env::temp_dir().join(format!("bench-twostep-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    let fleet = Fleet::new(directory).counted_by(&Counter::new(&folder), &["login"]);
    let hosts = Arc::clone(&fleet);
    let system = System::start_with_functions(move |e| hosts.functions(e)).await;
    let mut bench = Bench {
        fleet,
        system,
        cold: false,
        measured: Vec::new(),
    };
    for number in 0..WARM_UP + ROUNDS {
        if number == WARM_UP {
            bench.measured.clear();
        }
        let email = format!("person{number}@bench.test");
        let practice = format!("Bench Clinic {number}");
        let user = bench
            .system
            .add_user(&practice, &email, "full_access")
            .await;
        let address = format!("203.0.{number}.7");
        bench.round(&user, &email, &address).await;
    }
    let figures = figures(&bench.measured);
    drop(bench);
    let _ = std::fs::remove_dir_all(&folder);
    let text = text(&figures);
    println!("{text}");
    if check {
        compare(&figures, &report::measured("instructions"));
    } else if !dry_run {
        report::publish("performance.md", "instructions", &text, &figures);
    }
}

fn figures(measured: &[Measured]) -> Figures {
    let mut counts: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for one in measured {
        if let Some(instructions) = one.sample.instructions {
            let call = format!("{}: {}", one.function, one.call);
            counts.entry(call).or_default().push(instructions as f64);
        }
    }
    let thousands = |counts: Vec<f64>| (median(&counts) / 1000.0).round() as u64;
    let each = counts
        .into_iter()
        .map(|(call, counts)| (call, thousands(counts)));
    Figures(each.collect())
}

fn text(figures: &Figures) -> String {
    let floor = figures.0.iter().find(|(call, _)| call.starts_with(FLOOR));
    let floor = floor.map_or(f64::NAN, |(_, count)| *count as f64);
    let row = |(call, count): (&String, &u64)| {
        let ratio = format!("{:.2}", *count as f64 / floor);
        vec![call.clone(), count.to_string(), ratio]
    };
    let rows: Vec<_> = figures.0.iter().map(row).collect();
    table(&["warm call", "1000 instructions", "× floor"], &rows)
}

/// Fails the command if a call takes more than it did, and says so if it takes less.
fn compare(found: &Figures, known: &Figures) {
    let mut worse = Vec::new();
    for (call, count) in &found.0 {
        let before = known.0.get(call).copied();
        let ratio = before.map_or(f64::INFINITY, |before| *count as f64 / before as f64);
        if ratio > TOLERANCE {
            worse.push(format!("{call}: {count} thousand, {before:?} before"));
        } else if ratio * TOLERANCE < 1.0 {
            println!("{call} takes less than before: write the figures anew");
        }
    }
    for call in known.0.keys().filter(|call| !found.0.contains_key(*call)) {
        worse.push(format!("{call}: not measured"));
    }
    if !worse.is_empty() {
        eprintln!(
            "calls that take more instructions than before:\n{}",
            worse.join("\n")
        );
        eprintln!("If that is meant, write the figures anew: the same command without --check.");
        std::process::exit(1);
    }
}
