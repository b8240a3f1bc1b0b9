//! The event an HTTP API makes of a request: payload format 2.0 of API Gateway's Lambda proxy
//! integration.

use std::collections::BTreeMap;
use std::net::IpAddr;

use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, Method, Uri, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use twostep::clock::Timestamp;
use twostep::random::Random;

use super::source::SOURCE_HEADER;
use crate::ids;
use crate::routes::{Parameters, decode};

/// A request that has been routed.
pub(crate) struct Arrival<'a> {
    pub(crate) route_key: &'a str,
    pub(crate) parameters: Parameters,
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) version: Version,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    pub(crate) source: IpAddr,
    pub(crate) request_id: &'a str,
    pub(crate) now: Timestamp,
}

/// Headers that are about the connection to the gateway, not about the request.
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The event. Like AWS, it leaves out the members that would be empty.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: String,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: Value,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

/// The event that `arrival` becomes.
pub(crate) fn event<'a>(arrival: &Arrival<'a>) -> Event<'a> {
    let body = (!arrival.body.is_empty()).then(|| body(arrival));
    Event {
        version: "2.0",
        route_key: arrival.route_key,
        raw_path: decode(arrival.uri.path()),
        raw_query_string: arrival.uri.query().unwrap_or_default(),
        cookies: cookies(arrival.headers),
        headers: headers(arrival),
        query_string_parameters: query(arrival.uri),
        request_context: context(arrival),
        path_parameters: arrival.parameters.iter().cloned().collect(),
        is_base64_encoded: body.as_ref().is_some_and(|(_, is_base64)| *is_base64),
        body: body.map(|(body, _)| body),
    }
}

fn context(arrival: &Arrival<'_>) -> Value {
    let (host, _) = host_and_port(arrival.headers);
    json!({
        "accountId": "000000000000",
        "apiId": "local",
        "domainName": host,
        "domainPrefix": host.split('.').next(),
        "http": {
            "method": arrival.method.as_str(),
            "path": decode(arrival.uri.path()),
            "protocol": format!("{:?}", arrival.version),
            "sourceIp": arrival.source.to_string(),
            "userAgent": text(arrival.headers, &USER_AGENT).unwrap_or_default(),
        },
        "requestId": arrival.request_id,
        "routeKey": arrival.route_key,
        "stage": "$default",
        "time": common_log_time(arrival.now),
        "timeEpoch": arrival.now.0.saturating_mul(1000),
    })
}

/// The headers functions see: lower case, duplicates joined by a comma, cookies apart, and
/// those a gateway adds.
fn headers(arrival: &Arrival<'_>) -> BTreeMap<String, String> {
    let mut seen: BTreeMap<String, String> = arrival
        .headers
        .keys()
        .filter(|name| !is_dropped(name))
        .filter_map(|name| Some((name.as_str().to_owned(), text(arrival.headers, name)?)))
        .collect();
    let (_, port) = host_and_port(arrival.headers);
    let source = arrival.source.to_string();
    let hops = seen
        .remove("x-forwarded-for")
        .map_or(source.clone(), |hops| format!("{hops}, {source}"));
    seen.insert("x-forwarded-for".to_owned(), hops);
    seen.insert("x-forwarded-port".to_owned(), port);
    seen.insert("x-forwarded-proto".to_owned(), "http".to_owned());
    seen.insert(CONTENT_LENGTH.to_string(), arrival.body.len().to_string());
    seen.entry("x-amzn-trace-id".to_owned())
        .or_insert_with(|| format!("Root=1-{:08x}-{}", arrival.now.0, ids::hex::<12>(Random)));
    seen
}

fn is_dropped(name: &HeaderName) -> bool {
    *name == COOKIE || *name == SOURCE_HEADER || HOP_BY_HOP.contains(&name.as_str())
}

/// All values of header `name`. An event can only hold ASCII there; other bytes become `?`.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<String> = headers.get_all(name).iter().map(ascii).collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn ascii(value: &axum::http::HeaderValue) -> String {
    let printable = |byte: &u8| (0x20..0x7f).contains(byte) || *byte == b'\t';
    value
        .as_bytes()
        .iter()
        .map(|byte| {
            if printable(byte) {
                char::from(*byte)
            } else {
                '?'
            }
        })
        .collect()
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(COOKIE).iter().map(ascii);
    lines
        .flat_map(|line| {
            line.split(';')
                .map(|cookie| cookie.trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// The query, decoded, values of one name joined by a comma.
fn query(uri: &Uri) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
        parameters
            .entry(name.into_owned())
            .and_modify(|joined| *joined = format!("{joined},{value}"))
            .or_insert_with(|| value.into_owned());
    }
    parameters
}

/// The body: text as it is, anything else in base64.
fn body(arrival: &Arrival<'_>) -> (String, bool) {
    match std::str::from_utf8(arrival.body) {
        Ok(text) if is_text(arrival.headers) => (text.to_owned(), false),
        _ => (STANDARD.encode(arrival.body), true),
    }
}

/// Whether API Gateway takes the body for text, by its content type.
fn is_text(headers: &HeaderMap) -> bool {
    let content_type = text(headers, &CONTENT_TYPE).unwrap_or_else(|| "text/plain".to_owned());
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence.starts_with("text/")
        || [
            "application/json",
            "application/javascript",
            "application/xml",
        ]
        .contains(&essence.as_str())
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
}

/// Host name and port of the request's `Host`.
fn host_and_port(headers: &HeaderMap) -> (String, String) {
    let host = text(headers, &HOST).unwrap_or_default();
    match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name.to_owned(), port.to_owned()),
        _ => (host, "80".to_owned()),
    }
}

/// `12/Mar/2020:19:03:58 +0000`.
fn common_log_time(now: Timestamp) -> String {
    let time = OffsetDateTime::from_unix_timestamp(now.0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let month = time.month().to_string();
    let (month, day, year) = (month.get(..3).unwrap_or_default(), time.day(), time.year());
    let (hour, minute, second) = time.to_hms();
    format!("{day:02}/{month}/{year}:{hour:02}:{minute:02}:{second:02} +0000")
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
