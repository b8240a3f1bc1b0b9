//! What else works is asked of the table, which may fail too: the refusal is the answer all the
//! same, and offers what needs nothing to be sent.

use serde_json::json;
use twostep_tests::{Answer, Client, Kind, Person, System};

const KINDS: [Kind; 3] = [Kind::Sms, Kind::Email, Kind::Authenticator];

/// What `ask` is answered while all reads of `function` but the first one fail like `mode`.
async fn without_more_reads(
    system: &System,
    (function, mode): (&str, &str),
    ask: impl AsyncFnOnce() -> Answer,
) -> Answer {
    let fault = json!({
        "service": "dynamodb", "operation": "BatchGetItem", "function": function,
        "mode": mode, "skip": 1, "count": 3,
    });
    system.fault(fault).await;
    system.hurry(4);
    let answer = ask().await;
    system.hurry(1);
    if mode == "error" {
        assert!(system.faults_are_over().await, "{function}: {answer:?}");
    }
    system.clear_faults().await;
    answer
}

/// Somebody whose number gets no more codes this hour.
async fn at_the_limit(system: &System) -> (Client, Person) {
    let (mut browser, dana) = system.signed_in("desk@harbour.test", &KINDS).await;
    // The first of the hour was that of the enrollment.
    for _ in 0..4 {
        browser.challenge_in_session(Kind::Sms).await.ok();
    }
    (browser, dana)
}

#[tokio::test]
async fn a_closed_guard_is_told_when_the_other_methods_cannot_be_looked_at() {
    for mode in ["error", "hang"] {
        let system = System::start().await;
        let (mut browser, dana) = at_the_limit(&system).await;
        let answer = without_more_reads(&system, ("challenge", mode), async || {
            browser.challenge_in_session(Kind::Sms).await
        })
        .await;
        let body = answer.problem(429, "send_limit_reached");
        assert_eq!(body["methods"], json!(["authenticator"]));
        let answer = browser.challenge_in_session(Kind::Sms).await;
        let body = answer.problem(429, "send_limit_reached");
        assert_eq!(body["methods"], json!(["authenticator", "email"]));

        // What can be set up instead is looked at in the same way.
        for _ in 0..9 {
            browser.challenge_in_session(Kind::Email).await.ok();
        }
        let full = json!({"method": "email", "email": dana.mailbox});
        let answer = without_more_reads(&system, ("enroll", mode), async || {
            browser.post("/enroll", full.clone()).await
        })
        .await;
        let body = answer.problem(429, "send_limit_reached");
        assert_eq!(body["methods"], json!(["authenticator"]));
        let answer = browser.post("/enroll", full).await;
        let body = answer.problem(429, "send_limit_reached");
        assert_eq!(body["methods"], json!(["authenticator", "sms"]));
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_told_when_the_other_methods_cannot_be_looked_at() {
    let system = System::start().await;
    let (mut browser, _) = system.signed_in("desk@harbour.test", &KINDS).await;
    let down = json!({"service": "sns", "function": "challenge", "mode": "error", "count": 1});
    system.fault(down).await;
    let answer = without_more_reads(&system, ("challenge", "error"), async || {
        browser.challenge_in_session(Kind::Sms).await
    })
    .await;
    let body = answer.problem(503, "delivery_unavailable");
    assert_eq!(body["methods"], json!(["authenticator"]));
}
