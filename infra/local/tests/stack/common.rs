//! A stack of one's own, a plain HTTP client, and SDK clients for it.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use twostep_local::{Environment, Functions, Options, Stack};

/// A stack without demo users whose functions `build` makes.
pub(crate) async fn stack(
    build: impl Fn(&Environment) -> Functions + Send + Sync + 'static,
) -> Stack {
    Stack::start_with(
        Options {
            empty: true,
            ..Options::default()
        },
        build,
    )
    .await
    .unwrap()
}

/// A stack without functions.
pub(crate) async fn bare_stack() -> Stack {
    stack(|_| Functions::none()).await
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The values of header `name`.
    pub(crate) fn lines(&self, name: &str) -> Vec<&str> {
        self.headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str().unwrap())
            .collect()
    }
}

/// Sends a request as it is over a connection of its own; adds only `Host`, if there is none.
pub(crate) async fn send(
    stack: &Stack,
    mut request: Request<Bytes>,
) -> Result<Answer, hyper::Error> {
    let address = stack.url().strip_prefix("http://").unwrap().to_owned();
    request
        .headers_mut()
        .entry("host")
        .or_insert_with(|| address.parse().unwrap());
    let stream = TcpStream::connect(&address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let (parts, body) = sender
        .send_request(request.map(Full::new))
        .await?
        .into_parts();
    let body = Body::new(body).collect().await.unwrap().to_bytes();
    connection.abort();
    Ok(Answer {
        status: parts.status,
        headers: parts.headers,
        body,
    })
}

/// Sends a request with `headers` and `body`.
pub(crate) async fn call(
    stack: &Stack,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(stack, request.body(Bytes::from(body.to_owned())).unwrap())
        .await
        .unwrap()
}

/// `GET path`.
pub(crate) async fn get(stack: &Stack, path: &str) -> Answer {
    call(stack, "GET", path, &[], "").await
}

/// `method path` with a JSON body.
pub(crate) async fn put_json(stack: &Stack, method: &str, path: &str, body: Value) -> Answer {
    call(
        stack,
        method,
        path,
        &[("content-type", "application/json")],
        &body.to_string(),
    )
    .await
}

/// Sets a fault.
pub(crate) async fn fault(stack: &Stack, fault: Value) {
    let answer = put_json(stack, "POST", "/_local/faults", fault).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
}

/// What function `function` would reach AWS with: three attempts, two seconds each.
pub(crate) fn sdk(stack: &Stack, function: &str) -> SdkConfig {
    sdk_at(&stack.environment().aws_url(function))
}

/// The same for any endpoint.
pub(crate) fn sdk_at(endpoint_url: &str) -> SdkConfig {
    let credentials = Credentials::new("local", "local", None, None, "tests");
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(2));
    SdkConfig::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint_url)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .timeout_config(timeouts.build())
        .build()
}

/// The same without retries, so that a test sees every answer.
pub(crate) fn sdk_once(stack: &Stack, function: &str) -> SdkConfig {
    sdk(stack, function)
        .to_builder()
        .retry_config(RetryConfig::disabled())
        .build()
}

/// A DynamoDB client for `function`.
pub(crate) fn dynamodb(stack: &Stack, function: &str) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&sdk(stack, function))
}

/// The items of a page of `/_local/items`, but for the keyring that every stack is made with.
pub(crate) fn own_items(page: &Value) -> Vec<Value> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .filter(|item| item["pk"]["S"] != "KEYRING")
        .cloned()
        .collect()
}
