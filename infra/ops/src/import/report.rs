//! What an import has to tell.

use std::path::Path;

use serde::Serialize;
use twostep::domain::practice::Practice;

use super::check::Fault;
use super::columns::Column;
use super::compare::Trait;
use super::write::{Difference, Totals};
use crate::views::PracticeName;

/// What became of a file.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    practice: Option<PracticeName>,
    created: usize,
    unchanged: usize,
    differing_total: usize,
    /// The first of them.
    differing: Vec<DifferenceView>,
    faults_total: usize,
    /// The first of them.
    faults: Vec<FaultView>,
}

#[derive(Debug, Serialize)]
struct DifferenceView {
    line: u64,
    email: String,
    differs_in: Vec<Trait>,
}

#[derive(Debug, Serialize)]
struct FaultView {
    line: u64,
    column: Option<Column>,
    message: String,
}

impl Report {
    /// Of a file that was imported; lists at most `limit` differences.
    pub(super) fn of_totals(practice: &Practice, totals: &Totals, limit: usize) -> Self {
        let view = |difference: &Difference| DifferenceView {
            line: difference.row.line,
            email: difference.row.email.clone(),
            differs_in: difference.traits.clone(),
        };
        Self {
            practice: Some(PracticeName::from(practice)),
            created: totals.created,
            unchanged: totals.unchanged,
            differing_total: totals.differing.len(),
            differing: totals.differing.iter().take(limit).map(view).collect(),
            faults_total: 0,
            faults: Vec::new(),
        }
    }

    /// Of a file that was refused; lists at most `limit` faults.
    pub(super) fn of_faults(faults: &[Fault], limit: usize) -> Self {
        let view = |fault: &Fault| FaultView {
            line: fault.line,
            column: fault.column,
            message: fault.message.clone(),
        };
        Self {
            practice: None,
            created: 0,
            unchanged: 0,
            differing_total: 0,
            differing: Vec::new(),
            faults_total: faults.len(),
            faults: faults.iter().take(limit).map(view).collect(),
        }
    }

    /// The outcome for people.
    pub(super) fn text(&self) -> String {
        let practice = self.practice.as_ref().map_or("", |practice| &practice.name);
        let mut lines = vec![format!(
            "{practice}: {} made, {} unchanged, {} different.",
            users(self.created),
            self.unchanged,
            self.differing_total
        )];
        if self.differing_total > 0 {
            lines
                .push("These exist otherwise than the file says, and were not changed:".to_owned());
            lines.extend(self.differing.iter().map(|difference| {
                let traits: Vec<_> = difference.differs_in.iter().map(|t| t.as_str()).collect();
                let (line, email) = (difference.line, &difference.email);
                format!("  line {line}, {email}: {}", traits.join(", "))
            }));
            lines.extend(more(self.differing_total, self.differing.len()));
        }
        lines.join("\n")
    }

    /// The faults for people.
    pub(super) fn faults_text(&self, file: &Path) -> String {
        let count = match self.faults_total {
            1 => "a fault".to_owned(),
            total => format!("{total} faults"),
        };
        let mut lines = vec![format!(
            "{} has {count}; nothing was written. Put it right and run the same again:",
            file.display()
        )];
        lines.extend(self.faults.iter().map(|fault| match fault.column {
            Some(column) => format!("  line {}, column {column}: {}", fault.line, fault.message),
            None => format!("  line {}: {}", fault.line, fault.message),
        }));
        lines.extend(more(self.faults_total, self.faults.len()));
        lines.join("\n")
    }
}

fn users(count: usize) -> String {
    match count {
        1 => "1 user".to_owned(),
        count => format!("{count} users"),
    }
}

fn more(total: usize, listed: usize) -> Option<String> {
    let rest = total.saturating_sub(listed);
    (rest > 0).then(|| format!("  … and {rest} more (--max-listed lists more)"))
}
