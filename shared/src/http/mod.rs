//! HTTP: what comes in, what goes out, and what every request goes through.

pub mod cookies;
pub mod json;
mod mapping;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod problem;
pub mod request;
pub mod views;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ORIGIN, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, StatusCode};
use tracing::{error, info};

use self::problem::{Code, Problem};
use self::request::MOST_BODY_BYTES;
use crate::runtime::{ANSWER_WITHIN, App};

/// Completes a function's routes: limits, the check of origins, the time limit, headers, the
/// log line, and the gateway's answer to paths it doesn't have.
pub fn serve(app: App, routes: Router<App>) -> Router {
    routes
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_route)
        // A little more than a body may have, so that a larger one is read as such.
        .layer(DefaultBodyLimit::max(2 * MOST_BODY_BYTES))
        .layer(from_fn_with_state(app.clone(), every_request))
        .with_state(app)
}

/// What API Gateway answers to a route it doesn't have, should one ever get here.
async fn unknown_route() -> Response {
    let headers = [(CONTENT_TYPE, "application/json")];
    (
        StatusCode::NOT_FOUND,
        headers,
        Body::from(r#"{"message":"Not Found"}"#),
    )
        .into_response()
}

async fn every_request(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unknown".to_owned(), |path| path.as_str().to_owned());
    let mut response = if origin_allowed(&app, &request) {
        match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                error!(%method, route, "no answer in time");
                Problem::unavailable().into_response()
            }
        }
    } else {
        Problem::from(Code::OriginNotAllowed).into_response()
    };
    let outcome = response
        .extensions()
        .get::<Code>()
        .map_or("ok", |code| code.as_str());
    info!(%method, route, status = response.status().as_u16(), outcome, "answered");
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=63072000; includeSubDomains"),
    );
    response
}

/// A request with an `Origin` must come from one of the configured front ends.
fn origin_allowed(app: &App, request: &Request) -> bool {
    let mut origins = request.headers().get_all(ORIGIN).into_iter();
    origins.all(|origin| {
        app.config
            .allowed_origins
            .iter()
            .any(|allowed| origin == allowed.as_str())
    })
}
