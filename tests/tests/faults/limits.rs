//! Time limits: each answer comes before Lambda ends the function, however little AWS answers.

use serde_json::json;
use twostep::aws::Aws;
use twostep::runtime::App;
use twostep_local::{Environment, Functions};
use twostep_tests::{Kind, System};

use crate::scene::Scene;
use crate::sweep::{Flow, Pool};

#[tokio::test]
async fn every_function_gives_up_by_itself_on_a_silent_database() {
    let system = System::start().await;
    let mut scene = Scene::signed_in(&system, &[Kind::Email]).await;
    let silence = json!({"service": "dynamodb", "mode": "hang", "count": 100_000});
    system.fault(silence).await;
    system.hurry(5);
    let requests = [
        ("POST", "/login"),
        ("GET", "/session"),
        ("POST", "/logout"),
        ("POST", "/challenge"),
        ("POST", "/validate"),
        ("GET", "/methods"),
        ("POST", "/enroll"),
        ("PUT", "/methods/email/primary"),
        ("DELETE", "/methods/email"),
        ("GET", "/whitelist"),
        ("DELETE", "/devices"),
        ("GET", "/users"),
        ("GET", "/practice/alerts"),
        ("GET", "/activity"),
    ];
    for (method, path) in requests {
        let browser = &mut scene.browser;
        let answer = match (method, path) {
            (_, "/login") => browser.login(&scene.person).await,
            (_, "/challenge") => browser.challenge_in_session(Kind::Email).await,
            (_, "/validate") => {
                // Well-formed: which ticket it is doesn't matter to a silent database.
                let token = browser.session_token().expect("a session");
                browser.validate(&token, Kind::Email, "123456").await
            }
            (_, "/enroll") => browser.start_enrollment(&scene.person, Kind::Sms).await,
            ("POST", path) => browser.post(path, json!({})).await,
            ("PUT", path) => browser.put_empty(path).await,
            ("DELETE", path) => browser.delete(path).await,
            (_, path) => browser.get(path).await,
        };
        answer.problem(503, "temporarily_unavailable");
    }
}

#[tokio::test]
async fn a_request_that_is_slow_all_the_way_is_cut_short() {
    let system = System::start().await;
    let mut scene = Scene::at_code(&system, &[Kind::Email]).await;
    // Two tries of each request are lost, and the third is answered: read, count, send, and
    // give back would take 9 s.
    for operation in ["BatchGetItem", "TransactWriteItems"] {
        let lost = json!({
            "service": "dynamodb", "operation": operation, "function": "challenge",
            "mode": "hang", "count": 2,
        });
        system.fault(lost).await;
    }
    let lost = json!({"service": "ses", "function": "challenge", "mode": "hang", "count": 1});
    system.fault(lost).await;
    let lost = json!({
        "service": "dynamodb", "operation": "TransactWriteItems", "function": "challenge",
        "mode": "hang", "skip": 1, "count": 3,
    });
    system.fault(lost).await;
    system.hurry(5);
    let answer = scene.browser.challenge(&scene.ticket, Kind::Email).await;
    assert_eq!(answer.status, 503, "{answer:?}");
    let code = answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    answer.problem(503, &code);
    system.hurry(1);
    system.clear_faults().await;
    // The code may have been sent, so the next one waits a little.
    let again = scene.browser.challenge(&scene.ticket, Kind::Email).await;
    if again.status == 429 {
        again.problem(429, "resend_too_soon");
        system.advance(again.retry_after()).await;
    }
    scene.browser.challenge(&scene.ticket, Kind::Email).await;
    let code = scene.person.code(&system, Kind::Email).await;
    let answer = scene
        .browser
        .validate(&scene.ticket, Kind::Email, &code)
        .await;
    answer.authenticated("second_factor");
}

/// Functions that could not read the keyring while they were started, and do when first asked.
fn cold(environment: &Environment) -> Functions {
    let app = |function| {
        let aws = Aws::local(&environment.aws_url(function));
        App::new(environment.config.clone(), environment.clock.clone(), &aws)
    };
    Functions::none()
        .http("login", login::router(app("login")))
        .http("challenge", challenge::router(app("challenge")))
        .http("enroll", enroll::router(app("enroll")))
        .http("validate", validate::router(app("validate")))
}

async fn cold_system() -> System {
    System::start_with_functions(cold).await
}

#[tokio::test]
async fn a_keyring_that_is_read_late() {
    let pool = Pool::of(cold_system).await;
    pool.sweep(
        Flow::new("cold enroll", "enroll").answers(201, ""),
        Scene::at_enrollment,
        async |scene| {
            let browser = &mut scene.browser;
            browser
                .start_first_enrollment(&scene.ticket, &scene.person, Kind::Authenticator)
                .await
        },
    )
    .await;
    pool.sweep(
        Flow::new("cold validate", "validate").done(401, "invalid_ticket"),
        async |system| {
            let scene = Scene::at_enrollment(system).await;
            scene.enrolling_first(Kind::Authenticator).await
        },
        async |scene| {
            let browser = &mut scene.browser;
            browser
                .validate_first(&scene.ticket, &scene.enrollment, &scene.code)
                .await
        },
    )
    .await;
    pool.sweep(
        Flow::new("cold challenge", "challenge"),
        async |system| Scene::at_code(system, &[Kind::Email]).await,
        async |scene| scene.browser.challenge(&scene.ticket, Kind::Email).await,
    )
    .await;
}
