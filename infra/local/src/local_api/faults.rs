//! `/_local/faults`: trouble on demand, and what it leaves behind.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::{BadRequest, Local, read};
use crate::faults::Fault;
use crate::reply;

/// `GET`: the faults with calls still to come.
pub(super) async fn list(State(local): State<Arc<Local>>) -> Response {
    reply::json(StatusCode::OK, &json!({"faults": local.aws.faults.list()}))
}

/// `POST`: sets one more.
pub(super) async fn add(
    State(local): State<Arc<Local>>,
    body: Bytes,
) -> Result<Response, BadRequest> {
    let fault: Fault = read(&body)?;
    local.aws.faults.add(fault.clone()).map_err(BadRequest)?;
    Ok(reply::json(StatusCode::CREATED, &fault))
}

/// `DELETE`: clears them. The trouble is over, so what failed in it is tried again.
pub(super) async fn clear(State(local): State<Arc<Local>>) -> Response {
    local.aws.faults.clear();
    local.streams.redrive();
    reply::no_content()
}

/// `GET /_local/dead-letters`: stream records given up on.
pub(super) async fn dead_letters(State(local): State<Arc<Local>>) -> Response {
    local.streams.settle().await;
    reply::json(
        StatusCode::OK,
        &json!({"records": local.streams.dead_letters()}),
    )
}
