//! Removing one's own methods and a colleague's.

use twostep_tests::Kind;

use crate::scene::Scene;
use crate::sweep::{Flow, Pool};

#[tokio::test]
async fn own() {
    let pool = Pool::start().await;
    pool.sweep(
        Flow::new("remove", "remove").done(409, "method_not_enabled"),
        async |system| Scene::signed_in(system, &[Kind::Email, Kind::Authenticator]).await,
        async |scene| scene.browser.delete("/methods/authenticator").await,
    )
    .await;
    pool.sweep(
        Flow::new("remove the last", "remove").answers(409, "last_method"),
        async |system| Scene::signed_in(system, &[Kind::Email]).await,
        async |scene| scene.browser.delete("/methods/email").await,
    )
    .await;
}

#[tokio::test]
async fn of_a_colleague() {
    let pool = Pool::start().await;
    let both = async |system: &_| {
        let scene = Scene::signed_in(system, &[Kind::Authenticator]).await;
        let mut scene = scene
            .with_colleague(&[Kind::Authenticator, Kind::Email])
            .await;
        scene.path = format!("/users/{}/methods", scene.colleague_id());
        scene
    };
    // A colleague without any method can be reset as well, which tells nobody.
    let all = Flow::new("reset", "remove").answers(204, "");
    pool.sweep(all, both, async |scene| {
        scene.browser.delete(&scene.path).await
    })
    .await;
    let one = Flow::new("reset one", "remove").answers(204, "");
    pool.sweep(one.done(409, "method_not_enabled"), both, async |scene| {
        let path = format!("{}/email", scene.path);
        scene.browser.delete(&path).await
    })
    .await;
}
