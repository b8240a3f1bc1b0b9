//! Every function's processes taken through every call, cold and warm, and what they took.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use twostep_tests::{NewUser, System};

use crate::binaries::{self, FLOOR, FUNCTIONS};
use crate::fleet::Fleet;
use crate::instance::Sample;
use crate::report;
use crate::round::{Bench, Measured};
use crate::stats::{median, milliseconds, quantile};
use crate::tls::Tls;

/// The call by which each function's first answer is judged: the one that people wait for.
const HEADLINES: [(&str, &str); 9] = [
    (FLOOR, "one GetItem"),
    ("login", "`POST /login`, code asked for"),
    ("challenge", "`POST /challenge`, e-mail"),
    ("validate", "`POST /validate`, authenticator"),
    ("enroll", "`POST /enroll`, authenticator"),
    ("remove", "`DELETE /methods/{kind}`"),
    ("whitelist", "`GET /whitelist`"),
    ("practice", "`GET /users`, 25 of them"),
    ("notify", "a notice by one e-mail"),
];

/// What a function's process takes.
#[derive(Debug, Serialize)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) cold_start_ms: f64,
    pub(crate) cold_start_cpu_ms: f64,
    pub(crate) cold_start_requests: u64,
    pub(crate) first_answer_ms: f64,
    pub(crate) first_answer_cpu_ms: f64,
    pub(crate) peak_memory_mib: f64,
    pub(crate) binary_bytes: usize,
    pub(crate) zip_bytes: usize,
}

/// What a call of a warm function takes.
#[derive(Debug, Serialize)]
pub(crate) struct Call {
    pub(crate) function: &'static str,
    pub(crate) call: &'static str,
    pub(crate) median_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) cpu_ms: f64,
    /// Half of the calls took CPU between these.
    pub(crate) cpu_quartiles_ms: [f64; 2],
    pub(crate) requests: Vec<String>,
    pub(crate) read_units: f64,
    pub(crate) write_units: f64,
}

/// Everything that is found about the functions of one directory.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) machine: String,
    pub(crate) cold_rounds: usize,
    pub(crate) warm_rounds: usize,
    pub(crate) functions: Vec<Function>,
    pub(crate) calls: Vec<Call>,
}

/// The functions of one directory with a system of their own, taken through round after round.
pub(crate) struct Trial {
    bench: Bench,
    people: std::vec::IntoIter<(NewUser, String, String)>,
    cold: Vec<Measured>,
    cold_rounds: usize,
    warm_rounds: usize,
}

impl Trial {
    /// The functions in `directory`, for that many rounds in all.
    pub(crate) async fn new(directory: &Path, rounds: usize) -> Self {
        let fleet = Fleet::new(directory).encrypted_by(Tls::listen().await);
        let hosts = Arc::clone(&fleet);
        let system = System::start_with_functions(move |e| hosts.functions(e)).await;
        // A page of users is full from the first round on.
        let mut people = Vec::new();
        for number in 0..rounds.max(30) {
            let email = format!("person{number}@bench.test");
            let user = system.add_user("Bench Clinic", &email, "full_access").await;
            let address = format!("203.{}.{}.7", number / 250, number % 250);
            people.push((user, email, address));
        }
        Self {
            bench: Bench {
                fleet,
                system,
                cold: true,
                measured: Vec::new(),
            },
            people: people.into_iter(),
            cold: Vec::new(),
            cold_rounds: 0,
            warm_rounds: 0,
        }
    }

    /// One round in which every process is started afresh before a call.
    pub(crate) async fn cold_round(&mut self) {
        let warm = std::mem::take(&mut self.bench.measured);
        self.bench.cold = true;
        self.round().await;
        self.cold_rounds += 1;
        let cold = std::mem::replace(&mut self.bench.measured, warm);
        self.cold.extend(cold);
    }

    /// One round with the processes there are.
    pub(crate) async fn warm_round(&mut self) {
        self.bench.cold = false;
        self.round().await;
        self.warm_rounds += 1;
    }

    async fn round(&mut self) {
        let (user, email, address) = self.people.next().expect("a person for each round");
        self.bench.round(&user, &email, &address).await;
    }

    /// What the rounds so far came to.
    pub(crate) async fn figures(&self) -> Figures {
        let mut functions = Vec::new();
        for name in [FLOOR].into_iter().chain(FUNCTIONS) {
            functions.push(self.function(name).await);
        }
        let mut names: Vec<(&str, &str)> = Vec::new();
        for measured in &self.bench.measured {
            if !names.contains(&(measured.function, measured.call)) {
                names.push((measured.function, measured.call));
            }
        }
        let order = |name: &str| FUNCTIONS.iter().position(|known| *known == name);
        names.sort_by_key(|(function, _)| order(function));
        let calls = names.into_iter().map(|(_, name)| self.call(name));
        Figures {
            machine: report::machine(),
            cold_rounds: self.cold_rounds,
            warm_rounds: self.warm_rounds,
            functions,
            calls: calls.collect(),
        }
    }

    async fn function(&self, name: &'static str) -> Function {
        let mine: Vec<&Measured> = self.cold.iter().filter(|m| m.function == name).collect();
        let of = |f: fn(&Measured) -> Option<Duration>| {
            let times: Vec<f64> = mine.iter().filter_map(|m| f(m)).map(milliseconds).collect();
            median(&times)
        };
        let headline = |m: &Measured| HEADLINES.contains(&(name, m.call));
        let first = |f: fn(&Sample) -> Duration| {
            let answers = mine.iter().filter(|m| headline(m));
            let times: Vec<f64> = answers.map(|m| milliseconds(f(&m.sample))).collect();
            median(&times)
        };
        let (binary_bytes, zip_bytes) = binaries::sizes(self.bench.fleet.binary(name));
        Function {
            name,
            cold_start_ms: of(|m| m.start.map(|start| start.time)),
            cold_start_cpu_ms: of(|m| m.start.map(|start| start.cpu)),
            cold_start_requests: mine.first().map_or(0, |m| m.start_requests),
            first_answer_ms: first(|answer| answer.time),
            first_answer_cpu_ms: first(|answer| answer.cpu),
            peak_memory_mib: self.bench.fleet.peak_memory(name).await,
            binary_bytes,
            zip_bytes,
        }
    }

    fn call(&self, name: &'static str) -> Call {
        let measured = &self.bench.measured;
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
}
