//! An ordinary crowd is no attack: people of one practice who do something at the same moment all
//! get on, also while transactions that meet on an item are cancelled, as in AWS. They are few, and
//! their transactions long, so that a slow machine isn't what turns them away.

use std::time::Duration;

use twostep_local::Options;
use twostep_tests::{Client, Kind, Person, System};

use crate::crowd::{all_at_once, assert_all_of, count};

/// A system whose transactions last this long, and conflict while they do.
async fn conflicting(milliseconds: u64) -> System {
    let options = Options {
        transactions_last: Duration::from_millis(milliseconds),
        ..Options::default()
    };
    System::start_with(options).await
}

/// So many people of one practice.
async fn practice(system: &System, people: u32) -> Vec<Person> {
    let numbers = 0..people;
    let mut people = Vec::new();
    for n in numbers {
        let person = Person::new(&format!("user{n}@coast.test"));
        system.add_user("Coast", &person.email, "standard").await;
        people.push(person);
    }
    people
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_behind_one_address_at_the_same_moment_gets_a_ticket() {
    let system = conflicting(30).await;
    let people = practice(&system, 8).await;
    let office = system.browser().from("203.0.113.9");
    let answers = all_at_once(people.into_iter().map(|person| {
        let mut browser = office.clone();
        async move { browser.login(&person).await }
    }))
    .await;
    assert_all_of(&answers, &[(200, None)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_a_text_message_at_the_same_moment_as_colleagues_gets_it() {
    let system = conflicting(30).await;
    let mut ready: Vec<(Client, Person, String)> = Vec::new();
    for (n, person) in practice(&system, 10).await.into_iter().enumerate() {
        let mut browser = system.browser().from(&format!("198.51.100.{n}"));
        let ticket = browser.login(&person).await.enrollment_required();
        ready.push((browser, person, ticket));
    }
    let answers = all_at_once(ready.into_iter().map(|(mut browser, person, ticket)| {
        let kind = Kind::Sms;
        async move { browser.start_first_enrollment(&ticket, &person, kind).await }
    }))
    .await;
    assert_all_of(&answers, &[(201, None)]);
    assert_eq!(system.messages().await.len(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_guesses_whose_transactions_conflict_no_more_than_five_are_judged() {
    let system = conflicting(5).await;
    let (_, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    let mut thief = system.browser().from("198.51.100.66");
    let ticket = thief.login(&dana).await.challenge_required();
    let right = thief.code_for(&ticket, &mut dana, Kind::Email).await;
    let answers = all_at_once((0..40).map(|n| {
        let (mut thief, ticket) = (thief.clone(), ticket.clone());
        let code = if n == 20 {
            right.clone()
        } else {
            format!("{n:06}")
        };
        async move { thief.validate(&ticket, Kind::Email, &code).await }
    }))
    .await;
    let judged = [(200, None), (422, Some("invalid_code"))];
    let refused = [
        (401, Some("invalid_ticket")),
        (503, Some("temporarily_unavailable")),
    ];
    assert_all_of(&answers, &[judged, refused].concat());
    let judged = judged.map(|(status, code)| count(&answers, status, code));
    let judged: usize = judged.iter().sum();
    assert!(judged <= 5, "{judged}");
}
