//! The header of the file: which column is where.

use std::fmt;

use csv::StringRecord;
use serde::Serialize;

use super::check::Fault;

/// A column of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Column {
    Email,
    Name,
    Role,
    Password,
    PasswordHash,
}

impl Column {
    const ALL: [Self; 5] = [
        Self::Email,
        Self::Name,
        Self::Role,
        Self::Password,
        Self::PasswordHash,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Name => "name",
            Self::Role => "role",
            Self::Password => "password",
            Self::PasswordHash => "password_hash",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::ALL
            .into_iter()
            .find(|column| column.as_str().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The columns in the order of the file.
#[derive(Debug)]
pub(super) struct Columns(Vec<Column>);

impl Columns {
    /// Reads the header. The columns may come in any order, and in any case.
    ///
    /// # Errors
    /// Every column that is unknown, twice there, or missing.
    pub(super) fn read(line: u64, header: &StringRecord) -> Result<Self, Vec<Fault>> {
        let mut columns = Vec::new();
        let mut problems = Vec::new();
        if let [only] = header.iter().collect::<Vec<_>>().as_slice()
            && only.contains([';', '\t'])
        {
            problems.push("the columns must be separated by commas".to_owned());
            return Err(faults(line, problems));
        }
        for name in header {
            match Column::parse(name) {
                None => problems.push(format!("there is no column {:?}", name.trim())),
                Some(column) if columns.contains(&column) => {
                    problems.push(format!("column {column} is there twice"));
                }
                Some(column) => columns.push(column),
            }
        }
        for column in [Column::Email, Column::Name, Column::Role] {
            if !columns.contains(&column) {
                problems.push(format!("column {column} is missing"));
            }
        }
        if !columns.contains(&Column::Password) && !columns.contains(&Column::PasswordHash) {
            problems.push("column password or password_hash is missing".to_owned());
        }
        if problems.is_empty() {
            Ok(Self(columns))
        } else {
            Err(faults(line, problems))
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether the file has this column.
    pub(super) fn has(&self, column: Column) -> bool {
        self.0.contains(&column)
    }

    /// A row's field in this column; empty without one.
    pub(super) fn field<'a>(&self, record: &'a StringRecord, column: Column) -> &'a str {
        let index = self.0.iter().position(|other| *other == column);
        index
            .and_then(|index| record.get(index))
            .unwrap_or_default()
    }
}

fn faults(line: u64, problems: Vec<String>) -> Vec<Fault> {
    let of_header = |problem| Fault::of_row(line, problem);
    problems.into_iter().map(of_header).collect()
}
