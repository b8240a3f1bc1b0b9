//! Logs: JSON lines for people and alarms, without secrets at any level.
//!
//! Below `INFO` the libraries underneath write down what goes over the wire: the SDK whole
//! requests and answers (`TRACE`), Lambda's runtime the events it is handed. Codes, passwords
//! and tokens are in them. So whatever `RUST_LOG` says, only this project's own code is heard
//! below `INFO`; it never hands a secret to a log macro, and its secret types have an opaque
//! `Debug`. Release builds have no lines below `INFO` in them at all.

use serde_json::Value;
use tracing::level_filters::LevelFilter;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt, FilterFn, Targets};
use tracing_subscriber::fmt::format::{Format, Json, JsonFields, Writer};
use tracing_subscriber::fmt::{self, FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::{Filter, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};
use tracing_subscriber::util::SubscriberInitExt;

/// Crates whose own words may be logged at every level, with all that is in them.
const OURS: [&str; 11] = [
    "twostep",
    "twostep_local",
    "twostep_ops",
    "login",
    "challenge",
    "enroll",
    "validate",
    "remove",
    "whitelist",
    "practice",
    "notify",
];

/// What is logged: as `directives` say (the syntax of `RUST_LOG`; `info` if there are none or
/// they make no sense), but nothing below `INFO` that isn't from this project.
pub fn filter<S>(directives: Option<&str>) -> impl Filter<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let asked = directives
        .and_then(|directives| directives.parse::<Targets>().ok())
        .unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    asked.and(discreet())
}

fn discreet() -> FilterFn {
    let may_be_logged: fn(&Metadata<'_>) -> bool = may_be_logged;
    FilterFn::new(may_be_logged).with_max_level_hint(LevelFilter::TRACE)
}

fn may_be_logged(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let name = target.split_once("::").map_or(target, |(name, _)| name);
    *metadata.level() <= tracing::Level::INFO || OURS.contains(&name)
}

/// Starts logging to standard output as Lambda's log service reads it; it adds the time itself.
pub(crate) fn init() {
    let directives = std::env::var("RUST_LOG").ok();
    let lines = tracing_subscriber::fmt::layer()
        .event_format(Lines::new())
        .fmt_fields(JsonFields::new())
        .with_filter(filter(directives.as_deref()));
    let _ = Registry::default().with(lines).try_init();
}

/// Each event as one JSON object. Fields are flat, but for [`NESTED`], whose text is JSON itself:
/// fields of events can't be lists.
struct Lines(Format<Json, ()>);

/// The field with the AWS calls of a request.
const NESTED: &str = "calls";

impl Lines {
    fn new() -> Self {
        let format = fmt::format()
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false);
        Self(format.without_time().with_target(false))
    }
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        if event.metadata().fields().field(NESTED).is_none() {
            return self.0.format_event(context, writer, event);
        }
        let mut line = String::new();
        self.0
            .format_event(context, Writer::new(&mut line), event)?;
        let mut line: Value = serde_json::from_str(&line).map_err(|_| std::fmt::Error)?;
        if let Some(field) = line.get_mut(NESTED)
            && let Some(Ok(nested)) = field.as_str().map(serde_json::from_str)
        {
            *field = nested;
        }
        writeln!(writer, "{line}")
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::json;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(directives: Option<&str>) -> String {
        let written = Written::default();
        let writer = written.clone();
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(move || writer.clone())
            .with_filter(filter(directives));
        tracing::subscriber::with_default(Registry::default().with(lines), || {
            tracing::trace!(target: "twostep::flows", "own trace");
            tracing::debug!(target: "login", "own debug");
            tracing::info!(target: "aws_smithy_runtime::client", "foreign info");
            tracing::debug!(target: "aws_smithy_runtime::client", "foreign debug");
            tracing::trace!(target: "hyper::proto::h1", "foreign trace");
            tracing::trace!(target: "lambda_runtime", "foreign event");
            tracing::trace!(target: "twostepped::elsewhere", "foreign name");
        });
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_level_makes_libraries_talk() {
        for directives in ["trace", "aws_smithy_runtime::client=trace,hyper=trace,info"] {
            let lines = logged(Some(directives));
            assert!(lines.contains("foreign info"), "{lines}");
            for secret in [
                "foreign debug",
                "foreign trace",
                "foreign event",
                "foreign name",
            ] {
                assert!(!lines.contains(secret), "{directives}: {lines}");
            }
        }
        let own = logged(Some("trace"));
        // A release build has no lines below INFO.
        let built = tracing::level_filters::STATIC_MAX_LEVEL;
        for (line, level) in [
            ("own trace", LevelFilter::TRACE),
            ("own debug", LevelFilter::DEBUG),
        ] {
            assert_eq!(own.contains(line), level <= built, "{own}");
        }
    }

    #[test]
    fn a_line_is_one_object_with_the_calls_in_it() {
        let written = Written::default();
        let writer = written.clone();
        let lines = tracing_subscriber::fmt::layer()
            .event_format(Lines::new())
            .fmt_fields(JsonFields::new())
            .with_writer(move || writer.clone());
        tracing::subscriber::with_default(Registry::default().with(lines), || {
            let _span = tracing::info_span!("invoke", id = 7).entered();
            let calls = r#"[{"operation":"GetItem","ms":4}]"#;
            tracing::info!(status = 200, %calls, "answered");
            tracing::warn!("slow \"today\"\nas ever");
        });
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let span = json!({"name": "invoke", "id": 7});
        assert_eq!(
            lines,
            [
                json!({"level": "INFO", "message": "answered", "status": 200, "span": span,
                    "calls": [{"operation": "GetItem", "ms": 4}]}),
                json!({"level": "WARN", "message": "slow \"today\"\nas ever", "span": span}),
            ]
        );
    }

    #[test]
    fn logs_at_info_unless_told_otherwise() {
        for directives in [None, Some("no such=thing=at all")] {
            let lines = logged(directives);
            assert!(lines.contains("foreign info"), "{lines}");
            assert!(!lines.contains("own debug"), "{lines}");
        }
        assert_eq!(logged(Some("error")), "");
    }
}
