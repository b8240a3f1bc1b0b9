//! `/_local/reset`: as if the stack had just been started.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{Local, failed};
use crate::reply;

/// `POST`: empty tables and inbox, demo users again, real time, no faults, nothing counted.
pub(super) async fn reset(State(local): State<Arc<Local>>) -> Response {
    // On a task of its own: half a reset would be worse than an unheard answer.
    match tokio::spawn(run(local)).await {
        Ok(Ok(())) => reply::no_content(),
        Ok(Err(error)) => failed(error),
        Err(error) => failed(error),
    }
}

async fn run(local: Arc<Local>) -> Result<(), String> {
    let _alone = local.resetting.lock().await;
    local.streams.stop();
    local.aws.faults.clear();
    local.environment.clock.reset();
    local.clock_moved.set(0);
    local
        .aws
        .database
        .erase()
        .await
        .map_err(|error| error.to_string())?;
    local.streams.forget();
    local
        .operator
        .prepare(local.demo)
        .await
        .map_err(|error| error.to_string())?;
    // Functions remember what they read from the old table, so they start afresh.
    local.functions.restart();
    let warm = local.functions.current().warm().await;
    warm.map_err(|error| error.to_string())?;
    local.aws.inbox.clear();
    local.aws.usage.clear();
    local.streams.start();
    Ok(())
}
