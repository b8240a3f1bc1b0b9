//! Every outcome of `POST /login`, `GET /session` and `POST /logout`.

use serde_json::json;
use twostep_tests::{Kind, MINUTE};

use crate::scene::Scene;
use crate::sweep::{Flow, Pool};

#[tokio::test]
async fn passwords() {
    let pool = Pool::start().await;
    let wrong = Flow::new("wrong password", "login").answers(401, "invalid_credentials");
    pool.sweep(wrong, Scene::new, async |scene| {
        let email = scene.person.email.clone();
        scene.browser.login_with(&email, "not the password").await
    })
    .await;
    let unknown = Flow::new("unknown address", "login").answers(401, "invalid_credentials");
    pool.sweep(unknown, Scene::new, async |scene| {
        let email = format!("nobody.{}", scene.person.email);
        scene.browser.login_with(&email, "not the password").await
    })
    .await;
    pool.sweep(
        Flow::new("disabled user", "login").answers(401, "invalid_credentials"),
        async |system| {
            let scene = Scene::new(system).await;
            let change = json!({"disabled": true});
            system.change_user(&scene.user.user_id, change).await;
            scene
        },
        async |scene| scene.browser.login(&scene.person).await,
    )
    .await;
    pool.sweep(
        Flow::new("locked account", "login").answers(429, "too_many_attempts"),
        async |system| {
            let mut scene = Scene::new(system).await;
            let email = scene.person.email.clone();
            for _ in 0..14 {
                let answer = scene.browser.login_with(&email, "wrong password").await;
                if answer.status == 429 {
                    system.advance(answer.retry_after()).await;
                }
            }
            scene.browser.login_with(&email, "wrong password").await;
            scene
        },
        async |scene| scene.browser.login(&scene.person).await,
    )
    .await;
}

#[tokio::test]
async fn next_steps() {
    let pool = Pool::start().await;
    let enrollment = Flow::new("enrollment required", "login");
    pool.sweep(enrollment, Scene::new, async |scene| {
        scene.browser.login(&scene.person).await
    })
    .await;
    pool.sweep(
        Flow::new("challenge required", "login"),
        async |system| Scene::at_code(system, &[Kind::Email]).await,
        async |scene| scene.browser.login(&scene.person).await,
    )
    .await;
    // Its owner has used the cookie since, so whoever has the old one is a thief.
    pool.sweep(
        Flow::new("stolen device cookie", "login"),
        async |system| {
            let mut scene = remembered(system).await;
            let thief = scene.browser.clone();
            scene.browser.login(&scene.person).await.ok();
            system.advance(2 * MINUTE).await;
            scene.browser = thief;
            scene
        },
        async |scene| scene.browser.login(&scene.person).await,
    )
    .await;
}

async fn remembered(system: &twostep_tests::System) -> Scene {
    let mut scene = Scene::signed_in(system, &[Kind::Authenticator]).await;
    scene.browser = scene.browser.without_session();
    scene.browser.sign_in_and_remember(&mut scene.person).await;
    scene.browser = scene.browser.without_session();
    scene
}

#[tokio::test]
async fn without_a_code() {
    let pool = Pool::start().await;
    pool.sweep(
        Flow::new("remembered device", "login"),
        remembered,
        async |scene| scene.browser.login(&scene.person).await,
    )
    .await;
    pool.sweep(
        Flow::new("known address", "login"),
        async |system| {
            let mut scene = Scene::signed_in(system, &[Kind::Email]).await;
            let mode = json!({"mode": "new_addresses_only"});
            scene.browser.put("/whitelist", mode).await.ok();
            scene.browser = scene.browser.without_session();
            scene
        },
        async |scene| scene.browser.login(&scene.person).await,
    )
    .await;
}

#[tokio::test]
async fn sessions() {
    let pool = Pool::start().await;
    let signed_in = async |system: &_| Scene::signed_in(system, &[Kind::Email]).await;
    pool.sweep(Flow::new("session", "login"), signed_in, async |scene| {
        scene.browser.get("/session").await
    })
    .await;
    let logout = Flow::new("logout", "login").answers(204, "");
    pool.sweep(logout, signed_in, async |scene| {
        scene.browser.post("/logout", json!({})).await
    })
    .await;
}
