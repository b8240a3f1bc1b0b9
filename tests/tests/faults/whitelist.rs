//! The whitelist, known addresses and remembered devices.

use serde_json::json;
use twostep_tests::{Kind, System, text_of};

use crate::scene::Scene;
use crate::sweep::{Flow, Pool};

#[tokio::test]
async fn addresses() {
    let pool = Pool::start().await;
    let signed_in = async |system: &_| Scene::signed_in(system, &[Kind::Email]).await;
    pool.sweep(
        Flow::new("whitelist", "whitelist"),
        signed_in,
        async |scene| scene.browser.get("/whitelist").await,
    )
    .await;
    pool.sweep(
        Flow::new("set the whitelist", "whitelist"),
        signed_in,
        async |scene| {
            let mode = json!({"mode": "new_addresses_only"});
            scene.browser.put("/whitelist", mode).await
        },
    )
    .await;
    pool.sweep(
        Flow::new("forget an address", "whitelist")
            .answers(204, "")
            .done(404, "not_found"),
        async |system| {
            let mut scene = signed_in(system).await;
            let whitelist = scene.browser.get("/whitelist").await.ok();
            let id = text_of(&whitelist["addresses"][0], "id");
            scene.path = format!("/whitelist/addresses/{id}");
            scene
        },
        async |scene| scene.browser.delete(&scene.path).await,
    )
    .await;
}

async fn remembered(system: &System) -> Scene {
    let mut scene = Scene::signed_in(system, &[Kind::Authenticator]).await;
    scene.browser = scene.browser.without_session();
    scene.browser.sign_in_and_remember(&mut scene.person).await;
    let devices = scene.browser.get("/devices").await.ok();
    scene.path = format!("/devices/{}", text_of(&devices["devices"][0], "id"));
    scene
}

#[tokio::test]
async fn devices() {
    let pool = Pool::start().await;
    pool.sweep(
        Flow::new("devices", "whitelist"),
        remembered,
        async |scene| scene.browser.get("/devices").await,
    )
    .await;
    pool.sweep(
        Flow::new("forget a device", "whitelist")
            .answers(204, "")
            .done(404, "not_found"),
        remembered,
        async |scene| scene.browser.delete(&scene.path).await,
    )
    .await;
    pool.sweep(
        Flow::new("forget all devices", "whitelist").answers(204, ""),
        remembered,
        async |scene| scene.browser.delete("/devices").await,
    )
    .await;
}
