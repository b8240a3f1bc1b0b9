//! Making the users of a file: passwords are hashed on all cores while others are written.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use twostep::domain::ids::UserId;
use twostep::domain::password::PhcString;
use twostep::domain::practice::Practice;
use twostep::domain::user::User;
use twostep::flows::admin::users::find_user;
use twostep::flows::admin::{AdminError, NewUser, create_user, find_users};
use twostep::runtime::App;

use super::check::{Row, Secret};
use super::compare::{Trait, differences};
use crate::errors::{OpsError, may_pass};
use crate::passwords;

/// Users written at once.
const IN_FLIGHT: usize = 16;
/// How often a write is tried while the table is asked for too much, and the first pause,
/// which doubles each time.
const TRIES: u32 = 7;
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// What became of the rows.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// Users made.
    pub(super) created: usize,
    /// Users who existed just as the file says.
    pub(super) unchanged: usize,
    /// Users who exist otherwise, and were left as they are; in the order of the file.
    pub(super) differing: Vec<Difference>,
}

/// A user who exists otherwise than the file says.
#[derive(Debug)]
pub(super) struct Difference {
    /// Their row.
    pub(super) row: Row,
    /// In what they differ.
    pub(super) traits: Vec<Trait>,
}

enum Outcome {
    Created,
    Unchanged,
    Differs(Difference),
}

/// A row that was looked at.
enum Looked {
    New(Row, PhcString),
    Done(Outcome),
}

impl Totals {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Differs(difference) => self.differing.push(difference),
        }
    }

    /// How many rows there were.
    pub(super) fn rows(&self) -> usize {
        self.created + self.unchanged + self.differing.len()
    }
}

/// Makes those users of the rows that don't exist.
///
/// # Errors
/// [`OpsError::Failed`] at the first failure that doesn't pass; running it again goes on from
/// there.
pub(super) async fn write(
    app: &App,
    practice: &Practice,
    rows: Vec<Row>,
) -> Result<Totals, OpsError> {
    let count = rows.len();
    let ids: Vec<_> = rows.iter().map(|row| row.user_id.clone()).collect();
    let existing = find_users(app, &ids).await?;
    let progress = progress_bar(count);
    let mut totals = Totals::default();
    {
        let outcomes = outcomes(app, practice, rows, existing);
        let interruption = tokio::signal::ctrl_c();
        tokio::pin!(outcomes, interruption);
        loop {
            let outcome = tokio::select! {
                outcome = outcomes.next() => outcome,
                _ = &mut interruption => Some(Err(OpsError::failed(
                    "it was interrupted; run the same again to go on",
                ))),
            };
            match outcome {
                Some(Ok(outcome)) => totals.add(outcome),
                Some(Err(error)) => {
                    // The error begins a line of its own, and says how far it came.
                    progress.finish_and_clear();
                    return Err(stopped(&totals, count, error));
                }
                None => break,
            }
            progress.inc(1);
        }
    }
    progress.finish_and_clear();
    totals
        .differing
        .sort_by_key(|difference| difference.row.line);
    Ok(totals)
}

fn outcomes(
    app: &App,
    practice: &Practice,
    rows: Vec<Row>,
    mut existing: HashMap<UserId, User>,
) -> impl Stream<Item = Result<Outcome, OpsError>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    stream::iter(rows)
        .map(move |row| {
            let user = existing.remove(&row.user_id);
            look(app, practice, row, user)
        })
        .buffer_unordered(cores)
        .map(move |looked| async move {
            match looked? {
                Looked::New(row, hash) => create(app, practice, row, &hash).await,
                Looked::Done(outcome) => Ok(outcome),
            }
        })
        .buffer_unordered(IN_FLIGHT)
}

/// Hashes the password of a row whose user is new, or compares it with the user.
async fn look(
    app: &App,
    practice: &Practice,
    row: Row,
    user: Option<User>,
) -> Result<Looked, OpsError> {
    if let Some(user) = user {
        return Ok(Looked::Done(compare(practice, row, &user).await?));
    }
    let hash = match &row.secret {
        Secret::Hash(hash) => hash.clone(),
        Secret::Password(password) => passwords::hash(app, password.clone()).await?,
    };
    Ok(Looked::New(row, hash))
}

async fn compare(practice: &Practice, row: Row, user: &User) -> Result<Outcome, OpsError> {
    let traits = differences(&row, user, practice).await?;
    Ok(if traits.is_empty() {
        Outcome::Unchanged
    } else {
        Outcome::Differs(Difference { row, traits })
    })
}

async fn create(
    app: &App,
    practice: &Practice,
    row: Row,
    hash: &PhcString,
) -> Result<Outcome, OpsError> {
    let new = NewUser {
        practice,
        email: &row.email,
        name: &row.name,
        role: row.role,
        password: hash,
        disabled: false,
    };
    for attempt in 1.. {
        match create_user(app, &new).await {
            Ok(_) => return Ok(Outcome::Created),
            Err(AdminError::EmailInUse) => break,
            Err(AdminError::Store(error)) if attempt < TRIES && may_pass(&error) => {
                tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(attempt - 1)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    // Somebody else made the user meanwhile, or a try that seemed to fail did after all.
    let user = find_user(app, &row.user_id).await?;
    match compare(practice, row, &user).await? {
        Outcome::Unchanged if user.password == hash.as_str() => Ok(Outcome::Created),
        outcome => Ok(outcome),
    }
}

fn stopped(totals: &Totals, count: usize, error: OpsError) -> OpsError {
    match error {
        OpsError::Failed(text) => OpsError::Failed(format!(
            "stopped after {} of {count} rows, which are done and will be skipped: {text}",
            totals.rows()
        )),
        other => other,
    }
}

/// A bar on standard error, if that is a terminal.
fn progress_bar(count: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX));
    let template = "{bar:32} {human_pos} of {human_len}, {per_sec:0}, {eta} left";
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
