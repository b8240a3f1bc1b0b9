//! Origins: who may use a browser's cookies, and what CORS says.

use serde_json::json;
use twostep_local::ROUTES;
use twostep_tests::{Answer, Client, Kind, Person, Request, System, text_of};

/// Origins that are not on the list, some of them nearly.
fn foreign(system: &System) -> Vec<String> {
    let own = system.url();
    let (_, port) = own.rsplit_once(':').expect("a port");
    vec![
        "https://evil.test".to_owned(),
        "null".to_owned(),
        format!("https://127.0.0.1:{port}"),
        format!("{own}0"),
        format!("{own}.evil.test"),
        format!("{own}/"),
        "http://127.0.0.1".to_owned(),
        format!("HTTP://LOCALHOST:{port}"),
        format!("{own}, https://evil.test"),
    ]
}

#[tokio::test]
async fn a_foreign_origin_is_refused_everywhere() {
    let system = System::start().await;
    let (browser, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let before = system.items().await.len();
    for origin in foreign(&system) {
        let mut client = browser.clone().origin(Some(&origin));
        for route in ROUTES {
            let path = route.path.replace(['{', '}'], "");
            let answer = client.send(Request::new(route.method, &path)).await;
            answer.problem(403, "origin_not_allowed");
        }
        // A bearer token is no excuse.
        let mut app = system.bearer().origin(Some(&origin));
        let answer = app.login(&Person::new("desk@harbour.test")).await;
        answer.problem(403, "origin_not_allowed");
    }
    assert_eq!(system.items().await.len(), before);
    browser.clone().get("/session").await.ok();
}

#[tokio::test]
async fn two_origins_are_one_too_many() {
    let system = System::start().await;
    let (mut browser, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let request = Request::new("GET", "/session").header("origin", "https://evil.test");
    browser
        .send(request)
        .await
        .problem(403, "origin_not_allowed");
}

#[tokio::test]
async fn changes_with_a_cookie_need_an_origin_and_reads_do_not() {
    let system = System::start().await;
    let (browser, _) = system
        .signed_in("admin@harbour.test", &[Kind::Sms, Kind::Email])
        .await;
    let mut without = browser.clone().origin(None);
    for answer in changes(&mut without).await {
        answer.problem(403, "origin_not_allowed");
    }
    for path in [
        "/session",
        "/methods",
        "/whitelist",
        "/devices",
        "/users",
        "/activity",
    ] {
        without.get(path).await.ok();
    }
    let (_, port) = system.url().rsplit_once(':').expect("a port");
    let mut other = browser.origin(Some(&format!("http://localhost:{port}")));
    for answer in changes(&mut other).await {
        assert!(answer.status < 300, "{}", answer.text());
    }
}

/// Changes in a session, the last of which ends it.
async fn changes(client: &mut Client) -> Vec<Answer> {
    vec![
        client.put_empty("/methods/email/primary").await,
        client.delete("/methods/sms").await,
        client
            .put("/whitelist", json!({"mode": "new_addresses_only"}))
            .await,
        client.delete("/devices").await,
        client
            .put("/practice/alerts", json!({"new_login_alerts": "off"}))
            .await,
        client
            .post("/enroll", json!({"method": "authenticator"}))
            .await,
        client.post("/challenge", json!({"method": "email"})).await,
        client.post("/logout", json!({})).await,
    ]
}

#[tokio::test]
async fn an_app_needs_no_origin() {
    let system = System::start().await;
    let mut admin = Person::new("admin@harbour.test");
    let mut app = system.bearer();
    assert_eq!(app.origin, None);
    app.enroll_at_sign_in(&mut admin, Kind::Sms).await;
    app.enroll(&mut admin, Kind::Email).await;
    for answer in changes(&mut app).await {
        assert!(answer.status < 300, "{}", answer.text());
    }
}

#[tokio::test]
async fn the_gateway_answers_pre_flight_for_allowed_origins_only() {
    let system = System::start().await;
    let pre_flight = |path: &str| {
        Request::new("OPTIONS", path)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
    };
    for path in ["/login", "/validate", "/methods/sms/primary", "/nowhere"] {
        let mut browser = system.browser();
        let answer = browser.send(pre_flight(path)).await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.header("access-control-allow-origin"), system.url());
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        assert_eq!(
            answer.header("access-control-allow-methods"),
            "GET,POST,PUT,DELETE"
        );
        let headers = answer.header("access-control-allow-headers");
        assert_eq!(headers, "authorization,content-type");
        for origin in foreign(&system) {
            let mut browser = system.browser().origin(Some(&origin));
            let answer = browser.send(pre_flight(path)).await;
            assert_eq!(answer.status, 204);
            let allowed = "access-control-allow-origin";
            assert_eq!(answer.header_lines(allowed), [""; 0], "{origin}");
        }
    }
}

#[tokio::test]
async fn answers_may_be_read_by_allowed_origins_only() {
    let system = System::start().await;
    let mut browser = system.browser();
    for path in ["/session", "/nowhere"] {
        let answer = browser.send(Request::new("PUT", path)).await;
        assert_eq!(answer.header("access-control-allow-origin"), system.url());
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        assert_eq!(
            answer.header("access-control-expose-headers"),
            "retry-after"
        );
        assert_eq!(answer.header("vary"), "origin");
        for origin in foreign(&system) {
            let mut stranger = system.browser().origin(Some(&origin));
            let answer = stranger.send(Request::new("PUT", path)).await;
            let allowed = "access-control-allow-origin";
            assert_eq!(answer.header_lines(allowed), [""; 0], "{origin}");
        }
    }
    let answer = browser.get("/session").await;
    answer.problem(401, "unauthenticated");
    assert_eq!(answer.header("access-control-allow-origin"), system.url());
}

#[tokio::test]
async fn a_step_up_with_a_cookie_needs_one_to_its_end() {
    let system = System::start().await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let answer = browser.challenge_in_session(Kind::Authenticator).await;
    let ticket = text_of(&answer.ok(), "ticket");
    let code = dana.code(&system, Kind::Authenticator).await;
    let mut without = browser.clone().origin(None);
    let answer = without.validate(&ticket, Kind::Authenticator, &code).await;
    answer.problem(403, "origin_not_allowed");
    let answer = browser.validate(&ticket, Kind::Authenticator, &code).await;
    assert_eq!(answer.ok()["status"], "verified");
}
