//! `POST /enroll` for each kind, first and again, and one's own methods.

use serde_json::json;
use twostep_tests::Kind;

use crate::scene::Scene;
use crate::sweep::{Flow, Pool};

#[tokio::test]
async fn at_sign_in() {
    let pool = Pool::start().await;
    for (name, kind) in [
        ("first authenticator", Kind::Authenticator),
        ("first e-mail", Kind::Email),
        ("first SMS", Kind::Sms),
    ] {
        pool.sweep(
            Flow::new(name, "enroll").answers(201, ""),
            Scene::at_enrollment,
            async |scene| {
                let browser = &mut scene.browser;
                browser
                    .start_first_enrollment(&scene.ticket, &scene.person, kind)
                    .await
            },
        )
        .await;
    }
}

#[tokio::test]
async fn in_a_session() {
    let pool = Pool::start().await;
    for (name, first, kind) in [
        ("another authenticator", Kind::Email, Kind::Authenticator),
        ("another e-mail", Kind::Authenticator, Kind::Email),
        ("another SMS", Kind::Authenticator, Kind::Sms),
    ] {
        pool.sweep(
            Flow::new(name, "enroll").answers(201, ""),
            async |system| Scene::signed_in(system, &[first]).await,
            async |scene| scene.browser.start_enrollment(&scene.person, kind).await,
        )
        .await;
    }
}

#[tokio::test]
async fn again() {
    let pool = Pool::start().await;
    pool.sweep(
        Flow::new("first SMS again", "enroll"),
        async |system| {
            let scene = Scene::at_enrollment(system).await;
            let scene = scene.enrolling_first(Kind::Sms).await;
            system.advance(30).await;
            scene
        },
        async |scene| {
            let body = json!({"ticket": scene.ticket, "enrollment": scene.enrollment});
            scene.browser.post("/enroll", body).await
        },
    )
    .await;
    pool.sweep(
        Flow::new("another e-mail again", "enroll"),
        async |system| {
            let scene = Scene::signed_in(system, &[Kind::Authenticator]).await;
            let scene = scene.enrolling(Kind::Email).await;
            system.advance(30).await;
            scene
        },
        async |scene| {
            let body = json!({"enrollment": scene.enrollment});
            scene.browser.post("/enroll", body).await
        },
    )
    .await;
}

#[tokio::test]
async fn own_methods() {
    let pool = Pool::start().await;
    let signed_in =
        async |system: &_| Scene::signed_in(system, &[Kind::Authenticator, Kind::Email]).await;
    pool.sweep(Flow::new("methods", "enroll"), signed_in, async |scene| {
        scene.browser.get("/methods").await
    })
    .await;
    pool.sweep(Flow::new("primary", "enroll"), signed_in, async |scene| {
        scene.browser.put_empty("/methods/email/primary").await
    })
    .await;
}
