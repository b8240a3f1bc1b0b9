use std::sync::LazyLock;

use axum::routing;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Context, LambdaEvent, Service as _};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::aws::Aws;
use crate::clock::Clock;
use crate::config::Config;
use crate::http::request::{After, Client, Credentials, Id, Json, Kind};
use crate::store::query::Paged;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    #[expect(dead_code, reason = "only read")]
    code: String,
}

/// Takes everything out of a request that any handler does.
async fn take(
    Client(_): Client,
    credentials: Credentials,
    after: After,
    id: Id,
    Kind(_): Kind,
    Json(_): Json<Sample>,
) -> Result<StatusCode, Problem> {
    after.cursor(Paged::Activity)?;
    let _ = (credentials.session()?, id);
    Ok(StatusCode::NO_CONTENT)
}

/// A function that takes all of a request; nothing listens where AWS should be.
static ROUTER: LazyLock<Router> = LazyLock::new(|| {
    let config = Config {
        allowed_origins: vec!["https://app.example.com".to_owned()],
        email_from: "no-reply@example.com".to_owned(),
        kms_key_id: "alias/twostep".to_owned(),
        product_name: "twostep".to_owned(),
        ses_configuration_set: None,
        sms_countries: Vec::new(),
        sms_daily_limit: 0,
        sms_max_price_usd: "0.20".to_owned(),
        sms_sender: None,
        table_name: "twostep".to_owned(),
    };
    let app = App::new(config, Clock::system(), &Aws::local("http://127.0.0.1:1"));
    serve(
        app,
        Router::new().route("/taken/{kind}/{id}", routing::any(take)),
    )
});

/// The answer to a gateway event; `None` if it is none.
fn answered(sent: &Value) -> Option<Value> {
    let payload = serde_json::from_value::<LambdaRequest>(sent.clone()).ok()?;
    let context = Context::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let payload = event::fit(payload);
    let call = Adapter::from(ROUTER.clone()).call(LambdaEvent { payload, context });
    let answer = runtime.block_on(call).unwrap();
    Some(serde_json::to_value(answer).unwrap())
}

fn event() -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/taken/email/1",
        "rawQueryString": "", "cookies": [],
        "headers": {"content-type": "application/json", "origin": "https://app.example.com"},
        "requestContext": {
            "accountId": "1", "apiId": "a", "domainName": "example.com", "domainPrefix": "a",
            "http": {
                "method": "PUT", "path": "/taken/email/1", "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.9", "userAgent": "Firefox",
            },
            "requestId": "r", "routeKey": "$default", "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000", "timeEpoch": 1_773_342_238_000_i64,
        },
        "body": r#"{"code":"123456"}"#, "isBase64Encoded": false,
    })
}

fn is_an_answer(answer: &Value) -> bool {
    let status = answer["statusCode"].as_u64().unwrap_or_default();
    (200..500).contains(&status) || status == 503
}

#[test]
fn an_event_as_it_should_be_is_taken() {
    let answer = answered(&event()).unwrap();
    assert_eq!(answer["statusCode"], 204, "{answer}");
}

/// What somebody may put into any place of a request.
fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        ".*".prop_map(Value::from),
        "[ -~]{0,80}".prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!([1, {"a": [""]}])),
    ]
}

proptest! {
    #[test]
    fn whatever_a_client_sends_is_answered(
        place in 0..7_usize,
        value in "[ -~]{0,80}|\\PC*",
        body in "\\PC*|\\{\"code\":[ -~]{0,20}",
    ) {
        let mut event = event();
        event["body"] = json!(body);
        match place {
            5 => event["rawPath"] = json!(value),
            6 => event["rawQueryString"] = json!(value),
            0 => event["headers"]["authorization"] = json!(value),
            1 => event["headers"]["content-type"] = json!(value),
            2 => event["headers"]["user-agent"] = json!(value),
            3 => event["cookies"] = json!([value]),
            _ => event["rawQueryString"] = json!(format!("cursor={}", value.replace(' ', "%20"))),
        }
        if let Some(answer) = answered(&event) {
            prop_assert!(is_an_answer(&answer), "{answer}");
        }
    }

    #[test]
    fn whatever_an_event_holds_is_answered(place in 0..10_usize, value in anything()) {
        let mut event = event();
        let pointer = [
            "/requestContext/domainName",
            "/rawPath",
            "/rawQueryString",
            "/requestContext/http/sourceIp", "/requestContext/http/userAgent", "/headers",
            "/cookies", "/body", "/isBase64Encoded", "/requestContext/timeEpoch",
        ][place];
        if let Some(at) = event.pointer_mut(pointer) {
            *at = value;
        }
        if let Some(answer) = answered(&event) {
            prop_assert!(is_an_answer(&answer), "{answer}");
        }
    }
}
