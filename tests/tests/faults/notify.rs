//! Notices while `notify`'s own requests fail: they hold nobody up, and none is lost or mailed
//! twice.

use serde_json::{Value, json};
use twostep_tests::{Kind, MINUTE, System};

use crate::scene::Scene;

/// A practice whose new sign-ins are told to everyone there is.
async fn alerted(system: &System) -> Scene {
    let mut scene = Scene::signed_in(system, &[Kind::Authenticator]).await;
    let alerts = json!({"new_login_alerts": "user_and_full_access"});
    scene.browser.put("/practice/alerts", alerts).await.ok();
    let mut scene = scene.with_colleague(&[Kind::Email]).await;
    system.messages().await;
    system.clear_messages().await;
    scene.browser = scene.browser.without_session();
    scene
}

/// Signs the colleague in from somewhere new, with `fault` in the way of `notify`, and gives the
/// numbers of alerts to the colleague and to the Full Access user once the fault has passed.
async fn mailed(system: &System, fault: Option<Value>) -> (usize, usize) {
    system.reset().await;
    let scene = alerted(system).await;
    let (mut colleague, _) = scene.colleague.expect("a colleague");
    let lasting = fault.as_ref().is_some_and(|fault| fault["mode"] == "hang");
    if let Some(fault) = fault {
        system.fault(fault).await;
    }
    if lasting {
        system.hurry(5);
    }
    let mut browser = system.browser().from("203.0.113.77");
    // Its answer doesn't wait for anything of the kind.
    browser.sign_in(&mut colleague).await;
    system.messages().await;
    system.hurry(1);
    system.clear_faults().await;
    system.messages().await;
    // An invocation that could not say it had failed keeps its claim for a minute.
    system.advance(MINUTE).await;
    system.clear_faults().await;
    let to = async |address: &str| system.subjects_to(address).await.len();
    (to(&colleague.email).await, to(&scene.person.email).await)
}

#[tokio::test]
async fn whatever_fails_each_is_mailed_once() {
    let system = System::start().await;
    system.clear_usage().await;
    assert_eq!(mailed(&system, None).await, (1, 1));
    // Claim, practice, Full Access users, the users, progress after each of two mails, done.
    for (operation, requests) in [("UpdateItem", 4), ("BatchGetItem", 2), ("Query", 1)] {
        for skip in 0..requests {
            for (mode, count) in [
                ("error", 3),
                ("throttle", 1),
                ("slow", 1),
                ("hang", 3),
                ("after", 1),
                ("after", 3),
            ] {
                let fault = json!({
                    "service": "dynamodb", "operation": operation, "function": "notify",
                    "mode": mode, "skip": skip, "count": count, "delay_ms": 20,
                });
                println!("{fault}");
                let (owner, full_access) = mailed(&system, Some(fault)).await;
                // That a mail was sent could not be written down: better twice than never.
                let progress = operation == "UpdateItem" && (skip == 1 || skip == 2);
                let most = if progress && count == 3 { 2 } else { 1 };
                assert!((1..=most).contains(&owner), "{owner} to the owner");
                assert!((1..=most).contains(&full_access), "{full_access} mails");
            }
        }
    }
}

#[tokio::test]
async fn a_mail_outage_delays_notices_and_loses_none() {
    let system = System::start().await;
    for mode in ["error", "throttle", "slow"] {
        for skip in [0, 1] {
            let fault = json!({
                "service": "ses", "function": "notify", "mode": mode, "skip": skip, "count": 3,
                "delay_ms": 20,
            });
            println!("{fault}");
            assert_eq!(mailed(&system, Some(fault)).await, (1, 1));
        }
    }
}

#[tokio::test]
async fn a_mail_whose_answer_was_lost_may_come_twice() {
    let system = System::start().await;
    // While time runs fast, an answer that isn't lost may be late.
    for mode in ["after", "hang"] {
        for skip in [0, 1] {
            let fault = json!({
                "service": "ses", "function": "notify", "mode": mode, "skip": skip, "count": 1,
            });
            println!("{fault}");
            let (owner, full_access) = mailed(&system, Some(fault)).await;
            assert!((1..=2).contains(&owner), "{owner} to the owner");
            assert!((1..=2).contains(&full_access), "{full_access} mails");
        }
    }
}
