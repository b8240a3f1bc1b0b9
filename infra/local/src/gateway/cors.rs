//! Cross-origin requests, answered as an HTTP API with a CORS configuration answers them: the
//! gateway alone decides, functions have no say.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::response::Response;

use crate::reply;
use crate::routes::METHODS;

const HEADERS: &str = "authorization,content-type";
const EXPOSED: &str = "retry-after";
const MAX_AGE: &str = "3600";

/// The answer to a pre-flight request; nothing if `method` and `headers` are of any other.
pub(crate) fn pre_flight(
    method: &Method,
    headers: &HeaderMap,
    allowed: &[String],
) -> Option<Response> {
    let is_pre_flight = *method == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if !is_pre_flight {
        return None;
    }
    let mut response = reply::no_content();
    if let Some(origin) = allowed_origin(headers, allowed) {
        let answer = response.headers_mut();
        allow(answer, origin);
        answer.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static(METHODS),
        );
        answer.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(HEADERS),
        );
        answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    }
    Some(response)
}

/// Adds to an answer what lets a page of an allowed origin read it. What the function itself
/// says about CORS is dropped.
pub(crate) fn decorate(answer: &mut HeaderMap, origin: Option<HeaderValue>) {
    let own: Vec<HeaderName> = answer
        .keys()
        .filter(|name| name.as_str().starts_with("access-control-"))
        .cloned()
        .collect();
    for name in own {
        answer.remove(name);
    }
    if let Some(origin) = origin {
        allow(answer, origin);
    }
}

/// The origin of the request, if it is one of the `allowed`.
pub(crate) fn allowed_origin(headers: &HeaderMap, allowed: &[String]) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    allowed
        .iter()
        .any(|allowed| allowed.as_bytes() == origin.as_bytes())
        .then(|| origin.clone())
}

fn allow(answer: &mut HeaderMap, origin: HeaderValue) {
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    answer.insert(
        ACCESS_CONTROL_ALLOW_CREDENTIALS,
        HeaderValue::from_static("true"),
    );
    answer.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED),
    );
    answer.append(VARY, HeaderValue::from_static("origin"));
}
