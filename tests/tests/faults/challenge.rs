//! `POST /challenge`: by ticket and in a session, each kind, first and again.

use twostep_tests::Kind;

use crate::scene::Scene;
use crate::sweep::{Flow, Pool};

#[tokio::test]
async fn by_ticket() {
    let pool = Pool::start().await;
    for (name, kind) in [
        ("authenticator by ticket", Kind::Authenticator),
        ("e-mail by ticket", Kind::Email),
        ("SMS by ticket", Kind::Sms),
    ] {
        pool.sweep(
            Flow::new(name, "challenge"),
            async |system| Scene::at_code(system, &[kind]).await,
            async |scene| scene.browser.challenge(&scene.ticket, kind).await,
        )
        .await;
    }
}

#[tokio::test]
async fn again() {
    let pool = Pool::start().await;
    for (name, kind) in [("e-mail again", Kind::Email), ("SMS again", Kind::Sms)] {
        pool.sweep(
            Flow::new(name, "challenge"),
            async |system| {
                let scene = Scene::at_code(system, &[kind]).await.with_code(kind).await;
                system.advance(30).await;
                scene
            },
            async |scene| scene.browser.challenge(&scene.ticket, kind).await,
        )
        .await;
    }
}

#[tokio::test]
async fn in_a_session() {
    let pool = Pool::start().await;
    for (name, kind) in [
        ("step-up by authenticator", Kind::Authenticator),
        ("step-up by e-mail", Kind::Email),
        ("step-up by SMS", Kind::Sms),
    ] {
        pool.sweep(
            Flow::new(name, "challenge"),
            async |system| Scene::signed_in(system, &[kind]).await,
            async |scene| scene.browser.challenge_in_session(kind).await,
        )
        .await;
    }
}
