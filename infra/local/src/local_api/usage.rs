//! `/_local/usage`: AWS requests by function.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::Local;
use crate::reply;

/// `GET`: the requests since the last delete, also those of notices on their way.
pub(super) async fn show(State(local): State<Arc<Local>>) -> Response {
    local.streams.settle().await;
    reply::json(StatusCode::OK, &local.aws.usage.report())
}

/// `DELETE`: starts counting anew.
pub(super) async fn clear(State(local): State<Arc<Local>>) -> Response {
    local.streams.settle().await;
    local.aws.usage.clear();
    reply::no_content()
}
