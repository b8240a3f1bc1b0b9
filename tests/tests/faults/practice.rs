//! The practice's users, activity and alerts.

use serde_json::json;
use twostep_tests::Kind;

use crate::scene::Scene;
use crate::sweep::{Flow, Pool};

#[tokio::test]
async fn reading() {
    let pool = Pool::start().await;
    let with_colleague = async |system: &_| {
        let scene = Scene::signed_in(system, &[Kind::Authenticator]).await;
        let mut scene = scene.with_colleague(&[]).await;
        scene.path = format!("/users/{}/activity", scene.colleague_id());
        scene
    };
    for (name, path) in [
        ("users", "/users"),
        ("activity", "/activity"),
        ("alerts", "/practice/alerts"),
    ] {
        pool.sweep(Flow::new(name, "practice"), with_colleague, async |scene| {
            scene.browser.get(path).await
        })
        .await;
    }
    pool.sweep(
        Flow::new("a colleague's activity", "practice"),
        with_colleague,
        async |scene| scene.browser.get(&scene.path).await,
    )
    .await;
}

#[tokio::test]
async fn alerts() {
    let pool = Pool::start().await;
    pool.sweep(
        Flow::new("set alerts", "practice"),
        async |system| Scene::signed_in(system, &[Kind::Authenticator]).await,
        async |scene| {
            let alerts = json!({"new_login_alerts": "user"});
            scene.browser.put("/practice/alerts", alerts).await
        },
    )
    .await;
}
