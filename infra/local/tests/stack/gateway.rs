//! The gateway, with a small router in the place of a function.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, RawQuery};
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use axum::routing::{delete, get as read, post};
use lambda_http::request::RequestContext;
use serde_json::{Value, json};
use twostep_local::{Functions, ROUTES, Stack};

use crate::common::{Answer, call, get, send, stack};

/// What a request looks like to a function.
async fn echo(request: axum::extract::Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let source = match parts.extensions.get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        _ => None,
    };
    let headers: Vec<(&str, &str)> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    let seen = json!({
        "uri": parts.uri.to_string(),
        "headers": headers,
        "body": body.to_vec(),
        "source": source,
    });
    axum::Json(seen).into_response()
}

async fn path_and_query(Path(id): Path<String>, RawQuery(query): RawQuery) -> String {
    format!("{id} {query:?}")
}

async fn cookies() -> impl axum::response::IntoResponse {
    let headers = [
        (SET_COOKIE, "a=1; Path=/"),
        (SET_COOKIE, "b=2; Path=/"),
        ("access-control-allow-origin".parse().unwrap(), "*"),
    ];
    (StatusCode::ACCEPTED, AppendHeaders(headers), "set")
}

async fn binary(body: Bytes) -> impl axum::response::IntoResponse {
    ([(CONTENT_TYPE, "application/octet-stream")], body)
}

fn binary_router() -> Router {
    Router::new()
        .route("/challenge", post(binary))
        .layer(DefaultBodyLimit::disable())
}

async fn gateway() -> Stack {
    stack(|_| {
        Functions::none()
            .http(
                "login",
                Router::new()
                    .route("/login", post(echo))
                    .route("/session", read(cookies)),
            )
            .http("challenge", binary_router())
            .http(
                "whitelist",
                Router::new().route("/devices/{id}", delete(path_and_query)),
            )
            .json("validate", async |_| -> Result<Value, String> {
                panic!("on purpose")
            })
            .json("enroll", async |_| Err::<Value, _>("failed on purpose"))
            .json("remove", async |_| Ok::<_, String>(json!({"no": "status"})))
    })
    .await
}

fn header<'a>(seen: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = seen["headers"].as_array().unwrap().iter();
    headers
        .filter(|header| header[0] == name)
        .map(|header| header[1].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_function_sees_the_request_as_behind_aws() {
    let stack = gateway().await;
    let headers = [
        ("cookie", "a=1; b=2"),
        ("x-twice", "1"),
        ("x-twice", "2"),
        ("content-type", "application/json"),
    ];
    let answer = call(&stack, "POST", "/login?x=%20y", &headers, "{}").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.lines("apigw-requestid").len(), 1);
    let seen = answer.json();
    // Without the host: see `twostep::http::event`.
    assert_eq!(seen["uri"], "/login?x=%20y");
    assert_eq!(seen["body"], json!(b"{}"));
    assert_eq!(header(&seen, "cookie"), ["a=1; b=2"]);
    assert_eq!(header(&seen, "x-twice"), ["1,2"]);
    assert_eq!(header(&seen, "x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(seen["source"], "127.0.0.1");
}

#[tokio::test]
async fn a_tester_may_name_the_source_address() {
    let stack = gateway().await;
    let from = async |address: &str| {
        call(
            &stack,
            "POST",
            "/login",
            &[("x-local-source-ip", address)],
            "",
        )
        .await
    };
    let seen = from("203.0.113.9").await.json();
    assert_eq!(seen["source"], "203.0.113.9");
    assert_eq!(header(&seen, "x-local-source-ip"), Vec::<&str>::new());
    assert_eq!(header(&seen, "x-forwarded-for"), ["203.0.113.9"]);
    assert_eq!(from("2001:DB8::1").await.json()["source"], "2001:db8::1");
    let refused = from("somewhere").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        refused.json(),
        json!({"message": "x-local-source-ip: not an IP address"})
    );
}

#[tokio::test]
async fn answers_keep_status_cookies_and_bytes() {
    let stack = gateway().await;
    let answer = get(&stack, "/session").await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(answer.lines("set-cookie"), ["a=1; Path=/", "b=2; Path=/"]);
    assert_eq!(answer.text(), "set");
    assert_eq!(
        answer.lines("access-control-allow-origin"),
        Vec::<&str>::new(),
        "not its say"
    );

    let bytes = Bytes::from_static(&[0, 159, 146, 150, 255]);
    let request = Request::post("/challenge").header(CONTENT_TYPE, "application/octet-stream");
    let answer = send(&stack, request.body(bytes.clone()).unwrap())
        .await
        .unwrap();
    assert_eq!(answer.body, bytes);
}

#[tokio::test]
async fn parameters_and_query_reach_the_function() {
    let stack = gateway().await;
    let answer = call(&stack, "DELETE", "/devices/a%20b?x=1", &[], "").await;
    assert_eq!(answer.text(), r#"a b Some("x=1")"#);
}

#[tokio::test]
async fn strange_paths_break_nothing() {
    let stack = gateway().await;
    let strange = [
        "%5B", "%ff", "%00", "%0a", "%23x", "%3Fx", "a%7Cb", "%2e%2e", "%2F", "%5C", "%22", "%",
    ];
    for id in strange {
        let answer = call(&stack, "DELETE", &format!("/devices/{id}"), &[], "").await;
        assert!(!answer.status.is_server_error(), "{id}: {answer:?}");
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_not_found() {
    let stack = gateway().await;
    for (method, path) in [
        ("GET", "/login"),
        ("POST", "/none"),
        ("PATCH", "/session"),
        ("GET", "/none"),
    ] {
        let answer = call(&stack, method, path, &[], "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
        assert_eq!(answer.text(), r#"{"message":"Not Found"}"#);
        assert_eq!(answer.lines("content-type"), ["application/json"]);
    }
}

#[tokio::test]
async fn a_broken_function_is_an_internal_error_and_the_gateway_lives_on() {
    let stack = gateway().await;
    for (method, path) in [
        ("POST", "/validate"),
        ("POST", "/enroll"),
        ("DELETE", "/methods/sms"),
        ("GET", "/users"),
    ] {
        let answer = call(&stack, method, path, &[], "{}").await;
        assert_eq!(
            answer.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{method} {path}"
        );
        assert_eq!(answer.json(), json!({"message": "Internal Server Error"}));
    }
    assert_eq!(get(&stack, "/session").await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn bodies_beyond_ten_megabytes_are_too_large() {
    let stack = gateway().await;
    let post = async |length| {
        let request = Request::post("/challenge")
            .body(Bytes::from(vec![b'x'; length]))
            .unwrap();
        send(&stack, request).await.unwrap()
    };
    let limit = 10 * 1024 * 1024;
    assert_eq!(post(limit).await.body.len(), limit);
    let answer = post(limit + 1).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        answer.json(),
        json!({"message": "Request Entity Too Large"})
    );
}

#[tokio::test]
async fn hosts_that_are_none_are_refused() {
    let stack = gateway().await;
    for host in ["a b", "[", "127.0.0.1:99999", ""] {
        let answer = call(&stack, "POST", "/login", &[("host", host)], "").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{host:?}");
    }
}

fn cors(answer: &Answer) -> HeaderMap {
    let is_cors = |name: &str| name.starts_with("access-control-") || name == "vary";
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| is_cors(name.as_str()));
    headers
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[tokio::test]
async fn pre_flight_is_answered_for_the_configured_origins_only() {
    let stack = gateway().await;
    let ask = async |origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
        ];
        call(&stack, "OPTIONS", "/login", &headers, "").await
    };
    for origin in [
        stack.url().to_owned(),
        stack.url().replace("127.0.0.1", "localhost"),
    ] {
        let answer = ask(&origin).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        let headers = cors(&answer);
        assert_eq!(headers["access-control-allow-origin"], origin);
        assert_eq!(headers["access-control-allow-credentials"], "true");
        assert_eq!(
            headers["access-control-allow-methods"],
            "GET,POST,PUT,DELETE"
        );
        assert_eq!(
            headers["access-control-allow-headers"],
            "authorization,content-type"
        );
        assert!(headers.contains_key("access-control-max-age"));
        assert_eq!(headers["vary"], "origin");
    }
    let foreign = ask("https://evil.example").await;
    assert_eq!(foreign.status, StatusCode::NO_CONTENT);
    assert!(cors(&foreign).is_empty(), "{foreign:?}");
    let no_pre_flight = call(&stack, "OPTIONS", "/login", &[("origin", stack.url())], "").await;
    assert_eq!(no_pre_flight.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn answers_to_allowed_origins_say_so() {
    let stack = gateway().await;
    for path in ["/session", "/none"] {
        let own = call(&stack, "GET", path, &[("origin", stack.url())], "").await;
        assert_eq!(cors(&own)["access-control-allow-origin"], stack.url());
        assert_eq!(cors(&own)["access-control-allow-credentials"], "true");
        assert_eq!(cors(&own)["vary"], "origin");
        let foreign = call(&stack, "GET", path, &[("origin", "null")], "").await;
        assert!(cors(&foreign).is_empty(), "{path}: {foreign:?}");
    }
}

#[tokio::test]
async fn the_front_end_is_beside_the_api() {
    let stack = gateway().await;
    let page = get(&stack, "/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.lines("content-type"), ["text/html; charset=utf-8"]);
    assert!(page.lines("content-security-policy")[0].contains("frame-ancestors 'none'"));
    assert_eq!(
        call(&stack, "HEAD", "/", &[], "").await.status,
        StatusCode::OK
    );
    assert_eq!(
        call(&stack, "POST", "/", &[], "").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn every_route_goes_to_its_function() {
    let names = [
        "login",
        "challenge",
        "validate",
        "enroll",
        "remove",
        "whitelist",
        "practice",
    ];
    let stack = stack(move |_| {
        names
            .into_iter()
            .fold(Functions::none(), |functions, name| {
                functions.json(name, move |event: Value| async move {
                    let said = json!({"function": name, "route": event["routeKey"]}).to_string();
                    Ok::<_, String>(json!({"statusCode": 200, "body": said}))
                })
            })
    })
    .await;
    for route in ROUTES {
        let path = route.path.replace(['{', '}'], "");
        let said = call(&stack, route.method, &path, &[], "").await.json();
        assert_eq!(
            said,
            json!({"function": route.function, "route": route.key()})
        );
    }
}
