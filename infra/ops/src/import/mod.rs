//! `user import`: users from a CSV file.
//!
//! [`check`] reads the whole file and finds all its faults before anything is connected to;
//! [`compare`] tells which users exist already, and whether they are what the file says;
//! [`write`] makes the others. A user is made in one transaction or not at all, and one who
//! exists is never changed, so an import can be run again however it ended.

mod check;
mod columns;
mod compare;
mod report;
mod write;

use std::path::Path;

use check::{Fault, check};
use report::Report;

use crate::cli::{Connection, ImportArgs};
use crate::connect::Target;
use crate::errors::OpsError;
use crate::output::Output;
use crate::practices;

/// Imports a file.
///
/// # Errors
/// [`OpsError`]; [`OpsError::Reported`] if users exist that differ from the file.
pub(crate) async fn run(
    connection: &Connection,
    arguments: &ImportArgs,
    output: Output,
) -> Result<(), OpsError> {
    let limit = arguments.max_listed;
    let data = read(&arguments.file)?;
    let rows = match check(&data) {
        Ok(rows) => rows,
        Err(faults) => return Err(refuse(&arguments.file, &faults, limit, output)),
    };
    let app = Target::connect(connection).await?.app();
    let practice = if arguments.create_practice {
        practices::find_or_create(&app, &arguments.practice).await?
    } else {
        practices::find(&app, &arguments.practice).await?
    };
    let totals = write::write(&app, &practice, rows).await?;
    let report = Report::of_totals(&practice, &totals, limit);
    output.show(&report, Report::text);
    if totals.differing.is_empty() {
        Ok(())
    } else {
        Err(OpsError::Reported)
    }
}

fn read(file: &Path) -> Result<Vec<u8>, OpsError> {
    std::fs::read(file)
        .map_err(|error| OpsError::failed(format!("{} can't be read: {error}", file.display())))
}

/// Tells of the faults: programs on standard output, people as an error.
fn refuse(file: &Path, faults: &[Fault], limit: usize, output: Output) -> OpsError {
    let report = Report::of_faults(faults, limit);
    if output.is_json() {
        output.show(&report, |_| String::new());
        OpsError::Reported
    } else {
        OpsError::Failed(report.faults_text(file))
    }
}

#[cfg(test)]
mod tests;
