//! Requests the functions made to AWS.

use serde_json::Value;

/// A count by function, service and operation.
#[derive(Clone, Debug)]
pub struct Usage(Vec<Line>);

#[derive(Clone, Debug)]
struct Line {
    function: String,
    service: String,
    operation: String,
    count: u64,
    read_units: f64,
    write_units: f64,
}

impl Usage {
    pub(crate) fn new(report: &Value) -> Self {
        let lines = report["requests"].as_array().expect("a list of requests");
        let line = |line: &Value| Line {
            function: crate::answer::text_of(line, "function"),
            service: crate::answer::text_of(line, "service"),
            operation: crate::answer::text_of(line, "operation"),
            count: line["count"].as_u64().expect("a count"),
            read_units: line["read_units"].as_f64().expect("units"),
            write_units: line["write_units"].as_f64().expect("units"),
        };
        Self(lines.iter().map(line).collect())
    }

    /// Requests of `function` to `service`.
    #[must_use]
    pub fn of(&self, function: &str, service: &str) -> u64 {
        let wanted = |line: &&Line| line.function == function && line.service == service;
        self.0.iter().filter(wanted).map(|line| line.count).sum()
    }

    /// Service, operation and count of everything `function` asked for.
    #[must_use]
    pub fn calls(&self, function: &str) -> Vec<(String, String, u64)> {
        let lines = self.0.iter().filter(|line| line.function == function);
        lines
            .map(|line| (line.service.clone(), line.operation.clone(), line.count))
            .collect()
    }

    /// Everything `function` asked for, and the units it used, in words:
    /// `1 BatchGetItem, 2 TransactWriteItems; 3 read, 10 write`.
    #[must_use]
    pub fn cost(&self, function: &str) -> String {
        let mine: Vec<&Line> = self
            .0
            .iter()
            .filter(|line| line.function == function)
            .collect();
        let calls = mine
            .iter()
            .map(|line| format!("{} {}", line.count, line.operation));
        let calls = calls.collect::<Vec<_>>().join(", ");
        let read: f64 = mine.iter().map(|line| line.read_units).sum();
        let write: f64 = mine.iter().map(|line| line.write_units).sum();
        format!("{calls}; {read} read, {write} write")
    }

    /// Requests of `function` to DynamoDB.
    #[must_use]
    pub fn dynamodb(&self, function: &str) -> u64 {
        self.of(function, "dynamodb")
    }

    /// Requests for `operation`, by whichever function.
    #[must_use]
    pub fn operation(&self, operation: &str) -> u64 {
        let wanted = |line: &&Line| line.operation == operation;
        self.0.iter().filter(wanted).map(|line| line.count).sum()
    }

    /// Asserts that `function` made at least one and at most `most` requests to DynamoDB, and
    /// none that reads a whole table.
    #[track_caller]
    pub fn assert_within(&self, function: &str, most: u64) {
        let made = self.dynamodb(function);
        assert!((1..=most).contains(&made), "{made} requests: {self:?}");
        assert_eq!(self.operation("Scan"), 0, "{self:?}");
    }
}
