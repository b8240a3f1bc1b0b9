//! SES and SNS on a bad day, as a person sees it.

use serde_json::{Value, json};
use twostep_tests::{Kind, Person, System};

fn fault(service: &str, mode: &str, count: u32) -> Value {
    json!({"service": service, "function": "challenge", "mode": mode, "count": count})
}

async fn at_code(kind: Kind) -> (System, twostep_tests::Client, Person, String) {
    let system = System::start().await;
    let (browser, dana) = system.signed_in("desk@harbour.test", &[kind]).await;
    let mut browser = browser.without_session();
    let ticket = browser.login(&dana).await.challenge_required();
    system.messages().await;
    system.clear_messages().await;
    (system, browser, dana, ticket)
}

#[tokio::test]
async fn a_provider_that_hangs_delays_one_usable_code() {
    for (kind, service) in [(Kind::Email, "ses"), (Kind::Sms, "sns")] {
        let (system, mut browser, dana, ticket) = at_code(kind).await;
        system.fault(fault(service, "hang", 1)).await;
        system.hurry(5);
        let answer = browser.challenge(&ticket, kind).await;
        answer.problem(503, "delivery_unavailable");
        system.hurry(1);
        assert!(answer.retry_after() <= 10, "{answer:?}");
        assert!(system.messages().await.is_empty());

        // At once, without the wait between sends: nobody has a code yet.
        let body = browser.challenge(&ticket, kind).await.ok();
        assert_eq!(body["attempts_left"], 5);
        let messages = system.messages_to(dana.destination(kind)).await;
        let [message] = &messages[..] else {
            panic!("{messages:?}");
        };
        let code = message.code().expect("a code");
        let answer = browser.validate(&ticket, kind, &code).await;
        answer.authenticated("second_factor");
    }
}

#[tokio::test]
async fn a_send_that_certainly_failed_does_not_count() {
    for (kind, service) in [(Kind::Email, "ses"), (Kind::Sms, "sns")] {
        for mode in ["error", "throttle"] {
            let (system, mut browser, dana, ticket) = at_code(kind).await;
            // More often than a ticket, a mailbox or a number may be sent to.
            system.fault(fault(service, mode, 12)).await;
            for _ in 0..12 {
                let answer = browser.challenge(&ticket, kind).await;
                answer.problem(503, "delivery_unavailable");
            }
            browser.challenge(&ticket, kind).await.ok();
            let messages = system.messages_to(dana.destination(kind)).await;
            assert_eq!(messages.len(), 1, "{service} {mode}");
        }
    }
}

#[tokio::test]
async fn a_send_that_may_have_worked_counts_and_comes_again_with_the_same_code() {
    for (kind, service) in [(Kind::Email, "ses"), (Kind::Sms, "sns")] {
        let (system, mut browser, dana, ticket) = at_code(kind).await;
        system.fault(fault(service, "after", 1)).await;
        let answer = browser.challenge(&ticket, kind).await;
        answer.problem(503, "delivery_unavailable");
        browser.challenge(&ticket, kind).await.ok();
        let messages = system.messages_to(dana.destination(kind)).await;
        let codes: Vec<_> = messages.iter().map(|message| message.code()).collect();
        let [Some(first), Some(second)] = &codes[..] else {
            panic!("{messages:?}");
        };
        assert_eq!(first, second);
        let again = browser.challenge(&ticket, kind).await;
        again.problem(429, "resend_too_soon");
        let answer = browser.validate(&ticket, kind, first).await;
        answer.authenticated("second_factor");
    }
}

#[tokio::test]
async fn while_one_provider_is_down_the_other_method_is_offered_and_works() {
    let system = System::start().await;
    let kinds = [Kind::Email, Kind::Authenticator];
    let (browser, mut dana) = system.signed_in("desk@harbour.test", &kinds).await;
    let mut browser = browser.without_session();
    let ticket = browser.login(&dana).await.challenge_required();
    system.fault(fault("ses", "error", 1000)).await;
    let answer = browser.challenge(&ticket, Kind::Email).await;
    let problem = answer.problem(503, "delivery_unavailable");
    assert_eq!(problem["methods"], json!(["authenticator"]));
    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = browser.validate(&ticket, Kind::Authenticator, &code).await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn a_notice_comes_once_after_ses_has_failed_three_times() {
    let system = System::start().await;
    let kinds = [Kind::Authenticator, Kind::Sms];
    let (mut browser, dana) = system.signed_in("desk@harbour.test", &kinds).await;
    system.messages().await;
    system.clear_messages().await;
    let outage = json!({"service": "ses", "function": "notify", "mode": "error", "count": 3});
    system.fault(outage).await;
    browser.delete("/methods/sms").await.ok();
    system.messages().await;
    system.clear_faults().await;
    let subjects = system.subjects_to(&dana.email).await;
    let [subject] = &subjects[..] else {
        panic!("{subjects:?}");
    };
    assert!(subject.contains("removed"), "{subject}");
}
