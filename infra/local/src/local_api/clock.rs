//! `/_local/clock`: the time every function sees.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{BadRequest, Local, read};
use crate::reply;

/// Furthest step: a hundred years.
const FURTHEST: i64 = 100 * 365 * 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: i64,
}

/// `GET`: the time now.
pub(super) async fn show(State(local): State<Arc<Local>>) -> Response {
    let now = local.environment.clock.now().rfc3339();
    reply::json(StatusCode::OK, &json!({"now": now}))
}

/// `POST`: moves the time forward.
pub(super) async fn advance(
    State(local): State<Arc<Local>>,
    body: Bytes,
) -> Result<Response, BadRequest> {
    let Advance { advance_seconds } = read(&body)?;
    if !(0..=FURTHEST).contains(&advance_seconds) {
        return Err(BadRequest(format!(
            "advance_seconds: must be from 0 to {FURTHEST}"
        )));
    }
    local.environment.clock.advance(advance_seconds);
    local.clock_moved.add(advance_seconds);
    Ok(show(State(local)).await)
}
