//! Paths, methods and headers that lead nowhere.

use twostep_local::ROUTES;
use twostep_tests::{Credentials, Request};

use super::Scene;

/// The path of a route, with something in place of its parameters.
fn filled(path: &str) -> String {
    path.replace("{kind}", "sms")
        .replace("{user_id}", "nobody")
        .replace("{id}", "none")
}

#[tokio::test]
async fn other_paths_and_methods_are_answered_by_the_gateway() {
    let mut scene = Scene::set().await;
    for route in ROUTES {
        let path = filled(route.path);
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
            let known = ROUTES
                .iter()
                .any(|other| other.method == method && filled(other.path) == path);
            if !known {
                scene.send(Request::new(method, &path)).await.no_route();
            }
        }
        for path in [
            format!("{path}/"),
            format!("/{path}"),
            format!("{path}/more/and/more"),
            path.to_uppercase(),
            format!("/v1{path}"),
            format!("/x/..{path}"),
        ] {
            scene
                .send(Request::new(route.method, &path))
                .await
                .no_route();
        }
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn a_kind_that_is_none_is_refused_by_name() {
    let mut scene = Scene::set().await;
    let long = "s".repeat(5000);
    for kind in [
        "totp",
        "SMS",
        "sms,email",
        "s%00ms",
        "%F0%9F%92%A3",
        "%ff",
        "*",
        &long,
    ] {
        for (method, path) in [
            ("PUT", format!("/methods/{kind}/primary")),
            ("DELETE", format!("/methods/{kind}")),
            ("DELETE", format!("/users/nobody/methods/{kind}")),
        ] {
            let answer = scene.send(Request::new(method, &path)).await;
            answer.invalid("kind");
        }
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn names_of_nothing_are_not_found() {
    let mut scene = Scene::set().await;
    let long = "a".repeat(5000);
    for id in ["none", "a%00b", "%F0%9F%92%A3", "%ff", "USER:x", "*", &long] {
        for (method, path) in [
            ("DELETE", format!("/whitelist/addresses/{id}")),
            ("DELETE", format!("/devices/{id}")),
            ("DELETE", format!("/users/{id}/methods")),
            ("DELETE", format!("/users/{id}/methods/sms")),
            ("GET", format!("/users/{id}/activity")),
        ] {
            let answer = scene.send(Request::new(method, &path)).await;
            answer.problem(404, "not_found");
        }
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn a_path_is_taken_as_it_was_asked_or_not_at_all() {
    let mut scene = Scene::set().await;
    for (method, path) in [
        ("DELETE", "/methods/sms%00"),
        ("DELETE", "/methods/sms%20"),
        ("DELETE", "/methods/sms%09"),
        ("DELETE", "/methods/%00sms"),
        ("DELETE", "/methods/x%2F..%2Fsms"),
        ("DELETE", "/devices/."),
        ("DELETE", "/devices/.."),
        ("DELETE", "/devices/%2E%2E"),
        ("DELETE", "/devices/a%2Fb"),
        ("DELETE", "/devices/x%2F..%2F..%2Fdevices"),
        ("DELETE", "/devices/%20"),
        ("DELETE", "/devices/x%3Fy"),
        ("DELETE", "/devices/x%23y"),
        ("PUT", "/methods/sms%0A/primary"),
        ("GET", "/users/..%2F../activity"),
    ] {
        let answer = scene.send(Request::new(method, path)).await;
        assert!(matches!(answer.status, 400 | 404), "{path}: {answer:?}");
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn cursors_that_are_none_are_refused_by_name() {
    let mut scene = Scene::set().await;
    let me = scene.browser.get("/session").await.ok()["user"]["id"].clone();
    let me = me.as_str().expect("an id");
    let long = "A".repeat(5000);
    for cursor in [
        "",
        "x",
        "%00",
        "%ff",
        "%F0%9F%92%A3",
        "AAAA",
        "{}",
        "1&cursor=2",
        &long,
    ] {
        for path in ["/users", "/activity", &format!("/users/{me}/activity")] {
            let answer = scene.browser.get(&format!("{path}?cursor={cursor}")).await;
            answer.invalid("cursor");
        }
    }
    scene.assert_nothing_changed().await;
}

#[tokio::test]
async fn credentials_that_are_none_sign_nobody_in() {
    let mut scene = Scene::set().await;
    let mut stranger = scene.system.browser();
    let token = scene.browser.session_token().expect("a session");
    let long = "A".repeat(6000);
    let headers = [
        ("authorization", "Bearer".to_owned()),
        ("authorization", "Bearer ".to_owned()),
        ("authorization", "Bearer none".to_owned()),
        ("authorization", format!("Bearer {long}")),
        ("authorization", format!("Basic {token}")),
        ("authorization", token.clone()),
        ("authorization", format!("Bearer {token}, Bearer {token}")),
        ("authorization", format!("Bearer {}", token.to_lowercase())),
        ("cookie", "__Host-session".to_owned()),
        ("cookie", "__Host-session=".to_owned()),
        ("cookie", "__Host-session=none".to_owned()),
        ("cookie", format!("__Host-session={long}")),
        ("cookie", format!("session={token}")),
        ("cookie", format!("__host-session={token}")),
        ("cookie", ";;=;==;\u{1}".replace('\u{1}', "")),
    ];
    for route in ROUTES {
        let open = ["/login", "/logout", "/challenge", "/validate", "/enroll"];
        if open.contains(&route.path) {
            continue;
        }
        for (name, value) in &headers {
            let request = Request::new(route.method, &filled(route.path)).header(name, value);
            let request = match (route.method, route.path) {
                ("PUT", "/whitelist") => request.json_text(r#"{"mode":"always"}"#),
                ("PUT", "/practice/alerts") => request.json_text(r#"{"new_login_alerts":"off"}"#),
                _ => request,
            };
            stranger.send(request).await.problem(401, "unauthenticated");
        }
    }
    scene.assert_nothing_changed().await;
    assert!(matches!(stranger.credentials, Credentials::Cookies(cookies) if cookies.is_empty()));
    scene.browser.get("/session").await.ok();
}
