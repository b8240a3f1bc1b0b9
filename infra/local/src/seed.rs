//! The table, the demo practices, and what the operator's tool can do to users.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use twostep::aws::Aws;
use twostep::domain::ids::UserId;
use twostep::domain::password::{self, Password, PhcString};
use twostep::domain::practice::Practice;
use twostep::domain::user::Role;
use twostep::flows::admin::{self, AdminError};
use twostep::runtime::App;

use crate::environment::{Environment, INTERNAL};

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

impl DemoUser {
    /// The role as the API writes it.
    #[must_use]
    pub const fn role_name(&self) -> &'static str {
        match self.role {
            Role::FullAccess => "full_access",
            Role::Standard => "standard",
        }
    }
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

/// A user to be made, with the practice if its name is new.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    practice: String,
    email: String,
    name: String,
    role: Role,
    /// The demo password if there is none.
    password: Option<String>,
    #[serde(default)]
    disabled: bool,
}

/// What is to change about a user.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    password: Option<String>,
    disabled: Option<bool>,
    role: Option<Role>,
}

/// A user that was made.
#[derive(Debug, Serialize)]
pub(crate) struct Created {
    user_id: String,
    practice_id: String,
}

/// What the operator's tool does, done to the tables of the stack.
#[derive(Clone)]
pub(crate) struct Operator {
    app: App,
    /// Hash of the demo password, made once: it takes a while.
    demo_password: Arc<OnceCell<PhcString>>,
}

impl Operator {
    /// The operator of the stack.
    pub(crate) fn new(environment: &Environment) -> Self {
        let aws = Aws::local(&environment.aws_url(INTERNAL));
        let app = App::new(environment.config.clone(), environment.clock.clone(), &aws);
        Self {
            app,
            demo_password: Arc::default(),
        }
    }

    /// Makes the table and the keyring if there are none, and in `demo` the demo users who
    /// aren't there yet.
    pub(crate) async fn prepare(&self, demo: bool) -> Result<(), AdminError> {
        self.app.store.create_table().await?;
        if self.app.store.keyring_keys().await?.is_empty() {
            admin::rotate_keyring(&self.app).await?;
        }
        if demo {
            for user in DEMO_USERS {
                self.seed(user).await?;
            }
        }
        Ok(())
    }

    async fn seed(&self, user: DemoUser) -> Result<(), AdminError> {
        let new = NewUser {
            practice: user.practice.to_owned(),
            email: user.email.to_owned(),
            name: user.name.to_owned(),
            role: user.role,
            password: None,
            disabled: false,
        };
        match self.create_user(new).await {
            Ok(_) | Err(AdminError::EmailInUse) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes a user, and the practice if its name is new.
    pub(crate) async fn create_user(&self, user: NewUser) -> Result<Created, AdminError> {
        let practice = self.practice(&user.practice).await?;
        let password = self.hash(user.password.as_deref()).await?;
        let new = admin::NewUser {
            practice: &practice,
            email: &user.email,
            name: &user.name,
            role: user.role,
            password: &password,
            disabled: user.disabled,
        };
        let made = admin::create_user(&self.app, &new).await?;
        Ok(Created {
            user_id: made.user_id.as_str().to_owned(),
            practice_id: made.practice_id.as_str().to_owned(),
        })
    }

    /// Changes user `user_id`.
    pub(crate) async fn change_user(
        &self,
        user_id: &str,
        change: UserChange,
    ) -> Result<(), AdminError> {
        let id = UserId::parse(user_id).ok_or(AdminError::NoSuchUser)?;
        let password = match &change.password {
            Some(text) => Some(self.hash(Some(text)).await?),
            None => None,
        };
        let change = admin::UserChange {
            password: password.as_ref(),
            disabled: change.disabled,
            role: change.role,
        };
        admin::change_user(&self.app, &id, change).await
    }

    /// The practice with this name, made if there is none.
    async fn practice(&self, name: &str) -> Result<Practice, AdminError> {
        let mut page = self.app.store.practices(None).await?;
        loop {
            if let Some(found) = page
                .items
                .into_iter()
                .find(|practice| practice.name == name)
            {
                return Ok(found);
            }
            let Some(next) = page.next else { break };
            page = self.app.store.practices(Some(&next)).await?;
        }
        admin::create_practice(&self.app, name).await
    }

    async fn hash(&self, password: Option<&str>) -> Result<PhcString, AdminError> {
        match password {
            None | Some(DEMO_PASSWORD) => {
                let hash = || self.hash_now(DEMO_PASSWORD);
                self.demo_password.get_or_try_init(hash).await.cloned()
            }
            Some(other) => self.hash_now(other).await,
        }
    }

    async fn hash_now(&self, password: &str) -> Result<PhcString, AdminError> {
        let invalid =
            |error: &dyn std::fmt::Display| AdminError::Invalid(format!("the password {error}"));
        let password = Password::new(password).map_err(|error| invalid(&error))?;
        let salt = self.app.random.bytes();
        tokio::task::spawn_blocking(move || password::hash(&password, salt))
            .await
            .map_err(|error| invalid(&error))?
            .map_err(|error| invalid(&error))
    }
}
