//! HTTP: what comes in, what goes out, and what every request goes through.

pub mod cookies;
pub mod event;
pub mod json;
mod mapping;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod problem;
pub mod request;
pub mod views;

use aws_smithy_async::rt::sleep::AsyncSleep as _;
use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ORIGIN, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Method, StatusCode};
use lambda_http::RequestExt as _;
use percent_encoding::percent_decode_str;
use tracing::{error, info};

use self::problem::{Code, Problem};
use crate::runtime::{ANSWER_WITHIN, App};
use crate::telemetry::{Metric, with_calls};

/// Bytes a request's body may have.
const MOST_BODY_BYTES: u64 = 8192;

/// Completes a function's routes: limits, the check of origins, the time limit, headers, the
/// log line, and the gateway's answer to paths it doesn't have.
pub fn serve(app: App, routes: Router<App>) -> Router {
    routes
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_route)
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
    let context = request.extensions().get::<lambda_http::Context>();
    let request_id = context.map_or_else(String::new, |context| context.request_id.clone());
    let (cold, function) = (app.telemetry.is_cold(), app.telemetry.function());
    let (mut response, calls) = with_calls(answer(&app, request, next)).await;
    let outcome = outcome(&response);
    count(&app, &method, &route, outcome, cold);
    let status = response.status().as_u16();
    info!(function, %method, route, status, outcome, request_id, %calls, cold, "answered");
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=63072000; includeSubDomains"),
    );
    response
}

/// The handler's answer, unless the request can't be for it or time runs out.
async fn answer(app: &App, request: Request, next: Next) -> Response {
    if !origin_allowed(app, &request) {
        return Problem::from(Code::OriginNotAllowed).into_response();
    }
    if !is_what_was_asked(&request) {
        return unknown_route().await;
    }
    // Here, so that it holds for routes that need no body too.
    if request.body().size_hint().lower() > MOST_BODY_BYTES {
        return Problem::from(Code::BodyTooLarge).into_response();
    }
    tokio::select! {
        biased;
        response = next.run(request) => response,
        () = app.clock.sleep(ANSWER_WITHIN) => {
            error!("no answer in time");
            Problem::unavailable().into_response()
        }
    }
}

/// How a request ended, for logs and metrics: the code of a problem, or what the handler said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome(pub &'static str);

fn outcome(response: &Response) -> &'static str {
    let extensions = response.extensions();
    let problem = extensions.get::<Code>().map(|code| code.as_str());
    problem
        .or_else(|| extensions.get::<Outcome>().map(|outcome| outcome.0))
        .unwrap_or("ok")
}

/// Counts a request for the operator.
fn count(app: &App, method: &Method, route: &str, outcome: &'static str, cold: bool) {
    if cold {
        app.count(Metric::ColdStart);
    }
    match (route, outcome) {
        ("/login", _) | ("/validate", "second_factor") => app.count(Metric::SignIn { outcome }),
        ("/validate", "invalid_code" | "code_already_used") => app.count(Metric::CodeFailure),
        (_, "ok") if method == Method::DELETE && route.contains("/methods") => {
            app.count(Metric::Removal);
        }
        _ => {}
    }
    if outcome == Code::TooManyAttempts.as_str() {
        app.count(Metric::Lock);
    }
}

/// Whether the path that is routed is the one the gateway was asked for. Between the two an
/// address is parsed, which drops `..` and what is invisible at its end: `/methods/sms%00` must
/// not be taken for `/methods/sms`.
fn is_what_was_asked(request: &Request) -> bool {
    let path = request.uri().path();
    let asked = request.extensions().raw_http_path();
    asked == path || percent_decode_str(path).decode_utf8_lossy() == asked
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

#[cfg(test)]
mod tests;
