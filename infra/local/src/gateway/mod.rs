//! The gateway: an HTTP API in front of the functions, and the front end beside them.

mod answer;
pub(crate) mod cors;
mod event;
mod source;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, request};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use lambda_http::Context;

use self::event::Arrival;
use crate::environment::Environment;
use crate::functions::InvokeError;
use crate::ids;
use crate::reply;
use crate::routes::{self, Parameters, Route};
use crate::runner::Runner;
use crate::server::Peer;
use crate::web::WebFiles;

/// Largest body an HTTP API takes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// Longest an HTTP API waits for a function.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The gateway of a stack.
pub(crate) struct Gateway {
    pub(crate) environment: Environment,
    pub(crate) functions: Runner,
    pub(crate) web: WebFiles,
}

impl Gateway {
    /// Answers a request to the API or for a file of the front end.
    pub(crate) async fn handle(&self, request: Request) -> Response {
        let started = Instant::now();
        let (parts, body) = request.into_parts();
        let allowed = &self.environment.config.allowed_origins;
        if let Some(response) = cors::pre_flight(&parts.method, &parts.headers, allowed) {
            return response;
        }
        let path = parts.uri.path();
        let Some((route, parameters)) = routes::find(parts.method.as_str(), path) else {
            return self.no_route(&parts).await;
        };
        let request_id = ids::gateway_request_id(self.environment.random);
        let mut response = self
            .call(route, parameters, &parts, body, &request_id)
            .await;
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            headers.insert(HeaderName::from_static("apigw-requestid"), id);
        }
        cors::decorate(headers, cors::allowed_origin(&parts.headers, allowed));
        tracing::info!(
            method = route.method,
            route = route.path,
            status = response.status().as_u16(),
            ms = started.elapsed().as_millis(),
        );
        response
    }

    /// A file of the front end, or the answer of an HTTP API without such a route.
    async fn no_route(&self, parts: &request::Parts) -> Response {
        let path = parts.uri.path();
        let is_read = parts.method == Method::GET || parts.method == Method::HEAD;
        if is_read
            && !routes::knows(path)
            && let Some(file) = self.web.file(path).await
        {
            return file;
        }
        let mut response = reply::not_found();
        let allowed = &self.environment.config.allowed_origins;
        cors::decorate(
            response.headers_mut(),
            cors::allowed_origin(&parts.headers, allowed),
        );
        response
    }

    async fn call(
        &self,
        route: Route,
        parameters: Parameters,
        parts: &request::Parts,
        body: Body,
        request_id: &str,
    ) -> Response {
        if !has_host(parts) {
            return reply::message(StatusCode::BAD_REQUEST, "Bad Request");
        }
        let source = match source::source(&parts.headers, peer(parts)) {
            Ok(source) => source,
            Err(reason) => return reply::message(StatusCode::BAD_REQUEST, &reason),
        };
        let body = match read(body).await {
            Ok(body) => body,
            Err(response) => return response,
        };
        let arrival = Arrival {
            route_key: &route.key(),
            parameters,
            method: &parts.method,
            uri: &parts.uri,
            version: parts.version,
            headers: &parts.headers,
            body: &body,
            source,
            request_id,
            now: self.environment.clock.now(),
        };
        match serde_json::to_string(&event::event(&arrival)) {
            Ok(event) => self.invoke(route.function, event).await,
            Err(_) => reply::message(StatusCode::BAD_REQUEST, "Bad Request"),
        }
    }

    async fn invoke(&self, function: &'static str, event: String) -> Response {
        let context = self.context(function);
        let invocation = self.functions.current().spawn(function, event, context);
        let Ok(result) = tokio::time::timeout(TIME_LIMIT, invocation).await else {
            tracing::error!(function, "gave no answer in time");
            return reply::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
        };
        let result = result
            .unwrap_or(Err(InvokeError::Panicked))
            .map_err(|error| error.to_string());
        result
            .and_then(|returned| answer::answer(&returned))
            .unwrap_or_else(|error| {
                tracing::error!(function, error, "failed");
                reply::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            })
    }

    /// What Lambda tells a function about its invocation.
    fn context(&self, function: &str) -> Context {
        let mut context = Context::default();
        context.request_id = ids::uuid(self.environment.random);
        context.invoked_function_arn =
            format!("arn:aws:lambda:us-east-1:000000000000:function:{function}");
        context
    }
}

/// Whether the request names a host that can stand in an address; AWS routes by it.
fn has_host(parts: &request::Parts) -> bool {
    let host = parts
        .headers
        .get(HOST)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default();
    let has_port = |host: &Authority| match host.as_str().strip_prefix(host.host()) {
        None | Some("") => true,
        Some(port) => host.port_u16().is_some() && port.starts_with(':'),
    };
    Authority::try_from(host).is_ok_and(|host| !host.host().is_empty() && has_port(&host))
}

fn peer(parts: &request::Parts) -> IpAddr {
    let unknown = IpAddr::from([127, 0, 0, 1]);
    parts
        .extensions
        .get::<Peer>()
        .map_or(unknown, |peer| peer.0.ip())
}

/// Reads a body. What is too much is read on for a while all the same: a client that is still
/// sending would not see the answer.
async fn read(mut body: Body) -> Result<Bytes, Response> {
    let mut kept = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Err(reply::message(StatusCode::BAD_REQUEST, "Bad Request"));
        };
        let Ok(data) = frame.into_data() else {
            continue;
        };
        length += data.len();
        if length <= BODY_LIMIT {
            kept.extend_from_slice(&data);
        } else if length > 4 * BODY_LIMIT {
            break;
        }
    }
    if length > BODY_LIMIT {
        return Err(reply::message(
            StatusCode::PAYLOAD_TOO_LARGE,
            "Request Entity Too Large",
        ));
    }
    Ok(kept.into())
}
