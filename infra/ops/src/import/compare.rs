//! A row beside the user who exists already.

use serde::Serialize;
use twostep::domain::password::{Password, PhcString, Verdict, verify};
use twostep::domain::practice::Practice;
use twostep::domain::user::User;

use super::check::{Row, Secret};
use crate::errors::OpsError;

/// In what a user can differ from their row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Trait {
    Practice,
    Name,
    Role,
    Password,
}

impl Trait {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Name => "name",
            Self::Role => "role",
            Self::Password => "password",
        }
    }
}

/// In what a user differs from their row; empty if in nothing. Whether they are disabled
/// doesn't count, as no file says it.
///
/// # Errors
/// [`OpsError::Failed`] if the user's password hash can't be read.
pub(super) async fn differences(
    row: &Row,
    user: &User,
    practice: &Practice,
) -> Result<Vec<Trait>, OpsError> {
    let mut differences = Vec::new();
    if user.practice_id != practice.practice_id {
        differences.push(Trait::Practice);
    }
    if user.name != row.name {
        differences.push(Trait::Name);
    }
    if user.role != row.role {
        differences.push(Trait::Role);
    }
    if !has_password(user, &row.secret).await? {
        differences.push(Trait::Password);
    }
    Ok(differences)
}

/// Whether the user has this password, as far as that can be told: a hash that isn't the one
/// stored may have been replaced by a sign-in, and then can't be compared any more.
async fn has_password(user: &User, secret: &Secret) -> Result<bool, OpsError> {
    match secret {
        Secret::Hash(hash) => Ok(hash.as_str() == user.password || user.last_login_at.is_some()),
        Secret::Password(password) => {
            let stored = PhcString::parse(&user.password).map_err(|error| {
                OpsError::failed(format!("the stored password of {} {error}", user.email))
            })?;
            Ok(is_right(password.clone(), stored).await)
        }
    }
}

async fn is_right(password: Password, stored: PhcString) -> bool {
    let verdict = tokio::task::spawn_blocking(move || verify(&password, &stored)).await;
    matches!(verdict, Ok(Verdict::Right | Verdict::RightButOutdated))
}
