//! Keeps web pages of other sites away from what only people and tests on this machine may use.

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::gateway::cors::allowed_origin;
use crate::reply;

/// Lets a request through that a browser can't have been tricked into: it names this machine as
/// its host (or else some site's name was bound to this address), and it comes from no page of
/// another origin.
pub(crate) async fn local_only(
    State(allowed): State<Vec<String>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    if !names_this_machine(headers) {
        return reply::message(StatusCode::FORBIDDEN, "Only for 127.0.0.1 and localhost");
    }
    if headers.contains_key(ORIGIN) && allowed_origin(headers, &allowed).is_none() {
        return reply::message(StatusCode::FORBIDDEN, "Not for pages of another origin");
    }
    next.run(request).await
}

fn names_this_machine(headers: &HeaderMap) -> bool {
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    ["127.0.0.1", "localhost"].contains(&name) && port.parse::<u16>().is_ok()
}
