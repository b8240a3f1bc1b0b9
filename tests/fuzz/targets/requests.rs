//! Whatever a client sends in the places of a request that it can fill, it is answered.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;

/// Routes, with `*` for what comes from the client.
const ROUTES: [(&str, &str); 16] = [
    ("POST", "/login"),
    ("POST", "/logout"),
    ("POST", "/challenge"),
    ("POST", "/validate"),
    ("POST", "/enroll"),
    ("PUT", "/methods/*/primary"),
    ("DELETE", "/methods/*"),
    ("DELETE", "/users/*/methods"),
    ("DELETE", "/users/*/methods/*"),
    ("GET", "/users/*/activity"),
    ("GET", "/activity"),
    ("GET", "/users"),
    ("PUT", "/whitelist"),
    ("DELETE", "/whitelist/addresses/*"),
    ("DELETE", "/devices/*"),
    ("PUT", "/practice/alerts"),
];

type Sent<'a> = (u8, &'a str, &'a str, &'a str, bool, &'a str);

fuzz_target!(|sent: Sent<'_>| {
    let (route, part, cookie, authorization, json, body) = sent;
    let (method, path) = ROUTES[usize::from(route) % ROUTES.len()];
    let path = path.replace('*', part);
    let media_type = if json { "application/json" } else { part };
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": format!("cursor={part}"),
        "cookies": cookie.split(';').collect::<Vec<_>>(),
        "headers": {
            "authorization": authorization,
            "content-type": media_type,
            "origin": "https://app.example.com",
            "user-agent": part,
        },
        "requestContext": {
            "accountId": "1", "apiId": "a", "domainName": "example.com", "domainPrefix": "a",
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.9", "userAgent": part,
            },
            "requestId": "r", "routeKey": "$default", "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000", "timeEpoch": 1_773_342_238_000_i64,
        },
        "body": body,
        "isBase64Encoded": false,
    });
    twostep_fuzz::answer(event.to_string().as_bytes());
});
