//! The HTTP answer to what a function returns: payload format 2.0 of API Gateway.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// What a function returns.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Returned {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    multi_value_headers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The answer, or what is wrong with `returned`.
pub(crate) fn answer(returned: &str) -> Result<Response, String> {
    let returned: Returned = serde_json::from_str(returned).map_err(|error| error.to_string())?;
    let mut response = Response::default();
    *response.status_mut() =
        StatusCode::from_u16(returned.status_code).map_err(|error| error.to_string())?;
    let headers = response.headers_mut();
    let single = returned
        .headers
        .iter()
        .map(|(name, value)| (name, value.as_str()));
    let multiple = returned.multi_value_headers.iter();
    let multiple =
        multiple.flat_map(|(name, values)| values.iter().map(move |value| (name, value.as_str())));
    for (name, value) in single.chain(multiple) {
        append(headers, name, value)?;
    }
    for cookie in &returned.cookies {
        append(headers, SET_COOKIE.as_str(), cookie)?;
    }
    // The length is that of what is sent, whatever the function thinks.
    headers.remove(CONTENT_LENGTH);
    let body = body(returned)?;
    if !body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/plain;charset=UTF-8"),
        );
    }
    *response.body_mut() = Body::from(body);
    Ok(response)
}

fn append(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), String> {
    let header: HeaderName = name
        .parse()
        .map_err(|_| format!("{name:?} is not a header"))?;
    let value =
        HeaderValue::from_str(value).map_err(|_| format!("the value of {header} is bad"))?;
    headers.append(header, value);
    Ok(())
}

fn body(returned: Returned) -> Result<Vec<u8>, String> {
    let body = returned.body.unwrap_or_default();
    if returned.is_base64_encoded {
        return STANDARD
            .decode(body)
            .map_err(|error| format!("the body is not base64: {error}"));
    }
    Ok(body.into_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn sent(returned: serde_json::Value) -> (StatusCode, HeaderMap, Vec<u8>) {
        let (parts, body) = answer(&returned.to_string()).unwrap().into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, body.to_vec())
    }

    #[tokio::test]
    async fn cookies_and_repeated_headers_become_lines_of_their_own() {
        let (status, headers, body) = sent(json!({
            "statusCode": 201,
            "headers": {"content-type": "application/json", "content-length": "99"},
            "multiValueHeaders": {"link": ["<a>", "<b>"]},
            "cookies": ["a=1; Path=/", "b=2"],
            "body": "{}",
        }))
        .await;
        let lines = |name| headers.get_all(name).iter().collect::<Vec<_>>();
        assert_eq!(status, StatusCode::CREATED);
        assert_eq!(lines("set-cookie"), ["a=1; Path=/", "b=2"]);
        assert_eq!(lines("link"), ["<a>", "<b>"]);
        assert_eq!(lines("content-type"), ["application/json"]);
        assert!(lines("content-length").is_empty());
        assert_eq!(body, b"{}");
    }

    #[tokio::test]
    async fn base64_is_undone_and_a_missing_content_type_is_text() {
        let (_, headers, body) =
            sent(json!({"statusCode": 200, "body": "AP8=", "isBase64Encoded": true})).await;
        assert_eq!(body, [0, 255]);
        assert_eq!(headers["content-type"], "text/plain;charset=UTF-8");
        let (_, headers, _) = sent(json!({"statusCode": 204})).await;
        assert!(headers.is_empty());
    }

    #[test]
    fn nonsense_is_refused() {
        for returned in [
            json!({"body": "no status"}),
            json!({"statusCode": 99}),
            json!({"statusCode": 200, "headers": {"a b": "c"}}),
            json!({"statusCode": 200, "cookies": ["a\nb"]}),
            json!({"statusCode": 200, "body": "*", "isBase64Encoded": true}),
        ] {
            assert!(answer(&returned.to_string()).is_err(), "{returned}");
        }
    }
}
