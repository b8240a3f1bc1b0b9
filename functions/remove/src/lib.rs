//! The `remove` function: removing one's own methods, and resetting colleagues.

#[cfg(feature = "openapi")]
pub mod openapi;

use axum::extract::State;
use axum::routing::delete;
use axum::{Json as Answer, Router};
use http::StatusCode;
use twostep::domain::ids::UserId;
use twostep::domain::method::MethodKind;
use twostep::flows::{remove, reset_colleague};
use twostep::http::problem::Problem;
use twostep::http::request::{Client, Credentials, Id, Kind};
use twostep::http::views::MethodsView;
use twostep::runtime::App;

/// The routes of this function.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/methods/{kind}", delete(remove_own))
        .route("/users/{user_id}/methods", delete(reset_all))
        .route("/users/{user_id}/methods/{kind}", delete(reset_one));
    twostep::http::serve(app, routes)
}

async fn remove_own(
    State(app): State<App>,
    Client(origin): Client,
    credentials: Credentials,
    Kind(kind): Kind,
) -> Result<Answer<MethodsView>, Problem> {
    let own = remove::remove(&app, credentials.session()?, kind, &origin).await?;
    Ok(Answer(MethodsView::from(&own)))
}

async fn reset_all(
    State(app): State<App>,
    client: Client,
    credentials: Credentials,
    id: Id,
) -> Result<StatusCode, Problem> {
    reset(&app, client, &credentials, &id, None).await
}

async fn reset_one(
    State(app): State<App>,
    client: Client,
    credentials: Credentials,
    id: Id,
    Kind(kind): Kind,
) -> Result<StatusCode, Problem> {
    reset(&app, client, &credentials, &id, Some(kind)).await
}

async fn reset(
    app: &App,
    Client(origin): Client,
    credentials: &Credentials,
    Id(id): &Id,
    only: Option<MethodKind>,
) -> Result<StatusCode, Problem> {
    let colleague = UserId::parse(id);
    let session = credentials.session()?;
    reset_colleague::reset(app, session, colleague.as_ref(), only, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
