//! Gateway events, made fit for the adapter that turns them into requests.
//!
//! It builds a URL from what the event says of host, path and query, and panics where that is
//! none; which ends the process, and with it what Lambda had kept warm. None of them comes
//! from the gateway in such a form, but some of it comes from clients.

use lambda_http::request::LambdaRequest;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What no query may hold (RFC 3986 §3.4).
const NOT_IN_QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// The same event, with a path and a query that are valid whatever they were, and without a
/// host, which no function asks for.
#[must_use]
pub fn fit(event: LambdaRequest) -> LambdaRequest {
    let LambdaRequest::ApiGatewayV2(mut event) = event else {
        return event;
    };
    event.headers.remove(http::header::HOST);
    event.request_context.domain_name = None;
    let path = event.raw_path.unwrap_or_default();
    event.raw_path = Some(match path.strip_prefix('/') {
        Some(_) => path,
        None => format!("/{path}"),
    });
    event.raw_query_string = event
        .raw_query_string
        .map(|query| utf8_percent_encode(&query, NOT_IN_QUERY).to_string());
    LambdaRequest::ApiGatewayV2(event)
}
