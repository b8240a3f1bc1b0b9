//! The least a function of this kind can be: an HTTP event in, one item read, an answer out.
//!
//! The figures of every function are set beside those of this one. It has what `lambda_http` and
//! a DynamoDB client take and nothing else: no logs, no routes, no limits.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Region, SharedAsyncSleep};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use lambda_http::{Body, Error, Request, RequestExt as _, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = client()?;
    let table = std::env::var("TABLE_NAME")?;
    run(service_fn(|request| answer(&client, &table, request))).await
}

/// Reads the profile of the user that the query names, and answers with the user's name.
async fn answer(client: &Client, table: &str, request: Request) -> Result<Response<Body>, Error> {
    let query = request.query_string_parameters();
    let user = query.first("user").unwrap_or_default();
    let found = client
        .get_item()
        .table_name(table)
        .key("pk", AttributeValue::S(format!("USER#{user}")))
        .key("sk", AttributeValue::S("PROFILE".to_owned()))
        .consistent_read(true)
        .send()
        .await?;
    let item = found.item.unwrap_or_default();
    let name = item.get("name").and_then(|name| name.as_s().ok());
    let Some(name) = name else {
        return Ok(Response::builder().status(404).body(Body::Empty)?);
    };
    Ok(Response::new(Body::Text(format!("{{\"name\":{name:?}}}"))))
}

fn client() -> Result<Client, Error> {
    let credentials = Credentials::new(
        std::env::var("AWS_ACCESS_KEY_ID")?,
        std::env::var("AWS_SECRET_ACCESS_KEY")?,
        std::env::var("AWS_SESSION_TOKEN").ok(),
        None,
        "Environment",
    );
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let mut config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(std::env::var("AWS_REGION")?))
        .credentials_provider(credentials)
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .http_client(http);
    if let Ok(url) = std::env::var("AWS_ENDPOINT_URL") {
        config = config.endpoint_url(url);
    }
    Ok(Client::from_conf(config.build()))
}
