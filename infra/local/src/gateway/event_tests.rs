use axum::http::{HeaderValue, header};
use serde_json::json;

use super::*;

/// What AWS recorded for `curl` on an HTTP API.
const MINIMAL: &str = include_str!("../../tests/data/event_minimal.json");

/// What AWS documents for a request with everything in it.
const FULL: &str = include_str!("../../tests/data/event_full.json");

/// The request that led to a recorded event.
struct Recorded {
    event: Value,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Recorded {
    fn read(text: &str, query: &str) -> Self {
        let event: Value = serde_json::from_str(text).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in event["headers"].as_object().unwrap() {
            if !name.starts_with("x-forwarded-") && name != "content-length" {
                let name: HeaderName = name.parse().unwrap();
                headers.insert(name, value.as_str().unwrap().parse().unwrap());
            }
        }
        for cookies in event["cookies"].as_array().into_iter().flatten() {
            headers.append(COOKIE, cookies.as_str().unwrap().parse().unwrap());
        }
        let path = event["rawPath"].as_str().unwrap();
        let uri = format!("{path}{query}").parse().unwrap();
        let method = event["requestContext"]["http"]["method"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        Self {
            event,
            method,
            uri,
            headers,
        }
    }

    fn rebuilt(&self, parameters: Parameters, now: Timestamp) -> Value {
        let body = self.event["body"].as_str().unwrap_or_default();
        let event = event(&Arrival {
            route_key: self.event["routeKey"].as_str().unwrap(),
            parameters,
            method: &self.method,
            uri: &self.uri,
            version: Version::HTTP_11,
            headers: &self.headers,
            body: body.as_bytes(),
            source: self.event["requestContext"]["http"]["sourceIp"]
                .as_str()
                .unwrap()
                .parse()
                .unwrap(),
            request_id: self.event["requestContext"]["requestId"].as_str().unwrap(),
            now,
        });
        serde_json::to_value(event).unwrap()
    }

    /// The recorded event, but of this account and gateway, which answers on port 80 without
    /// encryption and counts time in whole seconds.
    fn expected(mut self) -> Value {
        let context = &mut self.event["requestContext"];
        context["accountId"] = "000000000000".into();
        context["apiId"] = "local".into();
        context["timeEpoch"] = (context["timeEpoch"].as_i64().unwrap() / 1000 * 1000).into();
        self.event["headers"]["x-forwarded-port"] = "80".into();
        self.event["headers"]["x-forwarded-proto"] = "http".into();
        self.event
    }
}

#[test]
fn the_event_of_a_plain_request_is_what_aws_recorded() {
    let recorded = Recorded::read(MINIMAL, "");
    let rebuilt = recorded.rebuilt(vec![], Timestamp(1_588_804_615));
    assert_eq!(rebuilt, recorded.expected());
}

#[test]
fn the_event_of_a_full_request_is_what_aws_documents() {
    let recorded = Recorded::read(
        FULL,
        "?parameter1=value1&parameter1=value2&parameter2=value",
    );
    let parameters = vec![("parameter1", "value1".to_owned())];
    let rebuilt = recorded.rebuilt(parameters, Timestamp(1_584_039_838));
    assert_eq!(rebuilt, recorded.expected());
}

/// The event of a `POST /login` with these headers and this body.
fn event_of(uri: &str, headers: &[(&'static str, &[u8])], body: &[u8]) -> Value {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::from_static(name);
        map.append(name, HeaderValue::from_bytes(value).unwrap());
    }
    let arrival = Arrival {
        route_key: "POST /login",
        parameters: vec![],
        method: &Method::POST,
        uri: &uri.parse().unwrap(),
        version: Version::HTTP_11,
        headers: &map,
        body,
        source: "2001:db8::7".parse().unwrap(),
        request_id: "id",
        now: Timestamp(0),
    };
    serde_json::to_value(event(&arrival)).unwrap()
}

#[test]
fn repeated_headers_are_joined_and_those_of_the_connection_left_out() {
    let event = event_of(
        "/login",
        &[
            ("host", b"127.0.0.1:3000"),
            ("accept", b"text/html"),
            ("accept", b"application/json"),
            ("connection", b"keep-alive"),
            ("transfer-encoding", b"chunked"),
            ("x-local-source-ip", b"2001:db8::7"),
            ("x-forwarded-for", b"10.0.0.1"),
            ("x-forwarded-proto", b"gopher"),
            ("user-agent", "caf\u{e9}".as_bytes()),
        ],
        b"abc",
    );
    let headers = event["headers"].as_object().unwrap();
    let trace = headers["x-amzn-trace-id"].as_str().unwrap();
    assert!(trace.starts_with("Root=1-00000000-"), "{trace}");
    let mut headers = headers.clone();
    headers.remove("x-amzn-trace-id");
    assert_eq!(
        Value::from(headers),
        json!({
            "accept": "text/html,application/json",
            "content-length": "3",
            "host": "127.0.0.1:3000",
            "user-agent": "caf??",
            "x-forwarded-for": "10.0.0.1, 2001:db8::7",
            "x-forwarded-port": "3000",
            "x-forwarded-proto": "http",
        })
    );
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "2001:db8::7");
    assert_eq!(event["requestContext"]["domainName"], "127.0.0.1");
    assert_eq!(event["requestContext"]["domainPrefix"], "127");
}

#[test]
fn cookies_stand_apart_from_the_headers() {
    let event = event_of(
        "/login",
        &[("cookie", b"a=1; b=2;c"), ("cookie", b"d=4")],
        b"",
    );
    assert_eq!(event["cookies"], json!(["a=1", "b=2", "c", "d=4"]));
    assert_eq!(event["headers"].get("cookie"), None);
    assert_eq!(event_of("/login", &[], b"").get("cookies"), None);
}

#[test]
fn bodies_that_are_not_text_are_base64() {
    let body = |content_type: &'static str, body: &[u8]| {
        let event = event_of("/login", &[("content-type", content_type.as_bytes())], body);
        (
            event["body"].as_str().unwrap().to_owned(),
            event["isBase64Encoded"].as_bool().unwrap(),
        )
    };
    for text in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "text/plain",
        "image/svg+xml",
    ] {
        assert_eq!(body(text, b"{}"), ("{}".to_owned(), false), "{text}");
    }
    for binary in [
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "image/png",
    ] {
        assert_eq!(body(binary, b"{}"), ("e30=".to_owned(), true), "{binary}");
    }
    assert_eq!(body("application/json", &[0xff]), ("/w==".to_owned(), true));
    assert_eq!(event_of("/login", &[], b"plain")["isBase64Encoded"], false);
    assert_eq!(event_of("/login", &[], b"").get("body"), None);
}

#[test]
fn paths_and_queries_are_decoded() {
    let event = event_of("/a%20b/%C3%A9?x=1%2B1&x=two+words&y", &[], b"");
    assert_eq!(event["rawPath"], "/a b/\u{e9}");
    assert_eq!(event["rawQueryString"], "x=1%2B1&x=two+words&y");
    assert_eq!(
        event["queryStringParameters"],
        json!({"x": "1+1,two words", "y": ""})
    );
    assert_eq!(event_of("/a", &[], b"").get("queryStringParameters"), None);
    assert_eq!(event_of("/a", &[], b"")["rawQueryString"], "");
}

#[test]
fn lambda_reads_the_event() {
    let event = event_of("/login?a=b", &[("host", b"localhost:3000")], b"{}");
    let request: lambda_http::request::LambdaRequest =
        serde_json::from_str(&event.to_string()).unwrap();
    let request: lambda_http::Request = request.into();
    assert_eq!(request.uri(), "http://localhost:3000/login?a=b");
    assert_eq!(request.headers()[header::CONTENT_LENGTH], "2");
}
