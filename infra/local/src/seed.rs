//! The table, the demo practices, and what the operator's tool can do to users.

use dynoxide::errors::DynoxideError;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::aws::database::Database;
use crate::environment::TABLE_NAME;

/// The password of every demo user.
pub const DEMO_PASSWORD: &str = "correct horse battery staple";

/// A demo user.
#[derive(Clone, Copy, Debug)]
pub struct DemoUser {
    /// E-mail address to sign in with.
    pub email: &'static str,
    /// Name of the person.
    pub name: &'static str,
    /// Name of the practice.
    pub practice: &'static str,
    /// What the user may do.
    pub role: Role,
}

/// The demo users, none with a method enabled.
pub const DEMO_USERS: [DemoUser; 5] = [
    demo_user(
        "admin@harbour.test",
        "Alex Hart",
        "Harbour Clinic",
        Role::FullAccess,
    ),
    demo_user(
        "desk@harbour.test",
        "Dana Reed",
        "Harbour Clinic",
        Role::Standard,
    ),
    demo_user(
        "nurse@harbour.test",
        "Noor Aziz",
        "Harbour Clinic",
        Role::Standard,
    ),
    demo_user(
        "admin@summit.test",
        "Avery Lane",
        "Summit Physio",
        Role::FullAccess,
    ),
    demo_user(
        "desk@summit.test",
        "Devon Cole",
        "Summit Physio",
        Role::Standard,
    ),
];

const fn demo_user(
    email: &'static str,
    name: &'static str,
    practice: &'static str,
    role: Role,
) -> DemoUser {
    DemoUser {
        email,
        name,
        practice,
        role,
    }
}

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Also manages the other users of the practice.
    FullAccess,
    /// Only manages their own sign-in.
    Standard,
}

impl Role {
    /// The role as the API writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FullAccess => "full_access",
            Self::Standard => "standard",
        }
    }
}

/// A user to be made, with the practice if its name is new.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "for the operator's flows, which are yet to be called"
)]
pub(crate) struct NewUser {
    pub(crate) practice: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) role: Role,
    /// The demo password if there is none.
    pub(crate) password: Option<String>,
    #[serde(default)]
    pub(crate) disabled: bool,
}

/// What is to change about a user.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "for the operator's flows, which are yet to be called"
)]
pub(crate) struct UserChange {
    pub(crate) password: Option<String>,
    pub(crate) disabled: Option<bool>,
    pub(crate) role: Option<Role>,
}

/// A user that was made.
#[derive(Debug, Serialize)]
pub(crate) struct Created {
    pub(crate) user_id: String,
    pub(crate) practice_id: String,
}

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
#[expect(
    dead_code,
    reason = "for the operator's flows, which are yet to be called"
)]
pub(crate) enum OperatorError {
    #[error("the e-mail address is in use")]
    EmailInUse,
    #[error("there is no such user")]
    NotFound,
    #[error("{0}")]
    Invalid(String),
    #[error("{0}")]
    Failed(String),
}

/// What the operator's tool does, done to the tables of the stack.
#[derive(Clone)]
pub(crate) struct Operator {
    database: Database,
}

impl Operator {
    /// The operator of `database`.
    pub(crate) const fn new(database: Database) -> Self {
        Self { database }
    }

    /// Makes the table if there is none, and in `demo` the demo users who aren't there yet.
    pub(crate) async fn prepare(&self, demo: bool) -> Result<(), OperatorError> {
        self.create_table().await?;
        if demo {
            for user in DEMO_USERS {
                tracing::debug!(
                    user.email,
                    user.practice,
                    role = user.role.as_str(),
                    "seeding"
                );
            }
        }
        Ok(())
    }

    async fn create_table(&self) -> Result<(), OperatorError> {
        let request = json!({
            "TableName": TABLE_NAME,
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            "BillingMode": "PAY_PER_REQUEST",
            "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_IMAGE"},
        });
        let request = serde_json::from_value(request).map_err(|error| failed(&error))?;
        match self
            .database
            .run(move |engine| engine.create_table(request))
            .await
        {
            Ok(_) | Err(DynoxideError::ResourceInUseException(_)) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }

    /// Makes a user, and the practice if its name is new.
    pub(crate) async fn create_user(&self, user: NewUser) -> Result<Created, OperatorError> {
        let _ = user;
        Err(OperatorError::Failed("users can't be made yet".to_owned()))
    }

    /// Changes user `user_id`.
    pub(crate) async fn change_user(
        &self,
        user_id: &str,
        change: UserChange,
    ) -> Result<(), OperatorError> {
        let _ = (user_id, change);
        Err(OperatorError::Failed(
            "users can't be changed yet".to_owned(),
        ))
    }
}

fn failed(error: &impl ToString) -> OperatorError {
    OperatorError::Failed(error.to_string())
}
