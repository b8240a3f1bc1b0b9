//! `POST /validate`: every kind of ticket and enrollment, right codes and wrong ones.

use twostep_tests::Kind;

use crate::scene::Scene;
use crate::sweep::{Flow, Pool};

#[tokio::test]
async fn sign_in() {
    let pool = Pool::start().await;
    for (name, kind) in [
        ("sign-in by authenticator", Kind::Authenticator),
        ("sign-in by e-mail", Kind::Email),
        ("sign-in by SMS", Kind::Sms),
    ] {
        pool.sweep(
            Flow::new(name, "validate").done(401, "invalid_ticket"),
            async |system| Scene::at_code(system, &[kind]).await.with_code(kind).await,
            async |scene| {
                let browser = &mut scene.browser;
                browser
                    .validate_and_remember(&scene.ticket, kind, &scene.code)
                    .await
            },
        )
        .await;
    }
}

#[tokio::test]
async fn wrong_codes() {
    let pool = Pool::start().await;
    for kind in [Kind::Authenticator, Kind::Email] {
        pool.sweep(
            Flow::new("wrong code at sign-in", "validate").answers(422, "invalid_code"),
            async |system| {
                let scene = Scene::at_code(system, &[kind]).await;
                scene.with_code(kind).await.with_wrong_code()
            },
            async |scene| {
                let browser = &mut scene.browser;
                browser.validate(&scene.ticket, kind, &scene.code).await
            },
        )
        .await;
    }
    pool.sweep(
        Flow::new("wrong code in a step-up", "validate").answers(422, "invalid_code"),
        async |system| {
            let scene = Scene::signed_in(system, &[Kind::Email]).await;
            scene.stepping_up(Kind::Email).await.with_wrong_code()
        },
        async |scene| {
            let browser = &mut scene.browser;
            browser
                .validate(&scene.ticket, Kind::Email, &scene.code)
                .await
        },
    )
    .await;
    pool.sweep(
        Flow::new("wrong code for an enrollment", "validate").answers(422, "invalid_code"),
        async |system| {
            let scene = Scene::signed_in(system, &[Kind::Email]).await;
            scene.enrolling(Kind::Sms).await.with_wrong_code()
        },
        async |scene| {
            let browser = &mut scene.browser;
            browser
                .validate_enrollment(&scene.enrollment, &scene.code)
                .await
        },
    )
    .await;
}

#[tokio::test]
async fn step_up() {
    let pool = Pool::start().await;
    for (name, kind) in [
        ("step-up by authenticator", Kind::Authenticator),
        ("step-up by e-mail", Kind::Email),
    ] {
        pool.sweep(
            // The ticket is gone, and the session has a new token, which got lost.
            Flow::new(name, "validate").done(401, "invalid_ticket"),
            async |system| {
                let scene = Scene::signed_in(system, &[kind]).await;
                scene.stepping_up(kind).await
            },
            async |scene| {
                let browser = &mut scene.browser;
                browser.validate(&scene.ticket, kind, &scene.code).await
            },
        )
        .await;
    }
}

#[tokio::test]
async fn enrollment_at_sign_in() {
    let pool = Pool::start().await;
    for (name, kind) in [
        ("first authenticator", Kind::Authenticator),
        ("first e-mail", Kind::Email),
        ("first SMS", Kind::Sms),
    ] {
        pool.sweep(
            Flow::new(name, "validate").done(401, "invalid_ticket"),
            async |system| {
                Scene::at_enrollment(system)
                    .await
                    .enrolling_first(kind)
                    .await
            },
            async |scene| {
                let browser = &mut scene.browser;
                browser
                    .validate_first(&scene.ticket, &scene.enrollment, &scene.code)
                    .await
            },
        )
        .await;
    }
}

#[tokio::test]
async fn enrollment_in_a_session() {
    let pool = Pool::start().await;
    for (name, first, kind) in [
        ("another authenticator", Kind::Email, Kind::Authenticator),
        ("another e-mail", Kind::Authenticator, Kind::Email),
        ("another SMS", Kind::Email, Kind::Sms),
        (
            "replacing an authenticator",
            Kind::Authenticator,
            Kind::Authenticator,
        ),
    ] {
        pool.sweep(
            Flow::new(name, "validate").done(404, "not_found"),
            async |system| {
                Scene::signed_in(system, &[first])
                    .await
                    .enrolling(kind)
                    .await
            },
            async |scene| {
                let browser = &mut scene.browser;
                browser
                    .validate_enrollment(&scene.enrollment, &scene.code)
                    .await
            },
        )
        .await;
    }
}
