//! `practice`: making practices, and finding the one that is meant.

use serde::Serialize;
use twostep::domain::ids::PracticeId;
use twostep::domain::practice::Practice;
use twostep::domain::user::Role;
use twostep::flows::admin::practices::find_practice;
use twostep::flows::admin::{AdminError, create_practice, list_practices, list_users};
use twostep::runtime::App;

use crate::cli::PracticeCommand;
use crate::errors::OpsError;
use crate::output::{Output, columns, facts};
use crate::views::{PracticeDetails, PracticeView};

#[derive(Serialize)]
struct Shown<T> {
    practice: T,
}

#[derive(Serialize)]
struct Listed {
    practices: Vec<PracticeView>,
}

/// Does a `practice` command.
///
/// # Errors
/// [`OpsError`].
pub(crate) async fn run(
    app: &App,
    command: PracticeCommand,
    output: Output,
) -> Result<(), OpsError> {
    match command {
        PracticeCommand::Create {
            name,
            allow_same_name,
        } => create(app, &name, allow_same_name, output).await,
        PracticeCommand::List => list(app, output).await,
        PracticeCommand::Show { practice } => show(app, &practice, output).await,
    }
}

async fn create(
    app: &App,
    name: &str,
    allow_same_name: bool,
    output: Output,
) -> Result<(), OpsError> {
    if !allow_same_name && let Some(same) = named(app, name).await?.first() {
        return Err(OpsError::failed(format!(
            "there is a practice of this name already: {} ({}); use --allow-same-name to make \
             another",
            same.name,
            same.practice_id.as_str()
        )));
    }
    let practice = create_practice(app, name).await?;
    let shown = Shown {
        practice: PracticeView::from(&practice),
    };
    output.show(&shown, |shown| {
        format!("Made {} ({}).", shown.practice.name, shown.practice.id)
    });
    Ok(())
}

async fn list(app: &App, output: Output) -> Result<(), OpsError> {
    let practices = list_practices(app).await?;
    let listed = Listed {
        practices: practices.iter().map(PracticeView::from).collect(),
    };
    output.show(&listed, |listed| {
        if listed.practices.is_empty() {
            return "There are no practices yet.".to_owned();
        }
        let row = |p: &PracticeView| [p.id.clone(), p.created_at.clone(), p.name.clone()];
        columns(["ID", "MADE", "NAME"], listed.practices.iter().map(row))
    });
    Ok(())
}

async fn show(app: &App, reference: &str, output: Output) -> Result<(), OpsError> {
    let practice = find(app, reference).await?;
    let users = list_users(app, &practice.practice_id).await?;
    let full_access = users.iter().filter(|user| user.role == Role::FullAccess);
    let without_method = users.iter().filter(|user| !user.methods.any_enabled());
    let details = PracticeDetails {
        practice: PracticeView::from(&practice),
        new_login_alerts: practice.new_login_alerts,
        users: users.len(),
        without_method: without_method.count(),
        disabled: users.iter().filter(|user| user.disabled).count(),
        full_access: full_access.map(|user| user.email.clone()).collect(),
    };
    output.show(&Shown { practice: details }, |shown| {
        details_text(&shown.practice)
    });
    Ok(())
}

fn details_text(details: &PracticeDetails) -> String {
    use twostep::domain::practice::NewLoginAlerts::{Off, User, UserAndFullAccess};
    let alerts = match details.new_login_alerts {
        Off => "off",
        User => "to the user",
        UserAndFullAccess => "to the user and Full Access",
    };
    let users = format!(
        "{}, of them {} without a method and {} disabled",
        details.users, details.without_method, details.disabled
    );
    let full_access = match details.full_access.as_slice() {
        [] => "nobody".to_owned(),
        some => some.join(", "),
    };
    facts([
        ("ID", details.practice.id.clone()),
        ("Name", details.practice.name.clone()),
        ("Made", details.practice.created_at.clone()),
        ("New Login Alerts", alerts.to_owned()),
        ("Users", users),
        ("Full Access", full_access),
    ])
}

/// The practice with this id, or else the only one of this name (whatever its case).
///
/// # Errors
/// [`OpsError::Failed`] if there is none, or several are of this name.
pub(crate) async fn find(app: &App, reference: &str) -> Result<Practice, OpsError> {
    lookup(app, reference).await?.ok_or_else(|| {
        OpsError::failed(format!(
            "there is no practice {reference:?}: look through `cargo ops practice list`"
        ))
    })
}

/// As [`find`]; a practice of this name is made if there is none.
///
/// # Errors
/// [`OpsError::Failed`] if several are of this name, or it can't be a practice's name.
pub(crate) async fn find_or_create(app: &App, reference: &str) -> Result<Practice, OpsError> {
    if let Some(practice) = lookup(app, reference).await? {
        return Ok(practice);
    }
    if may_be_id(reference) {
        // More likely a mistyped id than a name; and there is no way to take a practice back.
        return Err(OpsError::failed(format!(
            "there is no practice {reference:?}, and it looks like an ID: if it is a name, make \
             it with `cargo ops practice create`"
        )));
    }
    Ok(create_practice(app, reference).await?)
}

async fn lookup(app: &App, reference: &str) -> Result<Option<Practice>, OpsError> {
    if may_be_id(reference) {
        match find_practice(app, &PracticeId::from_text(reference)).await {
            Ok(practice) => return Ok(Some(practice)),
            Err(AdminError::NoSuchPractice) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut found = named(app, reference).await?;
    if found.len() > 1 {
        let ids: Vec<_> = found.iter().map(|p| p.practice_id.as_str()).collect();
        return Err(OpsError::failed(format!(
            "there are several practices {reference:?}: name one by its ID ({})",
            ids.join(", ")
        )));
    }
    // The list knows names and IDs; what has been set since is with the practice itself.
    match found.pop() {
        Some(listed) => Ok(Some(find_practice(app, &listed.practice_id).await?)),
        None => Ok(None),
    }
}

async fn named(app: &App, name: &str) -> Result<Vec<Practice>, OpsError> {
    let wanted = name.trim().to_lowercase();
    let mut practices = list_practices(app).await?;
    practices.retain(|practice| practice.name.to_lowercase() == wanted);
    Ok(practices)
}

/// Whether a text has the form of a practice's id: 16 characters of lower-case base32.
fn may_be_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'))
}
