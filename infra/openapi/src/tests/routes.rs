//! The document's routes are the routers'.

use std::collections::BTreeSet;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use lambda_http::RequestExt as _;
use tower::ServiceExt;
use twostep::aws::Aws;
use twostep::clock::Clock;
use twostep::config::Config;
use twostep::runtime::App;

use crate::{Route, paths};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "PATCH"];

/// An application that reaches nothing; a router asks it for nothing to find a route.
fn app() -> App {
    let config = Config::from_variables(|name| {
        let value = match name {
            "ALLOWED_ORIGINS" => "https://app.example.com",
            "EMAIL_FROM" => "no-reply@example.com",
            "KMS_KEY_ID" => "alias/twostep",
            "PRODUCT_NAME" | "TABLE_NAME" => "twostep",
            _ => return None,
        };
        Some(value.to_owned())
    });
    App::new(
        config.unwrap(),
        Clock::system(),
        &Aws::local("http://127.0.0.1:9"),
    )
}

fn router(function: &str) -> Router {
    let router = match function {
        "challenge" => challenge::router,
        "enroll" => enroll::router,
        "login" => login::router,
        "practice" => practice::router,
        "remove" => remove::router,
        "validate" => validate::router,
        "whitelist" => whitelist::router,
        _ => panic!("no function {function}"),
    };
    router(app())
}

/// Whether the function has the route: it answers others as the gateway would.
async fn has(route: &Route) -> bool {
    let path = route.path.replace(['{', '}'], "");
    let request = Request::builder().method(route.method).uri(&path);
    let request = request.body(Body::empty()).unwrap();
    let request = request.with_raw_http_path(&path);
    let answer = router(route.function).oneshot(request).await.unwrap();
    let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
    body != r#"{"message":"Not Found"}"#
}

#[tokio::test]
async fn routers_have_the_routes_of_the_document_and_no_other_methods() {
    let documented = paths();
    for route in &documented {
        for method in METHODS {
            let asked = Route {
                method,
                ..route.clone()
            };
            assert_eq!(has(&asked).await, documented.contains(&asked), "{asked:?}");
        }
    }
}

/// axum doesn't tell a router's paths, so they are read where they are written.
#[test]
fn routers_have_no_other_paths() {
    let functions: BTreeSet<_> = paths().iter().map(|route| route.function).collect();
    for function in functions {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let source = format!("{root}/functions/{function}/src/lib.rs");
        let source = std::fs::read_to_string(source).unwrap();
        let written = source.split(".route(").skip(1);
        let written: BTreeSet<_> = written
            .map(|rest| rest.split('"').nth(1).unwrap())
            .collect();
        let documented: BTreeSet<_> = paths()
            .iter()
            .filter(|route| route.function == function)
            .map(|route| route.path)
            .collect();
        assert_eq!(written, documented, "{function}");
    }
}
