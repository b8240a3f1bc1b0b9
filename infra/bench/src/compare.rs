//! Two builds of the functions beside each other: what a change makes of them.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::binaries::{self, FUNCTIONS};
use crate::report::{self, table};
use crate::trial::{Call, Figures, Function, Trial};

/// What a change does, as figures with it divided by those without it.
#[derive(Debug, Serialize, Deserialize)]
struct Change {
    name: String,
    machine: String,
    rounds: [usize; 2],
    functions: Vec<FunctionRatios>,
    calls: Vec<CallRatio>,
}

#[derive(Debug, Serialize, Deserialize)]
struct FunctionRatios {
    function: String,
    cold_start: f64,
    cold_start_cpu: f64,
    first_answer: f64,
    first_answer_cpu: f64,
    peak_memory: f64,
    zip: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct CallRatio {
    function: String,
    call: String,
    cpu: f64,
}

/// Measures the functions in `before` and in `after`, round by round in turn so that both meet
/// the same machine, and writes what the functions that differ take under `name`.
pub(crate) async fn run(
    name: &str,
    [before, after]: [&Path; 2],
    [cold, warm]: [usize; 2],
    dry_run: bool,
) {
    let mut trials = [
        Trial::new(before, cold + warm).await,
        Trial::new(after, cold + warm).await,
    ];
    for round in 0..cold + warm {
        for trial in &mut trials {
            if round < cold {
                trial.cold_round().await;
            } else {
                trial.warm_round().await;
            }
        }
    }
    let [before_figures, after_figures] = [trials[0].figures().await, trials[1].figures().await];
    let differs = |name: &str| {
        let read = |directory| std::fs::read(binaries::find(directory, name)).expect("a binary");
        read(before) != read(after)
    };
    let mut changed: Vec<&str> = FUNCTIONS.into_iter().filter(|name| differs(name)).collect();
    if changed.is_empty() {
        // The same binaries twice: what is found is noise.
        changed.extend(FUNCTIONS);
    }
    let change = change(name, &changed, &before_figures, &after_figures);
    println!("{}", serde_json::to_string_pretty(&change).expect("JSON"));
    if dry_run {
        println!("{}", text(&[change]));
        return;
    }
    let mut known: Vec<Change> = report::measured("changes");
    match known.iter_mut().find(|known| known.name == change.name) {
        Some(known) => *known = change,
        None => known.push(change),
    }
    report::publish("performance.md", "changes", &text(&known), &known);
}

fn change(name: &str, changed: &[&str], before: &Figures, after: &Figures) -> Change {
    let functions = before.functions.iter().zip(&after.functions);
    let calls = before.calls.iter().zip(&after.calls);
    Change {
        name: name.to_owned(),
        machine: after.machine.clone(),
        rounds: [after.cold_rounds, after.warm_rounds],
        functions: functions
            .filter(|(before, _)| changed.contains(&before.name))
            .map(|(before, after)| function(before, after))
            .collect(),
        calls: calls
            .filter(|(before, _)| changed.contains(&before.function))
            .map(|(before, after)| call(before, after))
            .collect(),
    }
}

fn function(before: &Function, after: &Function) -> FunctionRatios {
    let ratio = |of: fn(&Function) -> f64| rounded(of(after) / of(before));
    FunctionRatios {
        function: after.name.to_owned(),
        cold_start: ratio(|f| f.cold_start_ms),
        cold_start_cpu: ratio(|f| f.cold_start_cpu_ms),
        first_answer: ratio(|f| f.first_answer_ms),
        first_answer_cpu: ratio(|f| f.first_answer_cpu_ms),
        peak_memory: ratio(|f| f.peak_memory_mib),
        zip: ratio(|f| f.zip_bytes as f64),
    }
}

fn call(before: &Call, after: &Call) -> CallRatio {
    CallRatio {
        function: after.function.to_owned(),
        call: after.call.to_owned(),
        cpu: rounded(after.cpu_ms / before.cpu_ms),
    }
}

fn rounded(ratio: f64) -> f64 {
    (ratio * 1000.0).round() / 1000.0
}

fn text(changes: &[Change]) -> String {
    let rows: Vec<Vec<String>> = changes.iter().map(row).collect();
    table(
        &[
            "change",
            "functions",
            "cold start",
            "its CPU",
            "first answer",
            "its CPU",
            "CPU of a warm call",
            "of a password step",
            "peak memory",
            "zip",
        ],
        &rows,
    )
}

fn row(change: &Change) -> Vec<String> {
    let names: Vec<&str> = change
        .functions
        .iter()
        .map(|f| f.function.as_str())
        .collect();
    let each = |of: fn(&FunctionRatios) -> f64| range(change.functions.iter().map(of));
    let cpu = |password: bool| {
        let calls = change.calls.iter();
        let calls = calls.filter(|call| call.call.contains("POST /login") == password);
        range(calls.map(|call| call.cpu))
    };
    vec![
        change.name.clone(),
        names.join(", "),
        each(|f| f.cold_start),
        each(|f| f.cold_start_cpu),
        each(|f| f.first_answer),
        each(|f| f.first_answer_cpu),
        cpu(false),
        cpu(true),
        each(|f| f.peak_memory),
        each(|f| f.zip),
    ]
}

/// The least and the greatest of `ratios`, or the one they all are.
fn range(ratios: impl Iterator<Item = f64>) -> String {
    let mut ratios: Vec<f64> = ratios.collect();
    ratios.sort_by(f64::total_cmp);
    match (ratios.first(), ratios.last()) {
        (Some(least), Some(most)) => {
            let (least, most) = (format!("{least:.2}"), format!("{most:.2}"));
            if least == most {
                least
            } else {
                format!("{least}–{most}")
            }
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_as_short_as_they_can_be() {
        assert_eq!(range([1.004, 0.987, 1.0].into_iter()), "0.99–1.00");
        assert_eq!(range([1.001, 0.999].into_iter()), "1.00");
        assert_eq!(range(std::iter::empty()), "");
    }
}
