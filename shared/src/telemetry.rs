//! What the operator sees: metrics, and how the AWS calls of a request went.
//!
//! Metrics are lines in CloudWatch's embedded metric format on standard output, which costs no
//! call. Nothing here names a person: no address, number, token or id of a user.

mod calls;

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value, json};

pub(crate) use self::calls::CallTimes;
pub use self::calls::{Call, CallOutcome, Calls, with_calls};
use crate::clock::Clock;

/// Namespace of the metrics; `template.yaml`'s alarms and dashboard name it too.
const NAMESPACE: &str = "twostep";

/// Something that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric<'a> {
    /// A password step, or the code after it.
    SignIn {
        /// How it ended: a status or reason of the API, or the code of a problem.
        outcome: &'a str,
    },
    /// A code that a provider took.
    CodeSent {
        /// `sms` or `email`.
        channel: &'a str,
        /// Country of the number, ISO 3166-1 alpha-2; `-` for e-mail.
        country: &'a str,
    },
    /// A wrong code.
    CodeFailure,
    /// A try that was refused because there were too many.
    Lock,
    /// A method taken away, by its owner or by a colleague.
    Removal,
    /// Notices mailed.
    NoticesSent(usize),
    /// A notice that isn't mailed yet.
    NoticeFailed,
    /// The first request of a process.
    ColdStart,
}

impl<'a> Metric<'a> {
    /// Name, value, and dimensions beside `service`.
    fn parts(self) -> (&'static str, usize, Vec<(&'static str, &'a str)>) {
        match self {
            Self::SignIn { outcome } => ("SignIns", 1, vec![("outcome", outcome)]),
            Self::CodeSent { channel, country } => (
                "CodesSent",
                1,
                vec![("channel", channel), ("country", country)],
            ),
            Self::CodeFailure => ("CodeFailures", 1, Vec::new()),
            Self::Lock => ("Locks", 1, Vec::new()),
            Self::Removal => ("Removals", 1, Vec::new()),
            Self::NoticesSent(count) => ("NoticesSent", count, Vec::new()),
            Self::NoticeFailed => ("NoticesFailed", 1, Vec::new()),
            Self::ColdStart => ("ColdStarts", 1, Vec::new()),
        }
    }
}

/// Where metrics go: standard output on Lambda, nowhere elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Telemetry {
    /// The deployment's name; without one nothing is written.
    service: Option<Arc<str>>,
    function: Arc<str>,
    warm: Arc<AtomicBool>,
}

impl Telemetry {
    /// For a function on Lambda. `function_name` is `{stack}-{function}`; metrics are the
    /// stack's.
    #[must_use]
    pub fn lambda(function_name: &str) -> Self {
        let (service, function) = function_name
            .rsplit_once('-')
            .unwrap_or((function_name, function_name));
        Self {
            service: Some(service.into()),
            function: function.into(),
            warm: Arc::default(),
        }
    }

    /// Name of the function, `login`, for its log lines; empty where it isn't known.
    #[must_use]
    pub fn function(&self) -> &str {
        &self.function
    }

    /// Whether this is the first request of the process.
    #[must_use]
    pub fn is_cold(&self) -> bool {
        !self.warm.swap(true, Ordering::Relaxed)
    }

    /// Counts something.
    pub fn count(&self, clock: &Clock, metric: Metric<'_>) {
        let Some(service) = &self.service else { return };
        let line = line(service, clock.now().0.saturating_mul(1000), metric);
        // Without standard output there is nobody to tell.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

/// A metric in embedded metric format, with each longer list of its dimensions a set of its own.
fn line(service: &str, milliseconds: i64, metric: Metric<'_>) -> Value {
    let (name, value, dimensions) = metric.parts();
    let names: Vec<&str> = ["service"]
        .into_iter()
        .chain(dimensions.iter().map(|d| d.0))
        .collect();
    let first = names.len().min(2);
    let sets: Vec<&[&str]> = (first..=names.len())
        .filter_map(|n| names.get(..n))
        .collect();
    let mut fields = Map::from_iter([
        (
            "_aws".to_owned(),
            json!({
                "Timestamp": milliseconds,
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": sets,
                    "Metrics": [{"Name": name, "Unit": "Count"}],
                }],
            }),
        ),
        ("service".to_owned(), service.into()),
        (name.to_owned(), value.into()),
    ]);
    fields.extend(
        dimensions
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into())),
    );
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_in_embedded_metric_format() {
        let metric = Metric::CodeSent {
            channel: "sms",
            country: "AU",
        };
        let expected = json!({
            "_aws": {
                "Timestamp": 5000,
                "CloudWatchMetrics": [{
                    "Namespace": "twostep",
                    "Dimensions": [["service", "channel"], ["service", "channel", "country"]],
                    "Metrics": [{"Name": "CodesSent", "Unit": "Count"}],
                }],
            },
            "service": "prod",
            "channel": "sms",
            "country": "AU",
            "CodesSent": 1,
        });
        assert_eq!(line("prod", 5000, metric), expected);
        let removal = line("prod", 0, Metric::Removal);
        assert_eq!(
            removal["_aws"]["CloudWatchMetrics"][0]["Dimensions"],
            json!([["service"]])
        );
    }

    #[test]
    fn a_function_counts_for_its_stack() {
        let telemetry = Telemetry::lambda("two-step-prod-login");
        assert_eq!(telemetry.service.as_deref(), Some("two-step-prod"));
        assert_eq!(telemetry.function(), "login");
        assert!(telemetry.is_cold());
        assert!(!telemetry.is_cold());
    }
}
