//! `user` and `reset-2fa`: one user at a time.

use serde::Serialize;
use twostep::domain::contact::EmailAddress;
use twostep::domain::ids::UserId;
use twostep::domain::user::{Role, User, WhitelistMode};
use twostep::flows::admin::users::find_user;
use twostep::flows::admin::{
    self, AdminError, Locks, NewUser, UserChange, change_user, create_user, find_locks, list_users,
    unlock_user,
};
use twostep::runtime::App;

use crate::cli::{Connection, NewUserArgs, Reset, UserCommand};
use crate::confirm::confirm;
use crate::connect::Target;
use crate::errors::OpsError;
use crate::output::{Output, columns, facts};
use crate::passwords::{hash, read_new_password};
use crate::views::{LocksView, MethodView, PracticeName, UserView, role_name};
use crate::{import, practices};

#[derive(Serialize)]
struct Shown {
    user: UserView,
}

#[derive(Serialize)]
struct ShownWithLocks {
    user: UserView,
    locks: LocksView,
}

#[derive(Serialize)]
struct Listed {
    practice: PracticeName,
    users: Vec<UserView>,
}

/// Does a `user` command.
///
/// # Errors
/// [`OpsError`].
pub(crate) async fn run(
    connection: &Connection,
    command: UserCommand,
    output: Output,
) -> Result<(), OpsError> {
    // A file with faults is refused before anything is connected to.
    if let UserCommand::Import(arguments) = command {
        return import::run(connection, &arguments, output).await;
    }
    let app = Target::connect(connection).await?.app();
    match command {
        UserCommand::Import(_) => Ok(()),
        UserCommand::Create(new) => create(&app, new, output).await,
        UserCommand::List { practice } => list(&app, &practice, output).await,
        UserCommand::Show(who) => show(&app, &who.email, output).await,
        UserCommand::SetPassword {
            who,
            password,
            consent,
        } => {
            let user = find(&app, &who.email).await?;
            let what = format!("Set a new password for {}", described(&user));
            confirm(&consent, &what)?;
            let password = hash(&app, read_new_password(&password)?).await?;
            let change = UserChange {
                password: Some(&password),
                ..UserChange::default()
            };
            change_and_show(&app, &user, change, "The new password is set.", output).await
        }
        UserCommand::SetRole { who, role } => {
            let user = find(&app, &who.email).await?;
            let change = UserChange {
                role: Some(role.into()),
                ..UserChange::default()
            };
            change_and_show(&app, &user, change, "The role is set.", output).await
        }
        UserCommand::Disable { who, consent } => {
            let user = find(&app, &who.email).await?;
            confirm(&consent, &format!("Disable {}", described(&user)))?;
            set_disabled(&app, &user, true, output).await
        }
        UserCommand::Enable(who) => {
            let user = find(&app, &who.email).await?;
            set_disabled(&app, &user, false, output).await
        }
        UserCommand::Unlock(who) => unlock(&app, &who.email, output).await,
    }
}

async fn create(app: &App, new: NewUserArgs, output: Output) -> Result<(), OpsError> {
    // What would refuse the user is looked for before a password is asked for.
    if find(app, &new.email).await.is_ok() {
        return Err(AdminError::EmailInUse.into());
    }
    let found = if new.create_practice {
        None
    } else {
        Some(practices::find(app, &new.practice).await?)
    };
    let password = hash(app, read_new_password(&new.password)?).await?;
    let practice = match found {
        Some(practice) => practice,
        // Last, since no practice can be taken back.
        None => practices::find_or_create(app, &new.practice).await?,
    };
    let new = NewUser {
        practice: &practice,
        email: new.email.as_str(),
        name: &new.name,
        role: new.role.into(),
        password: &password,
        disabled: false,
    };
    let user = create_user(app, &new).await?;
    show_user(app, &user, "The user is made.", output);
    Ok(())
}

async fn list(app: &App, practice: &str, output: Output) -> Result<(), OpsError> {
    let practice = practices::find(app, practice).await?;
    let now = app.clock.now();
    let users = list_users(app, &practice.practice_id).await?;
    let listed = Listed {
        practice: PracticeName::from(&practice),
        users: users.iter().map(|user| UserView::new(user, now)).collect(),
    };
    output.show(&listed, |listed| {
        if listed.users.is_empty() {
            return format!("{} has no users yet.", listed.practice.name);
        }
        let header = ["E-MAIL", "NAME", "ROLE", "METHODS", "LAST SIGN-IN", ""];
        columns(header, listed.users.iter().map(row))
    });
    Ok(())
}

fn row(user: &UserView) -> [String; 6] {
    [
        user.email.clone(),
        user.name.clone(),
        role_name(user.role).to_owned(),
        method_names(&user.methods),
        user.last_login_at.clone().unwrap_or_else(never),
        if user.disabled { "disabled" } else { "" }.to_owned(),
    ]
}

async fn show(app: &App, email: &EmailAddress, output: Output) -> Result<(), OpsError> {
    let (user, locks) = find_locks(app, &UserId::of_email(email.as_str())).await?;
    let shown = ShownWithLocks {
        user: UserView::new(&user, app.clock.now()),
        locks: LocksView::from(&locks),
    };
    output.show(&shown, |shown| {
        let mut lines = user_facts(&shown.user);
        lines.extend(locks_facts(&locks));
        facts(lines)
    });
    Ok(())
}

async fn set_disabled(
    app: &App,
    user: &User,
    disabled: bool,
    output: Output,
) -> Result<(), OpsError> {
    let change = UserChange {
        disabled: Some(disabled),
        ..UserChange::default()
    };
    let done = match (disabled, user.disabled == disabled) {
        (true, true) => "The user was disabled already.",
        (true, false) => "The user is disabled; all their sessions have ended.",
        (false, true) => "The user was not disabled.",
        (false, false) => "The user can sign in again.",
    };
    change_and_show(app, user, change, done, output).await
}

async fn change_and_show(
    app: &App,
    user: &User,
    change: UserChange<'_>,
    done: &str,
    output: Output,
) -> Result<(), OpsError> {
    change_user(app, &user.user_id, change).await?;
    let user = find_user(app, &user.user_id).await?;
    show_user(app, &user, done, output);
    Ok(())
}

async fn unlock(app: &App, email: &EmailAddress, output: Output) -> Result<(), OpsError> {
    let user = unlock_user(app, &UserId::of_email(email.as_str())).await?;
    show_user(app, &user, "All locks of the user have ended.", output);
    Ok(())
}

/// Support's reset.
///
/// # Errors
/// [`OpsError`].
pub(crate) async fn reset_two_factor(
    app: &App,
    reset: Reset,
    output: Output,
) -> Result<(), OpsError> {
    let user = find(app, &reset.who.email).await?;
    let what = format!(
        "Take all two-factor methods ({}) away from {}",
        method_names(&UserView::new(&user, app.clock.now()).methods),
        described(&user)
    );
    confirm(&reset.consent, &what)?;
    let user = admin::reset_two_factor(app, &user.user_id, &reset.reason).await?;
    let done = "Two-factor sign-in is reset. The user and the practice's Full Access users are \
                told by e-mail.";
    show_user(app, &user, done, output);
    Ok(())
}

async fn find(app: &App, email: &EmailAddress) -> Result<User, OpsError> {
    Ok(find_user(app, &UserId::of_email(email.as_str())).await?)
}

fn described(user: &User) -> String {
    let role = match user.role {
        Role::FullAccess => "Full Access",
        Role::Standard => "Standard",
    };
    format!(
        "{} <{}>, {role} at {}",
        user.name, user.email, user.practice_name
    )
}

fn show_user(app: &App, user: &User, done: &str, output: Output) {
    let shown = Shown {
        user: UserView::new(user, app.clock.now()),
    };
    output.show(&shown, |shown| {
        format!("{done}\n\n{}", facts(user_facts(&shown.user)))
    });
}

fn user_facts(user: &UserView) -> Vec<(&'static str, String)> {
    let whitelist = match user.whitelist {
        WhitelistMode::Always => "asked at every sign-in",
        WhitelistMode::NewAddressesOnly => "asked at new addresses only",
    };
    vec![
        ("E-mail", user.email.clone()),
        ("Name", user.name.clone()),
        ("ID", user.id.clone()),
        ("Role", role_name(user.role).to_owned()),
        (
            "Practice",
            format!("{} ({})", user.practice.name, user.practice.id),
        ),
        (
            "Disabled",
            if user.disabled { "yes" } else { "no" }.to_owned(),
        ),
        ("Methods", methods_text(&user.methods)),
        ("Code", whitelist.to_owned()),
        ("Remembered devices", user.remembered_devices.to_string()),
        ("Known addresses", user.known_addresses.to_string()),
        ("Made", user.created_at.clone()),
        (
            "Last sign-in",
            user.last_login_at.clone().unwrap_or_else(never),
        ),
    ]
}

fn locks_facts(locks: &Locks) -> [(&'static str, String); 3] {
    let until = |time: Option<twostep::clock::Timestamp>| {
        time.map_or_else(
            || "no".to_owned(),
            |time| format!("until {}", time.rfc3339()),
        )
    };
    let suspended: Vec<_> = locks.suspended.iter().map(|kind| kind.as_str()).collect();
    let suspended = match suspended.as_slice() {
        [] => "none".to_owned(),
        some => some.join(", "),
    };
    [
        ("Password refused", until(locks.password_until)),
        ("Codes refused", until(locks.codes_until)),
        ("Suspended methods", suspended),
    ]
}

fn methods_text(methods: &[MethodView]) -> String {
    let text = |method: &MethodView| {
        let destination = method.destination.as_deref();
        let to = destination.map_or_else(String::new, |to| format!(" to {to}"));
        let primary = if method.primary { " (primary)" } else { "" };
        format!("{}{to}{primary}", method.kind.as_str())
    };
    match methods {
        [] => "none".to_owned(),
        some => some.iter().map(text).collect::<Vec<_>>().join(", "),
    }
}

fn method_names(methods: &[MethodView]) -> String {
    match methods {
        [] => "none".to_owned(),
        some => some
            .iter()
            .map(|m| m.kind.as_str())
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn never() -> String {
    "never".to_owned()
}
