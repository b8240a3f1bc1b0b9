//! The `practice` function: the practice's users and settings, and activity.

#[cfg(feature = "openapi")]
pub mod openapi;

use axum::extract::State;
use axum::routing::get;
use axum::{Json as Answer, Router};
use serde::{Deserialize, Serialize};
use twostep::domain::activity::{Event, EventKind};
use twostep::domain::ids::UserId;
use twostep::domain::method::MethodKind;
use twostep::domain::practice::NewLoginAlerts;
use twostep::domain::user::{Role, User};
use twostep::flows::{activity, alerts, users};
use twostep::http::json::Word;
use twostep::http::problem::Problem;
use twostep::http::request::{After, Client, Credentials, Id, Json};
use twostep::runtime::App;
use twostep::store::query::{Cursor, Page, Paged};

/// The routes of this function.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/users", get(list_users))
        .route("/practice/alerts", get(read_alerts).put(set_alerts))
        .route("/activity", get(own_activity))
        .route("/users/{user_id}/activity", get(colleague_activity));
    twostep::http::serve(app, routes)
}

/// A page of a practice's users.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Users))]
struct UsersView {
    /// The users of this page; it can be short of some, or have none, and not be the last.
    users: Vec<UserView>,
    /// The `cursor` of the next page; there is none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A user of the practice, as Full Access sees them.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = User))]
struct UserView {
    /// Identifier.
    id: String,
    /// Name.
    name: String,
    /// The address the user signs in with.
    email: String,
    /// What they may do in their practice.
    role: Role,
    /// Their enabled methods, the primary one first.
    methods: Vec<UserMethodView>,
    /// When they last signed in.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login_at: Option<String>,
}

/// An enabled method of a user.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = UserMethod))]
struct UserMethodView {
    /// Its kind.
    kind: MethodKind,
    /// Whether it is the one that is asked for first.
    primary: bool,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        let primary = user.methods.primary();
        let methods = user
            .methods
            .enabled()
            .into_iter()
            .map(|method| UserMethodView {
                kind: method.kind(),
                primary: Some(method.kind()) == primary,
            });
        Self {
            id: user.user_id.as_str().to_owned(),
            name: user.name.clone(),
            email: user.email.clone(),
            role: user.role,
            methods: methods.collect(),
            last_login_at: user.last_login_at.map(|at| at.rfc3339()),
        }
    }
}

async fn list_users(
    State(app): State<App>,
    credentials: Credentials,
    after: After,
) -> Result<Answer<UsersView>, Problem> {
    let after = after.cursor(Paged::Users)?;
    let page = users::list(&app, credentials.session()?, after.as_ref()).await?;
    Ok(Answer(UsersView {
        users: page.items.iter().map(UserView::from).collect(),
        next: page.next.as_ref().map(Cursor::as_text),
    }))
}

/// New Login Alerts of a practice.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
struct Alerts {
    /// Who is told by e-mail of a sign-in that comes neither from a remembered device nor from
    /// a known address.
    #[cfg_attr(feature = "openapi", schema(value_type = NewLoginAlerts))]
    new_login_alerts: Word<NewLoginAlerts>,
}

async fn read_alerts(
    State(app): State<App>,
    credentials: Credentials,
) -> Result<Answer<Alerts>, Problem> {
    let new_login_alerts = alerts::read(&app, credentials.session()?).await?;
    Ok(Answer(Alerts {
        new_login_alerts: Word(new_login_alerts),
    }))
}

async fn set_alerts(
    State(app): State<App>,
    Client(origin): Client,
    credentials: Credentials,
    Json(body): Json<Alerts>,
) -> Result<Answer<Alerts>, Problem> {
    let session = credentials.session()?;
    let new_login_alerts = alerts::set(&app, session, body.new_login_alerts.0, &origin).await?;
    Ok(Answer(Alerts {
        new_login_alerts: Word(new_login_alerts),
    }))
}

/// A page of what happened to an account.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Activity))]
struct ActivityView {
    /// The events, newest first.
    events: Vec<EventView>,
    /// The `cursor` of the next page; there is none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Something that happened to an account.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Event))]
struct EventView {
    /// Identifier.
    id: String,
    /// When.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    at: String,
    /// What.
    kind: EventKind,
    /// From which address.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// With what device: "Chrome on Windows".
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    /// Who did it, if it wasn't the account's owner: a name, or "support".
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    /// The method it is about. Of a sign-in the one whose code was passed; none if no code was
    /// asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<MethodKind>,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        Self {
            id: event.id,
            at: event.at.rfc3339(),
            kind: event.kind,
            address: event.address.map(|address| address.to_string()),
            device: event.device,
            actor: event.actor,
            method: event.method,
        }
    }
}

impl From<Page<Event>> for ActivityView {
    fn from(page: Page<Event>) -> Self {
        Self {
            events: page.items.into_iter().map(EventView::from).collect(),
            next: page.next.as_ref().map(Cursor::as_text),
        }
    }
}

async fn own_activity(
    State(app): State<App>,
    credentials: Credentials,
    after: After,
) -> Result<Answer<ActivityView>, Problem> {
    let after = after.cursor(Paged::Activity)?;
    let page = activity::own(&app, credentials.session()?, after.as_ref()).await?;
    Ok(Answer(page.into()))
}

async fn colleague_activity(
    State(app): State<App>,
    credentials: Credentials,
    Id(id): Id,
    after: After,
) -> Result<Answer<ActivityView>, Problem> {
    let after = after.cursor(Paged::Activity)?;
    let (session, colleague) = (credentials.session()?, UserId::parse(&id));
    let page = activity::of_colleague(&app, session, colleague.as_ref(), after.as_ref()).await?;
    Ok(Answer(page.into()))
}
