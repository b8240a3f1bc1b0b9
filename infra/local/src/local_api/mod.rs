//! `/_local`: for testers and for people on this machine.

mod clock;
mod faults;
mod inbox;
mod items;
mod pages;
mod reset;
mod usage;
mod users;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use crate::aws::Aws;
use crate::environment::Environment;
use crate::kept::KeptNumber;
use crate::reply;
use crate::runner::Runner;
use crate::seed::Operator;
use crate::streams::Streams;

/// What `/_local` reaches.
pub(crate) struct Local {
    pub(crate) aws: Aws,
    pub(crate) environment: Environment,
    /// Seconds that the clock was moved forward.
    pub(crate) clock_moved: KeptNumber,
    pub(crate) functions: Runner,
    pub(crate) operator: Operator,
    pub(crate) streams: Streams,
    /// Whether a reset brings the demo users back.
    pub(crate) demo: bool,
    /// One reset at a time.
    pub(crate) resetting: Mutex<()>,
}

/// The routes under `/_local`.
pub(crate) fn router(local: Arc<Local>) -> Router {
    Router::new()
        .route("/_local", get(pages::inbox))
        .route("/_local/", get(pages::inbox))
        .route("/_local/inbox.css", get(pages::styles))
        .route("/_local/inbox.js", get(pages::script))
        .route("/_local/messages", get(inbox::list).delete(inbox::clear))
        .route("/_local/messages/{id}/html", get(inbox::html))
        .route("/_local/clock", get(clock::show).post(clock::advance))
        .route(
            "/_local/faults",
            get(faults::list).post(faults::add).delete(faults::clear),
        )
        .route("/_local/usage", get(usage::show).delete(usage::clear))
        .route("/_local/dead-letters", get(faults::dead_letters))
        .route("/_local/users", post(users::create))
        .route("/_local/users/{user_id}", put(users::change))
        .route("/_local/reset", post(reset::reset))
        .route("/_local/items", get(items::page))
        .route(
            "/_local/{*rest}",
            axum::routing::any(|| async { reply::not_found() }),
        )
        .method_not_allowed_fallback(|| async {
            reply::message(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
        })
        .with_state(local)
}

/// A request that can't be understood, and why.
#[derive(Debug)]
struct BadRequest(String);

impl IntoResponse for BadRequest {
    fn into_response(self) -> Response {
        reply::message(StatusCode::BAD_REQUEST, &self.0)
    }
}

/// Reads a JSON body, whatever its content type says.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, BadRequest> {
    serde_json::from_slice(body).map_err(|error| BadRequest(error.to_string()))
}

/// Something that should have worked didn't.
fn failed(error: impl ToString) -> Response {
    reply::message(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
}
