//! How many codes are sent: to a mailbox, a number, for a user, from an address.

use serde_json::json;
use twostep_tests::{Answer, Client, DAY, HOUR, Kind, Person, System, text_of};

use crate::crowd::{all_at_once, assert_all_of, count};

const FULL: &str = "send_limit_reached";

/// People of a practice who have no method yet, each with the ticket that makes them enable
/// one, in a browser at an address of their own.
async fn newcomers(system: &System, number: u32) -> Vec<(Client, Person, String)> {
    let mut newcomers = Vec::new();
    for n in 1..=number {
        let person = Person::new(&format!("newcomer{n}@harbour.test"));
        system
            .add_user("Harbour Clinic", &person.email, "standard")
            .await;
        let mut browser = system.browser().from(&format!("198.51.100.{n}"));
        let ticket = browser.login(&person).await.enrollment_required();
        newcomers.push((browser, person, ticket));
    }
    newcomers
}

/// Asks for a first code to be sent to `to`.
async fn enroll(client: &mut Client, ticket: &str, kind: Kind, to: &str) -> Answer {
    let (method, member) = match kind {
        Kind::Email => ("email", "email"),
        _ => ("sms", "phone"),
    };
    let body = json!({"ticket": ticket, "method": method, member: to});
    client.post("/enroll", body).await
}

/// A mobile number of its own for each `n` below 1,000.
fn phone(n: u32) -> String {
    format!("+61491570{n:03}")
}

/// Asserts that the wait told ends `span` seconds after `first`.
async fn assert_open_again(system: &System, answer: &Answer, first: i64, span: i64) {
    answer.problem(429, FULL);
    let end = system.now().await + answer.retry_after();
    let slack = system.now().await - first;
    let told = end - first;
    assert!((span..=span + 30).contains(&told), "{told}, {slack}");
}

#[tokio::test]
async fn a_mailbox_gets_ten_codes_an_hour_whoever_asks() {
    let system = System::start().await;
    let first = system.now().await;
    let mut people = newcomers(&system, 3).await;
    for n in 0..10 {
        let (browser, _, ticket) = &mut people[n % 3];
        // However it is written.
        let to = ["victim@mailbox.test", "Victim@MAILBOX.test"][n % 2];
        enroll(browser, ticket, Kind::Email, to).await.created();
    }
    for (browser, _, ticket) in &mut people {
        let answer = enroll(browser, ticket, Kind::Email, "victim@mailbox.test").await;
        assert_open_again(&system, &answer, first, HOUR).await;
        let answer = enroll(browser, ticket, Kind::Email, "other@mailbox.test").await;
        answer.created();
    }
    system.advance_to(first + HOUR + 60).await;
    let mut people = newcomers_again(&system, people).await;
    let (browser, _, ticket) = &mut people[0];
    let answer = enroll(browser, ticket, Kind::Email, "victim@mailbox.test").await;
    answer.created();
}

/// The same people with tickets of now.
async fn newcomers_again(
    system: &System,
    people: Vec<(Client, Person, String)>,
) -> Vec<(Client, Person, String)> {
    let mut again = Vec::new();
    for (client, person, _) in people {
        let address = client.address.clone().expect("an address");
        let mut browser = system.browser().from(&address);
        let ticket = browser.login(&person).await.enrollment_required();
        again.push((browser, person, ticket));
    }
    again
}

#[tokio::test]
async fn a_number_gets_five_codes_an_hour_and_ten_a_day_whoever_asks() {
    let system = System::start().await;
    let first = system.now().await;
    let mut people = newcomers(&system, 3).await;
    let victim = phone(1);
    for hour in 0..2 {
        let begun = first + hour * (HOUR + 60);
        for n in 0..5 {
            let (browser, _, ticket) = &mut people[n % 3];
            // However it is written.
            let to = [victim.clone(), "+61 491-570 001".to_owned()];
            let answer = enroll(browser, ticket, Kind::Sms, &to[n % 2]).await;
            answer.created();
        }
        let (browser, _, ticket) = &mut people[0];
        let answer = enroll(browser, ticket, Kind::Sms, &victim).await;
        let (since, span) = [(begun, HOUR), (first, DAY)][usize::from(hour == 1)];
        assert_open_again(&system, &answer, since, span).await;
        let answer = enroll(browser, ticket, Kind::Sms, &phone(2)).await;
        answer.created();
        system.advance_to(begun + HOUR + 60).await;
        people = newcomers_again(&system, people).await;
    }
    // The hour is over, the day isn't.
    let (browser, _, ticket) = &mut people[1];
    let answer = enroll(browser, ticket, Kind::Sms, &victim).await;
    assert_open_again(&system, &answer, first, DAY).await;
    system.advance_to(first + DAY + 60).await;
    people = newcomers_again(&system, people).await;
    let (browser, _, ticket) = &mut people[1];
    let answer = enroll(browser, ticket, Kind::Sms, &victim).await;
    answer.created();
    assert_eq!(system.messages_to(&victim).await.len(), 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_ask_at_once_five_have_a_number_rung() {
    let system = System::start().await;
    let people = newcomers(&system, 30).await;
    let answers = all_at_once(
        people
            .into_iter()
            .map(|(mut browser, _, ticket)| async move {
                enroll(&mut browser, &ticket, Kind::Sms, &phone(1)).await
            }),
    )
    .await;
    let busy = (503, Some("temporarily_unavailable"));
    assert_all_of(&answers, &[(201, None), (429, Some(FULL)), busy]);
    // An answer that took too long may have been that of one who was sent a code.
    let (rung, late) = (count(&answers, 201, None), count(&answers, busy.0, busy.1));
    assert!(rung <= 5 && rung + late >= 5, "{rung} and {late}");
    let messages = system.messages_to(&phone(1)).await.len();
    assert!((rung..=5).contains(&messages), "{messages}");
}

#[tokio::test]
async fn a_user_gets_ten_text_messages_an_hour_wherever_they_go() {
    let system = System::start().await;
    let first = system.now().await;
    let mut people = newcomers(&system, 2).await;
    let (browser, _, ticket) = &mut people[0];
    for n in 0..10 {
        // Wherever they come from, too.
        *browser = browser.clone().from(&format!("203.0.113.{n}"));
        let answer = enroll(browser, ticket, Kind::Sms, &phone(n)).await;
        answer.created();
    }
    let answer = enroll(browser, ticket, Kind::Sms, &phone(10)).await;
    assert_open_again(&system, &answer, first, HOUR).await;
    // E-mail still goes, and text messages to others.
    let answer = enroll(browser, ticket, Kind::Email, "dana@mailbox.test").await;
    answer.created();
    let (browser, _, ticket) = &mut people[1];
    let answer = enroll(browser, ticket, Kind::Sms, &phone(10)).await;
    answer.created();
}

#[tokio::test]
async fn an_address_has_twenty_text_messages_sent_an_hour_whoever_for() {
    let system = System::start().await;
    let first = system.now().await;
    let mut people = newcomers(&system, 5).await;
    for n in 0..20 {
        let (browser, _, ticket) = &mut people[n as usize % 4];
        *browser = browser.clone().from(&format!("2001:db8:1:2::{n}"));
        let answer = enroll(browser, ticket, Kind::Sms, &phone(n)).await;
        answer.created();
    }
    let (browser, _, ticket) = &mut people[4];
    let mut near = browser.clone().from("2001:db8:1:2:ffff::1");
    let answer = enroll(&mut near, ticket, Kind::Sms, &phone(20)).await;
    assert_open_again(&system, &answer, first, HOUR).await;
    let mut far = browser.clone().from("2001:db8:1:3::1");
    let answer = enroll(&mut far, ticket, Kind::Sms, &phone(20)).await;
    answer.created();
}

#[tokio::test]
async fn a_closed_guard_offers_the_methods_that_still_work() {
    let system = System::start().await;
    let kinds = [Kind::Sms, Kind::Email, Kind::Authenticator];
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &kinds).await;
    // The first of the hour was that of the enrollment.
    for _ in 0..4 {
        browser.challenge_in_session(Kind::Sms).await.ok();
    }
    let mut elsewhere = system.browser().from("203.0.113.9");
    let ticket = elsewhere.login(&dana).await.challenge_required();
    for answer in [
        elsewhere.challenge(&ticket, Kind::Sms).await,
        browser.challenge_in_session(Kind::Sms).await,
    ] {
        let body = answer.problem(429, FULL);
        assert_eq!(body["methods"], json!(["authenticator", "email"]));
    }
    for _ in 0..9 {
        browser.challenge_in_session(Kind::Email).await.ok();
    }
    let answer = elsewhere.challenge(&ticket, Kind::Email).await;
    let body = answer.problem(429, FULL);
    assert_eq!(body["methods"], json!(["authenticator"]));
    // An hour later all do, whatever is remembered of the last one.
    let mut later = elsewhere.clone();
    system.advance(HOUR).await;
    let ticket = later.login(&dana).await.challenge_required();
    let down = json!({"service": "ses", "mode": "error", "count": 1});
    system.fault(down).await;
    let answer = later.challenge(&ticket, Kind::Email).await;
    let body = answer.problem(503, "delivery_unavailable");
    assert_eq!(body["methods"], json!(["sms", "authenticator"]));
    // And it does work, with the same ticket.
    let code = dana.code(&system, Kind::Authenticator).await;
    let answer = elsewhere
        .validate(&ticket, Kind::Authenticator, &code)
        .await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn a_closed_guard_offers_what_can_be_set_up_instead() {
    let system = System::start().await;
    let mut people = newcomers(&system, 2).await;
    let (browser, _, ticket) = &mut people[0];
    for n in 0..10 {
        let to = "victim@mailbox.test";
        enroll(browser, ticket, Kind::Email, to).await.created();
        if n < 5 {
            let answer = enroll(browser, ticket, Kind::Sms, &phone(0)).await;
            answer.created();
        }
    }
    let offers = |answer: Answer, others: [&str; 2]| {
        assert_eq!(answer.problem(429, FULL)["methods"], json!(others));
    };
    let answer = enroll(browser, ticket, Kind::Sms, &phone(0)).await;
    offers(answer, ["authenticator", "email"]);
    let answer = enroll(browser, ticket, Kind::Email, "victim@mailbox.test").await;
    offers(answer, ["authenticator", "sms"]);
    for n in 1..=5 {
        let answer = enroll(browser, ticket, Kind::Sms, &phone(n)).await;
        answer.created();
    }
    // No number would do any more.
    let answer = enroll(browser, ticket, Kind::Email, "victim@mailbox.test").await;
    let body = answer.problem(429, FULL);
    assert_eq!(body["methods"], json!(["authenticator"]));

    let (browser, _, ticket) = &mut people[1];
    let down = json!({"service": "sns", "mode": "error", "count": 1});
    system.fault(down).await;
    let answer = enroll(browser, ticket, Kind::Sms, &phone(9)).await;
    let body = answer.problem(503, "delivery_unavailable");
    assert_eq!(body["methods"], json!(["authenticator", "email"]));
    let landline = enroll(browser, ticket, Kind::Sms, "+61291234567").await;
    let body = landline.problem(422, "destination_not_allowed");
    assert_eq!(body["methods"], json!(["authenticator", "email"]));
}

#[tokio::test]
async fn a_send_refused_is_none() {
    let system = System::start().await;
    let (mut browser, dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let ticket = text_of(
        &browser.challenge_in_session(Kind::Sms).await.ok(),
        "ticket",
    );
    let code = system.code_sent(Kind::Sms, &dana.phone).await;
    for _ in 0..20 {
        let answer = browser.challenge(&ticket, Kind::Sms).await;
        answer.problem(429, "resend_too_soon");
    }
    assert_eq!(system.messages_to(&dana.phone).await.len(), 2);
    for _ in 0..3 {
        system.advance(30).await;
        browser.challenge(&ticket, Kind::Sms).await.ok();
    }
    system.advance(30).await;
    browser
        .challenge(&ticket, Kind::Sms)
        .await
        .problem(429, FULL);
    let answer = browser.validate(&ticket, Kind::Sms, &code).await;
    assert_eq!(answer.ok()["status"], "verified");
}

#[tokio::test]
async fn a_newcomer_has_twenty_codes_mailed_an_hour_whoever_to() {
    let system = System::start().await;
    let first = system.now().await;
    let mut people = newcomers(&system, 2).await;
    let (browser, _, ticket) = &mut people[0];
    for n in 0..20 {
        let to = format!("victim{n}@mailbox.test");
        enroll(browser, ticket, Kind::Email, &to).await.created();
    }
    let answer = enroll(browser, ticket, Kind::Email, "one-more@mailbox.test").await;
    assert_open_again(&system, &answer, first, HOUR).await;
    assert_eq!(
        answer.json()["methods"][0],
        "authenticator",
        "what can be set up instead"
    );
    let (browser, _, ticket) = &mut people[1];
    let answer = enroll(browser, ticket, Kind::Email, "one-more@mailbox.test").await;
    answer.created();
}
