//! The `practice` function: the practice's users and settings, and activity.

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

#[derive(Serialize)]
struct UsersView {
    users: Vec<UserView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize)]
struct UserView {
    id: String,
    name: String,
    email: String,
    role: Role,
    methods: Vec<UserMethodView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login_at: Option<String>,
}

#[derive(Serialize)]
struct UserMethodView {
    kind: MethodKind,
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

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Alerts {
    new_login_alerts: NewLoginAlerts,
}

async fn read_alerts(
    State(app): State<App>,
    credentials: Credentials,
) -> Result<Answer<Alerts>, Problem> {
    let new_login_alerts = alerts::read(&app, credentials.session()?).await?;
    Ok(Answer(Alerts { new_login_alerts }))
}

async fn set_alerts(
    State(app): State<App>,
    Client(origin): Client,
    credentials: Credentials,
    Json(body): Json<Alerts>,
) -> Result<Answer<Alerts>, Problem> {
    let session = credentials.session()?;
    let new_login_alerts = alerts::set(&app, session, body.new_login_alerts, &origin).await?;
    Ok(Answer(Alerts { new_login_alerts }))
}

#[derive(Serialize)]
struct ActivityView {
    events: Vec<EventView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Serialize)]
struct EventView {
    id: String,
    at: String,
    kind: EventKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
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
