//! The inbox page.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::reply;
use crate::web::protect;

/// What the page may do: its own files, this origin, and e-mails in frames.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// The page itself.
pub(super) async fn inbox() -> Response {
    page_file(
        "text/html; charset=utf-8",
        include_str!("../../pages/inbox.html"),
    )
}

/// Its styles.
pub(super) async fn styles() -> Response {
    page_file(
        "text/css; charset=utf-8",
        include_str!("../../pages/inbox.css"),
    )
}

/// Its script.
pub(super) async fn script() -> Response {
    page_file(
        "text/javascript; charset=utf-8",
        include_str!("../../pages/inbox.js"),
    )
}

fn page_file(content_type: &'static str, content: &'static str) -> Response {
    let mut response = reply::content(StatusCode::OK, content_type, content);
    let headers = response.headers_mut();
    protect(headers);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
