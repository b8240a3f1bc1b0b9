//! The functions, for fuzzing: as Lambda calls them, but with AWS out of reach.

use axum::Router;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Context, LambdaEvent};
use tower::Service as _;
use twostep::aws::Aws;
use twostep::clock::Clock;
use twostep::config::Config;
use twostep::http::event;
use twostep::runtime::App;

/// Has every function answer a gateway event, as those do that are not asked for its path.
///
/// # Panics
/// If one of them doesn't answer as the contract has it.
pub fn answer(sent: &[u8]) {
    for router in routers() {
        let Ok(payload) = serde_json::from_slice::<LambdaRequest>(sent) else {
            return;
        };
        let event = LambdaEvent {
            payload: event::fit(payload),
            context: Context::default(),
        };
        let call = Adapter::from(router).call(event);
        let answer = runtime().block_on(call).expect("an answer");
        let answer = serde_json::to_value(answer).expect("JSON");
        check(&answer);
    }
}

fn check(answer: &serde_json::Value) {
    let status = answer["statusCode"].as_u64().expect("a status");
    assert!((200..500).contains(&status) || status == 503, "{answer}");
    let body = answer["body"].as_str().unwrap_or_default();
    if status >= 400 {
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert!(
            body["code"].is_string() || body["message"] == "Not Found",
            "{body}"
        );
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime")
}

fn routers() -> [Router; 7] {
    let app = app();
    [
        challenge::router(app.clone()),
        enroll::router(app.clone()),
        login::router(app.clone()),
        practice::router(app.clone()),
        remove::router(app.clone()),
        validate::router(app.clone()),
        whitelist::router(app),
    ]
}

/// With nothing listening where AWS should be, and no time to wait for it.
fn app() -> App {
    let config = Config {
        allowed_origins: vec!["https://app.example.com".to_owned()],
        email_from: "no-reply@example.com".to_owned(),
        kms_key_id: "alias/twostep".to_owned(),
        product_name: "twostep".to_owned(),
        ses_configuration_set: None,
        sms_countries: vec!["AU".to_owned()],
        sms_daily_limit: 5000,
        sms_max_price_usd: "0.20".to_owned(),
        sms_sender: None,
        table_name: "twostep".to_owned(),
    };
    let clock = Clock::system();
    clock.hurry(1000);
    App::new(config, clock, &Aws::local("http://127.0.0.1:1"))
}
