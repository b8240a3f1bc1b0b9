//! Reading and checking the file: every fault with its line and column.

use std::collections::HashMap;
use std::fmt::Display;

use clap::ValueEnum;
use csv::StringRecord;
use twostep::domain::contact::EmailAddress;
use twostep::domain::ids::{UserId, normalize_email};
use twostep::domain::password::{Password, PhcString};
use twostep::domain::user::Role;
use twostep::flows::admin::practices::check_name;

use super::columns::{Column, Columns};
use crate::cli::RoleArg;

/// Something wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Line on which the row begins, counted from 1.
    pub(super) line: u64,
    /// The column, unless it is the row or the file as a whole.
    pub(super) column: Option<Column>,
    /// What is wrong. Repeats no password.
    pub(super) message: String,
}

/// A row that can be imported.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Line on which it begins.
    pub(super) line: u64,
    /// The user's id.
    pub(super) user_id: UserId,
    /// E-mail address, as addresses are compared.
    pub(super) email: String,
    /// Name.
    pub(super) name: String,
    /// Role.
    pub(super) role: Role,
    /// What they sign in with.
    pub(super) secret: Secret,
}

/// What a user signs in with.
#[derive(Clone, Debug)]
pub(super) enum Secret {
    /// A password, to be hashed.
    Password(Password),
    /// A hash made by another system. The next sign-in replaces it if it is outdated.
    Hash(PhcString),
}

/// Reads a file and checks all of it.
///
/// # Errors
/// All faults, in the order of the file. Never an empty list.
pub(super) fn check(data: &[u8]) -> Result<Vec<Row>, Vec<Fault>> {
    let text = decode(data).map_err(|fault| vec![fault])?;
    let mut records = records(text)?.into_iter();
    let Some((line, header)) = records.next() else {
        return Err(vec![Fault::of_row(1, "the file is empty")]);
    };
    let mut checker = Checker {
        columns: Columns::read(line, &header)?,
        seen: HashMap::new(),
        faults: Vec::new(),
    };
    let rows: Vec<_> = records
        .filter_map(|(line, record)| checker.row(line, &record))
        .collect();
    if rows.is_empty() && checker.faults.is_empty() {
        return Err(vec![Fault::of_row(
            line,
            "there are no users below the header",
        )]);
    }
    if checker.faults.is_empty() {
        Ok(rows)
    } else {
        Err(checker.faults)
    }
}

impl Fault {
    pub(super) fn of_row(line: u64, message: impl Into<String>) -> Self {
        Self {
            line,
            column: None,
            message: message.into(),
        }
    }
}

/// The text without the mark that some programs begin it with.
fn decode(data: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(data).map_err(|error| {
        let before = data.get(..error.valid_up_to()).unwrap_or_default();
        let message = "is no UTF-8 text: save the file as \"CSV UTF-8\"";
        Fault::of_row(1 + line_breaks(before), message)
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The records with the lines on which they begin, without those that have nothing in any
/// field, which spreadsheets like to leave at the end.
fn records(text: &str) -> Result<Vec<(u64, StringRecord)>, Vec<Fault>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| vec![Fault::of_row(1, error.to_string())])?;
        if record.iter().any(|field| !field.trim().is_empty()) {
            records.push((first_line(text, &record), record));
        }
    }
    Ok(records)
}

/// The line on which a record begins. The reader's own position is that of the empty lines
/// before it.
fn first_line(text: &str, record: &StringRecord) -> u64 {
    let Some(position) = record.position() else {
        return 1;
    };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + line_breaks(&empty.copied().collect::<Vec<_>>())
}

fn line_breaks(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

struct Checker {
    columns: Columns,
    /// E-mail addresses and the lines they were first on.
    seen: HashMap<String, u64>,
    faults: Vec<Fault>,
}

impl Checker {
    /// Checks a row; `None` if it has faults, which are noted.
    fn row(&mut self, line: u64, record: &StringRecord) -> Option<Row> {
        if record.len() != self.columns.count() {
            let message = wrong_count(record, self.columns.count());
            self.faults.push(Fault::of_row(line, message));
            return None;
        }
        let field = |column| self.columns.field(record, column);
        let (email, name, role) = (Column::Email, Column::Name, Column::Role);
        let email = (email, parse_email(field(email)));
        let name = (name, check_name(field(name)));
        let role = (role, parse_role(field(role)));
        let secret = parse_secret(
            field(Column::Password),
            field(Column::PasswordHash),
            self.columns.has(Column::Password),
        );
        let email = self.accept(line, email);
        let email = email.filter(|email| self.is_first(line, email));
        let (name, role) = (self.accept(line, name), self.accept(line, role));
        let secret = self.accept(line, secret);
        let email = email?;
        Some(Row {
            line,
            user_id: UserId::of_email(&email),
            email,
            name: name?,
            role: role?,
            secret: secret?,
        })
    }

    fn accept<T, E: Display>(
        &mut self,
        line: u64,
        (column, value): (Column, Result<T, E>),
    ) -> Option<T> {
        value
            .map_err(|error| {
                self.faults.push(Fault {
                    line,
                    column: Some(column),
                    message: error.to_string(),
                });
            })
            .ok()
    }

    fn is_first(&mut self, line: u64, email: &str) -> bool {
        if let Some(first) = self.seen.get(email) {
            self.faults.push(Fault {
                line,
                column: Some(Column::Email),
                message: format!("is the same address as on line {first}"),
            });
            return false;
        }
        self.seen.insert(email.to_owned(), line);
        true
    }
}

fn wrong_count(record: &StringRecord, expected: usize) -> String {
    let hint = if record.iter().any(|field| field.contains('\n')) {
        "; one of them runs over several lines: is a quote missing?"
    } else {
        ""
    };
    format!(
        "has {} fields, the header has {expected}{hint}",
        record.len()
    )
}

fn parse_email(text: &str) -> Result<String, impl Display> {
    EmailAddress::parse(text).map(|address| normalize_email(address.as_str()))
}

fn parse_role(text: &str) -> Result<Role, &'static str> {
    RoleArg::from_str(text.trim(), false)
        .map(Role::from)
        .map_err(|_| "must be full_access or standard")
}

/// A password is taken as it is, spaces and all; a hash has none around it.
fn parse_secret(
    password: &str,
    hash: &str,
    has_passwords: bool,
) -> (Column, Result<Secret, String>) {
    let hash = hash.trim();
    match (password.is_empty(), hash.is_empty()) {
        (false, true) => (Column::Password, parse_password(password)),
        (true, false) => {
            let parsed = PhcString::parse(hash).map(Secret::Hash);
            (
                Column::PasswordHash,
                parsed.map_err(|error| error.to_string()),
            )
        }
        (false, false) => {
            let message = "must be empty where there is a password";
            (Column::PasswordHash, Err(message.to_owned()))
        }
        (true, true) if has_passwords => (Column::Password, Err("must not be empty".to_owned())),
        (true, true) => (Column::PasswordHash, Err("must not be empty".to_owned())),
    }
}

fn parse_password(text: &str) -> Result<Secret, String> {
    if text.chars().any(char::is_control) {
        let message = "has a line break or another control character: is a quote missing?";
        return Err(message.to_owned());
    }
    let password = Password::new(text).map_err(|error| error.to_string())?;
    Ok(Secret::Password(password))
}
