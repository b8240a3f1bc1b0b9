//! What answers where: AWS at `/_aws`, tools at `/_local`, the gateway everywhere else.

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::any;

use crate::aws::{Aws, BODY_LIMIT};
use crate::gateway::Gateway;
use crate::guard::local_only;
use crate::local_api::{self, Local};
use crate::reply;

/// The whole of the stack; without a `gateway` the functions are elsewhere.
pub(crate) fn router(local: Local, gateway: Option<Gateway>) -> Router {
    let allowed = local.environment.config.allowed_origins.clone();
    let aws = Router::new()
        .route("/_aws/{function}", any(aws_root))
        .route("/_aws/{function}/", any(aws_root))
        .route("/_aws/{function}/{*path}", any(aws_path))
        .route("/_aws", any(|| async { reply::not_found() }))
        .with_state(local.aws.clone());
    let guarded = aws
        .merge(local_api::router(Arc::new(local)))
        .layer(from_fn_with_state(allowed, local_only));
    match gateway {
        Some(gateway) => {
            let gateway = Arc::new(gateway);
            guarded.fallback(async move |request: Request| gateway.handle(request).await)
        }
        None => guarded.fallback(|| async { reply::not_found() }),
    }
}

async fn aws_root(
    State(aws): State<Aws>,
    Path(function): Path<String>,
    request: Request,
) -> Response {
    to_aws(&aws, &function, "", request).await
}

async fn aws_path(
    State(aws): State<Aws>,
    Path((function, path)): Path<(String, String)>,
    request: Request,
) -> Response {
    to_aws(&aws, &function, &path, request).await
}

async fn to_aws(aws: &Aws, function: &str, path: &str, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match to_bytes(body, BODY_LIMIT).await {
        Ok(body) => aws.handle(function, path, &parts.headers, &body).await,
        Err(_) => reply::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
    }
}
