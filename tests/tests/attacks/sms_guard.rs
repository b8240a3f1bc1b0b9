//! What keeps somebody from having text messages sent for money: limits of a practice and of
//! the whole service in a day, and numbers that none go to.

use serde_json::json;
use twostep_local::{Environment, Functions, Options, Stack};
use twostep_tests::{Answer, Client, DAY, Kind, Person, System};

use crate::crowd::{all_at_once, assert_all_of, count};

const FULL: (u16, Option<&str>) = (429, Some("send_limit_reached"));

/// The product's functions, but for a daily limit of the service.
fn with_daily_limit(limit: u32) -> impl Fn(&Environment) -> Functions + Send + Sync + 'static {
    move |environment| {
        let mut environment = environment.clone();
        environment.config.sms_daily_limit = limit;
        twostep_local::build(&environment)
    }
}

/// Somebody of a practice who has no method yet, with the ticket that makes them enable one.
async fn newcomer(system: &System, practice: &str, n: u32) -> (Client, String) {
    let email = format!("user{n}@{}.test", practice.to_lowercase());
    system.add_user(practice, &email, "standard").await;
    let mut browser = system.browser().from(&format!("198.51.{n}.1"));
    let ticket = browser.login(&Person::new(&email)).await;
    (browser, ticket.enrollment_required())
}

/// Asks for a text message to the `n`th of a thousand numbers.
async fn enroll(client: &mut Client, ticket: &str, n: u32) -> Answer {
    let phone = format!("+61491570{n:03}");
    let body = json!({"ticket": ticket, "method": "sms", "phone": phone});
    client.post("/enroll", body).await
}

/// Ten text messages for one person, each to another number.
async fn ten_each((person, (mut browser, ticket)): (u32, (Client, String))) -> Vec<Answer> {
    let mut answers = Vec::new();
    for n in 0..10 {
        answers.push(enroll(&mut browser, &ticket, person * 10 + n).await);
    }
    answers
}

/// Moves the clock to a minute after the next midnight, UTC.
async fn next_day(system: &System) {
    let now = system.now().await;
    system.advance(DAY - now % DAY + 60).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_practice_has_five_hundred_a_day_and_others_are_not_concerned() {
    let system = System::start().await;
    next_day(&system).await;
    // Somebody with every method, the first message of the day.
    system
        .add_user("Coast", "dana@coast.test", "standard")
        .await;
    let kinds = [Kind::Sms, Kind::Email, Kind::Authenticator];
    let (mut dana, _) = system.signed_in("dana@coast.test", &kinds).await;
    system.messages().await;
    system.clear_messages().await;
    // Fifty-two people with ten messages each, those of four at once.
    let mut people = Vec::new();
    for n in 0..52 {
        people.push((n, newcomer(&system, "Coast", n).await));
    }
    let mut answers = Vec::new();
    for some in people.chunks(4) {
        answers.extend(
            all_at_once(some.iter().cloned().map(ten_each))
                .await
                .concat(),
        );
    }
    assert_all_of(&answers, &[(201, None), FULL]);
    assert_eq!(count(&answers, 201, None), 499);
    assert_eq!(system.messages().await.len(), 499);

    // What still works is offered: to who has other methods, and to who can set one up.
    let answer = dana.challenge_in_session(Kind::Sms).await;
    let body = answer.problem(429, "send_limit_reached");
    assert_eq!(body["methods"], json!(["authenticator", "email"]));
    let (mut browser, ticket) = newcomer(&system, "Coast", 60).await;
    let answer = enroll(&mut browser, &ticket, 700).await;
    let body = answer.problem(429, "send_limit_reached");
    assert_eq!(body["methods"], json!(["authenticator", "email"]));
    let midnight = DAY - system.now().await % DAY;
    let wait = answer.retry_after();
    assert!((midnight..=midnight + 5).contains(&wait), "{wait}");
    let (mut other, others) = newcomer(&system, "Hill", 61).await;
    enroll(&mut other, &others, 701).await.created();
    // Nor are text messages offered, where another guard closes.
    for _ in 0..9 {
        dana.challenge_in_session(Kind::Email).await.ok();
    }
    let answer = dana.challenge_in_session(Kind::Email).await;
    let body = answer.problem(429, "send_limit_reached");
    assert_eq!(body["methods"], json!(["authenticator"]));

    next_day(&system).await;
    let ticket = browser.login(&Person::new("user60@coast.test")).await;
    let ticket = ticket.enrollment_required();
    enroll(&mut browser, &ticket, 700).await.created();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_has_a_daily_limit_for_all_practices() {
    let system = System::start_with_functions(with_daily_limit(12)).await;
    next_day(&system).await;
    let mut people = Vec::new();
    for n in 0..10 {
        let practice = ["Coast", "Hill"][n as usize % 2];
        people.push(newcomer(&system, practice, n).await);
    }
    let answers = all_at_once(people.clone().into_iter().enumerate().map(
        |(person, (mut browser, ticket))| async move {
            let mut answers = Vec::new();
            for n in 0..2 {
                let number = u32::try_from(person).expect("ten") * 2 + n;
                answers.push(enroll(&mut browser, &ticket, number).await);
            }
            answers
        },
    ))
    .await
    .concat();
    assert_all_of(&answers, &[(201, None), FULL]);
    assert_eq!(count(&answers, 201, None), 12);
    assert_eq!(system.messages().await.len(), 12);

    // What needs no text message goes on.
    let (browser, ticket) = &mut people[0];
    let body = json!({"ticket": ticket, "method": "email", "email": "dana@mailbox.test"});
    browser.post("/enroll", body).await.created();
    next_day(&system).await;
    let (mut browser, ticket) = newcomer(&system, "Hill", 20).await;
    enroll(&mut browser, &ticket, 700).await.created();
}

#[tokio::test]
async fn a_closed_service_offers_the_methods_that_still_work() {
    let system = System::start_with_functions(with_daily_limit(1)).await;
    let (mut browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Email, Kind::Authenticator])
        .await;
    browser.enroll(&mut dana, Kind::Sms).await;
    let answer = browser.challenge_in_session(Kind::Sms).await;
    let body = answer.problem(429, "send_limit_reached");
    assert_eq!(body["methods"], json!(["email", "authenticator"]));
    // Nor is it offered itself, where another guard closes.
    for _ in 0..9 {
        browser.challenge_in_session(Kind::Email).await.ok();
    }
    let answer = browser.challenge_in_session(Kind::Email).await;
    let body = answer.problem(429, "send_limit_reached");
    assert_eq!(body["methods"], json!(["authenticator"]));
    let full = json!({"method": "email", "email": dana.mailbox});
    let answer = browser.post("/enroll", full).await;
    let body = answer.problem(429, "send_limit_reached");
    assert_eq!(body["methods"], json!(["authenticator"]));
}

#[tokio::test]
async fn a_number_that_is_no_longer_sent_to_leaves_the_other_methods() {
    let data = tempfile::tempdir().expect("a directory");
    let options = Options {
        data: Some(data.path().to_owned()),
        ..Options::default()
    };
    let system = System::start_with(options.clone()).await;
    let kinds = [Kind::Sms, Kind::Email, Kind::Authenticator];
    let (_, dana) = system.signed_in("desk@harbour.test", &kinds).await;
    drop(system);
    // The operator takes the country off the list.
    let without_australia = |environment: &Environment| {
        let mut environment = environment.clone();
        environment.config.sms_countries = vec!["NZ".to_owned()];
        twostep_local::build(&environment)
    };
    let stack = Stack::start_with(options, without_australia).await;
    let stack = stack.expect("a system");
    let mut browser = System::at(stack.url()).browser();
    let ticket = browser.login(&dana).await.challenge_required();
    let answer = browser.challenge(&ticket, Kind::Sms).await;
    let body = answer.problem(422, "destination_not_allowed");
    assert_eq!(body["methods"], json!(["authenticator", "email"]));
}

#[tokio::test]
async fn only_mobile_numbers_of_the_allowed_countries_are_sent_to() {
    let system = System::start().await;
    let (mut browser, _) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    system.clear_messages().await;
    for (phone, what) in [
        ("+61291234567", "a landline in Sydney"),
        ("+442079460123", "a landline in London"),
        ("+6418001234", "too short for anything"),
        ("+611900654321", "premium rate in Australia"),
        ("+449098790123", "premium rate in Britain"),
        ("+353 1520 123 456", "premium rate in Ireland"),
        ("+611800123456", "toll free"),
        ("+611300975707", "shared cost"),
        ("+447012345678", "a personal number, at any price"),
        ("+12025550123", "another country"),
        ("+4915123456789", "another country"),
        ("+18765551234", "another country"),
        ("+447624123456", "the Isle of Man, with Britain's code"),
        ("+882161234567", "a satellite"),
        ("+97912345678", "international premium rate"),
    ] {
        let answer = browser
            .post("/enroll", json!({"method": "sms", "phone": phone}))
            .await;
        match answer.status {
            400 => drop(answer.invalid("phone")),
            _ => drop(answer.problem(422, "destination_not_allowed")),
        }
        assert!(matches!(answer.status, 400 | 422), "{what}");
    }
    assert!(system.messages().await.is_empty());
    let (_, dana) = system.signed_in("nurse@harbour.test", &[Kind::Sms]).await;
    assert_eq!(system.messages_to(&dana.phone).await.len(), 1);
}
