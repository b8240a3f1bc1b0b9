//! What a million sign-ins cost, from what calls were measured to take and a table of prices.

use serde::{Deserialize, Serialize};

use crate::cost_text;
use crate::prices::{Known, MILLION, Other, Prices};
use crate::report;

/// The ways to sign in, and the calls of each by their names in `measured/functions.json`.
const WAYS: [(&str, &[&str]); 4] = [
    ("remembered", &["`POST /login`, remembered"]),
    (
        "authenticator",
        &[
            "`POST /login`, code asked for",
            "`POST /validate`, authenticator",
        ],
    ),
    (
        "e-mail",
        &[
            "`POST /login`, code asked for",
            "`POST /challenge`, e-mail",
            "`POST /validate`, e-mail",
        ],
    ),
    (
        // A code by SMS takes what one by e-mail does to validate.
        "SMS",
        &[
            "`POST /login`, code asked for",
            "`POST /challenge`, SMS",
            "`POST /validate`, e-mail",
        ],
    ),
];

/// The figures of the functions, as far as they cost something.
#[derive(Debug, Deserialize)]
pub(crate) struct Measured {
    pub(crate) machine: String,
    pub(crate) calls: Vec<Call>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Call {
    pub(crate) function: String,
    pub(crate) call: String,
    cpu_ms: f64,
    requests: Vec<String>,
    read_units: f64,
    write_units: f64,
}

/// Dollars of a million sign-ins of one way.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Way {
    pub(crate) name: String,
    pub(crate) billed_ms: f64,
    pub(crate) lambda: f64,
    pub(crate) api: f64,
    pub(crate) dynamodb: f64,
    /// What is kept of it in the table, until it expires.
    pub(crate) kept: f64,
    pub(crate) messages: f64,
    pub(crate) logs: f64,
    pub(crate) traces: f64,
    pub(crate) total: f64,
}

#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) ways: Vec<Way>,
    pub(crate) others: Vec<(String, f64)>,
}

/// Prices a million sign-ins and writes `infra/docs/cost.md` and its plot.
pub(crate) fn run(dry_run: bool) {
    let prices = Prices::read();
    let measured: Measured = report::measured("functions");
    let template = report::file("template.yaml");
    let ways = WAYS
        .iter()
        .map(|(name, calls)| way(name, calls, &prices, &measured, &template));
    let per_million = |other: &Other| {
        let users = MILLION / prices.sign_ins_per_user_and_month;
        let users = other.per_user.map(|price| price * users);
        let codes = other.per_verification.map(|price| price * MILLION);
        (other.name.clone(), users.or(codes).unwrap_or(f64::NAN))
    };
    let figures = Figures {
        ways: ways.collect(),
        others: prices.others.iter().map(per_million).collect(),
    };
    let text = cost_text::text(&figures, &prices, &measured.machine);
    let memory = crate::memory::text(&prices, &measured, &template);
    println!("{text}\n{memory}");
    if !dry_run {
        report::publish("cost.md", "cost", &text, &figures);
        report::write("cost.md", "memory", &memory);
        let plot = report::path("infra/docs/images/cost.svg");
        crate::plot::costs(&figures, &plot).expect("to draw the plot");
    }
}

fn way(name: &str, calls: &[&str], prices: &Prices, measured: &Measured, template: &str) -> Way {
    let known = &prices.prices;
    let mut way = Way {
        name: name.to_owned(),
        kept: kept(known, prices, calls.len()),
        ..Way::default()
    };
    for name in calls {
        let call = measured.calls.iter().find(|call| call.call == *name);
        let call = call.unwrap_or_else(|| panic!("no figures of {name}: run `functions` first"));
        let memory = memory_mb(template, &call.function);
        let ms = billed_ms(call, memory, prices);
        way.billed_ms += ms;
        way.lambda += prices.lambda(memory, ms);
        way.api += known.api_request.of(MILLION);
        way.api += known.transfer_gb.of(gigabytes(prices.answer_bytes));
        way.dynamodb += known.dynamodb_read_unit.of(call.read_units * MILLION);
        way.dynamodb += known.dynamodb_write_unit.of(call.write_units * MILLION);
        way.messages += known.email.of(count(call, "SendEmail") * MILLION);
        let sms = prices.sms.get("AU").expect("the price of an SMS to AU");
        way.messages += sms.of(count(call, "Publish") * MILLION);
        way.logs += known.logs_gb.of(gigabytes(prices.log_bytes_per_call));
        way.traces += known.trace.of(prices.traced * MILLION);
    }
    let parts = [way.lambda, way.api, way.dynamodb, way.kept];
    way.total = parts.iter().sum::<f64>() + way.messages + way.logs + way.traces;
    way
}

/// Gigabytes of a million things of so many bytes.
fn gigabytes(bytes: f64) -> f64 {
    bytes * MILLION / 1e9
}

/// Dollars for keeping the events of a million sign-ins of so many calls until they expire, with
/// point-in-time recovery. Each call but a password step that only asks for a code records one.
fn kept(known: &Known, prices: &Prices, calls: usize) -> f64 {
    let events = calls.saturating_sub(1).max(1) as f64;
    let months = prices.event_days * 12.0 / 365.0;
    let gb_months = gigabytes(prices.event_bytes) * events * months;
    known.storage_gb_month.of(gb_months) + known.recovery_gb_month.of(gb_months)
}

/// Milliseconds Lambda bills for a call: the CPU measured, at the share of a vCPU that the memory
/// brings, and the waits, as if nothing ran side by side; rounded up.
pub(crate) fn billed_ms(call: &Call, memory_mb: f64, prices: &Prices) -> f64 {
    let share = (memory_mb / prices.mb_per_vcpu).min(1.0);
    let waits = call.requests.iter().map(|request| {
        let (count, name) = request.split_once(' ').expect("a count and a name");
        let wait = prices.waits.get(name);
        let wait = wait.unwrap_or_else(|| panic!("prices.toml has no wait for {name}"));
        wait * count.parse::<f64>().expect("a count")
    });
    (call.cpu_ms / share + waits.sum::<f64>()).ceil()
}

fn count(call: &Call, operation: &str) -> f64 {
    let counts = call.requests.iter().filter_map(|request| {
        let (count, name) = request.split_once(' ')?;
        (name == operation).then(|| count.parse::<f64>().ok())?
    });
    counts.sum()
}

/// The memory `template.yaml` gives a function.
pub(crate) fn memory_mb(template: &str, function: &str) -> f64 {
    let mut title = function.to_owned();
    title[..1].make_ascii_uppercase();
    let size = |text: &str| {
        let lines = text
            .lines()
            .take_while(|line| !line.trim_start().starts_with("Role:"));
        let mut sizes = lines.filter_map(|line| line.trim().strip_prefix("MemorySize:"));
        sizes.next()?.trim().parse().ok()
    };
    let own = template.split_once(&format!("\n  {title}Function:\n"));
    let own = own.and_then(|(_, own)| size(own));
    let default = || size(template.split_once("\nGlobals:\n")?.1);
    own.or_else(default).expect("a MemorySize in template.yaml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_memory_from_the_template() {
        let template = report::file("template.yaml");
        assert!(memory_mb(&template, "login") >= memory_mb(&template, "validate"));
        assert!(memory_mb(&template, "validate") >= 128.0);
    }

    #[test]
    fn events_are_paid_for_until_they_expire() {
        let prices = Prices::read();
        // 0.4 GB for 400 days, in the table and for recovery: 0.4 · 13.15 · (0.25 + 0.20).
        let one = kept(&prices.prices, &prices, 1);
        assert!((2.3..2.5).contains(&one), "{one}");
        assert_eq!(one, kept(&prices.prices, &prices, 2));
        assert_eq!(2.0 * one, kept(&prices.prices, &prices, 3));
    }

    #[test]
    fn a_small_share_of_a_processor_takes_longer() {
        let prices = Prices::read();
        let call = Call {
            function: "validate".to_owned(),
            call: "a call".to_owned(),
            cpu_ms: 2.0,
            requests: vec![
                "1 BatchGetItem".to_owned(),
                "2 TransactWriteItems".to_owned(),
            ],
            read_units: 0.0,
            write_units: 0.0,
        };
        let waits = prices.waits["BatchGetItem"] + 2.0 * prices.waits["TransactWriteItems"];
        assert_eq!(billed_ms(&call, 1769.0, &prices), 2.0 + waits);
        assert_eq!(billed_ms(&call, 1769.0 / 4.0, &prices), 8.0 + waits);
        assert_eq!(billed_ms(&call, 10_000.0, &prices), 2.0 + waits);
    }
}
