//! Guesses at passwords: five for an account, then ever longer waits; fifty an hour from an
//! address; and the owner gets in all the same.

use serde_json::json;
use twostep_tests::{Answer, Client, DAY, HOUR, Kind, Person, System};

use crate::crowd::{all_at_once, assert_all_of, count};

const EMAIL: &str = "desk@harbour.test";

/// A try with a wrong password; whether it was judged.
async fn miss(client: &mut Client, email: &str) -> bool {
    let answer = client.login_with(email, "not the password").await;
    if answer.status == 429 {
        answer.problem(429, "too_many_attempts");
        return false;
    }
    answer.problem(401, "invalid_credentials");
    true
}

/// Wrong passwords until none is judged for a minute or more; gives how long it is.
async fn lock(client: &mut Client, email: &str) -> i64 {
    loop {
        let answer = client.login_with(email, "not the password").await;
        match answer.status {
            429 if answer.retry_after() > 60 => return answer.retry_after(),
            429 => client.system().clone().advance(answer.retry_after()).await,
            _ => {
                answer.problem(401, "invalid_credentials");
            }
        }
    }
}

/// The wait that an answer tells, if it is `wait` but for the time the requests took.
#[track_caller]
fn assert_waits(answer: &Answer, wait: i64, taken: i64) {
    answer.problem(429, "too_many_attempts");
    let told = answer.retry_after();
    assert!((wait - taken..=wait).contains(&told), "{told} of {wait}");
}

#[tokio::test]
async fn five_are_free_and_then_the_wait_doubles_to_fifteen_minutes() {
    let system = System::start().await;
    let mut thief = system.browser();
    for _ in 0..4 {
        assert!(miss(&mut thief, EMAIL).await);
    }
    let waits = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900];
    let mut before = system.now().await;
    let mut failed = false;
    for wait in waits {
        if !failed {
            before = system.now().await;
            assert!(miss(&mut thief, EMAIL).await, "after the wait");
        }
        let answer = thief.login_with(EMAIL, "not the password").await;
        let taken = system.now().await - before;
        failed = answer.status == 401;
        if failed {
            // The wait was shorter than this machine took, and the next one has begun.
            assert!(taken >= wait, "{wait}: {taken}");
            continue;
        }
        assert_waits(&answer, wait, taken);
        system.advance(answer.retry_after()).await;
    }
}

#[tokio::test]
async fn while_it_lasts_the_right_password_is_not_tried_either() {
    let system = System::start().await;
    let dana = Person::new(EMAIL);
    let mut thief = system.browser();
    let wait = lock(&mut thief, EMAIL).await;
    let mut owner = system.browser().from("203.0.113.9");
    let answer = owner.login(&dana).await;
    answer.problem(429, "too_many_attempts");
    assert!(answer.retry_after() <= wait);
    // It ends by itself, and a right password forgets the failures.
    system.advance(answer.retry_after()).await;
    owner.login(&dana).await.enrollment_required();
    for _ in 0..5 {
        assert!(miss(&mut thief, EMAIL).await);
    }
}

#[tokio::test]
async fn failures_are_forgotten_after_a_quiet_day() {
    let system = System::start().await;
    let mut thief = system.browser();
    lock(&mut thief, EMAIL).await;
    system.advance(DAY).await;
    for _ in 0..5 {
        assert!(miss(&mut thief, EMAIL).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_passwords_at_once_no_more_are_tried_than_one_after_another() {
    let system = System::start().await;
    let before = system.now().await;
    let answers = all_at_once((0..24).map(|n| {
        // Each from an address of its own, so that only the account's limit is met.
        let mut thief = system.browser().from(&format!("198.51.100.{n}"));
        async move { thief.login_with(EMAIL, &format!("guess {n:04}")).await }
    }))
    .await;
    let taken = system.now().await - before;
    assert_all_of(
        &answers,
        &[
            (401, Some("invalid_credentials")),
            (429, Some("too_many_attempts")),
            (503, Some("temporarily_unavailable")),
        ],
    );
    // Five, and one more after 1 s, 3 s, 7 s and so on: all the time gives.
    let after_waits = (1..).take_while(|n| (1 << n) - 1 <= taken + 1).count();
    let tried = count(&answers, 401, Some("invalid_credentials"));
    assert!(tried <= 5 + after_waits, "{tried}");
}

#[tokio::test]
async fn fifty_failures_in_an_hour_close_an_address() {
    let system = System::start().await;
    let dana = Person::new(EMAIL);
    let mut thief = system.browser().from("2001:db8:1:2::66");
    let before = system.now().await;
    for n in 0..50 {
        // It counts whoever it is tried for, and from wherever in the /64.
        thief = thief.from(&format!("2001:db8:1:2::{n}"));
        assert!(miss(&mut thief, &format!("user{n}@nowhere.test")).await);
    }
    for address in ["2001:db8:1:2::66", "2001:db8:1:2:ffff:ffff:ffff:ffff"] {
        let answer = system.browser().from(address).login(&dana).await;
        assert_waits(&answer, HOUR, system.now().await - before);
    }
    for address in ["2001:db8:1:3::66", "203.0.113.9"] {
        let answer = system.browser().from(address).login(&dana).await;
        answer.enrollment_required();
    }
    system.advance_to(before + HOUR - 5).await;
    let answer = thief.login(&dana).await;
    answer.problem(429, "too_many_attempts");
    system.advance(answer.retry_after()).await;
    thief.login(&dana).await.enrollment_required();
}

#[tokio::test]
async fn an_office_that_signs_in_from_one_address_is_no_attack() {
    let system = System::start().await;
    let dana = Person::new(EMAIL);
    let mut office = system.browser().from("203.0.113.9");
    for _ in 0..60 {
        office.login(&dana).await.enrollment_required();
    }
}

#[tokio::test]
async fn while_a_stranger_has_the_account_locked_its_owner_gets_in_from_the_usual_place() {
    let system = System::start().await;
    let mut dana = Person::new(EMAIL);
    let mut home = system.browser().from("203.0.113.9");
    home.enroll_at_sign_in(&mut dana, Kind::Sms).await;
    let on = json!({"mode": "new_addresses_only"});
    home.put("/whitelist", on).await.ok();
    let mut laptop = system.browser().from("203.0.113.77");
    laptop.sign_in_and_remember(&mut dana).await;
    system.advance(HOUR).await;

    let mut stranger = system.browser().from("198.51.100.66");
    lock(&mut stranger, EMAIL).await;
    // From the remembered browser, wherever it is.
    let mut travelling = laptop.without_session().from("192.0.2.44");
    let answer = travelling.login(&dana).await;
    answer.authenticated("remembered_device");
    // And from a known address, in whatever browser.
    let mut other_browser = system.browser().from("203.0.113.9");
    let answer = other_browser.login(&dana).await;
    answer.authenticated("known_address");
    // From anywhere else not; and what the owner did has not let the stranger in.
    for address in ["198.51.100.66", "192.0.2.44"] {
        let answer = system.browser().from(address).login(&dana).await;
        answer.problem(429, "too_many_attempts");
    }
}

#[tokio::test]
async fn the_usual_places_have_limits_of_their_own() {
    let system = System::start().await;
    let mut dana = Person::new(EMAIL);
    let mut home = system.browser().from("203.0.113.9");
    home.enroll_at_sign_in(&mut dana, Kind::Sms).await;
    home.sign_in_and_remember(&mut dana).await;
    let mut laptop = home.without_session();

    // Whoever has the laptop gets no more tries than anybody.
    lock(&mut laptop, EMAIL).await;
    let answer = laptop.login(&dana).await;
    answer.problem(429, "too_many_attempts");
    // But the same address is another place, and so is anywhere else.
    let mut neighbour = system.browser().from("203.0.113.9");
    neighbour.login(&dana).await.challenge_required();
    let mut elsewhere = system.browser().from("192.0.2.44");
    elsewhere.login(&dana).await.challenge_required();
    // A colleague behind the same address locks out neither the laptop nor the world.
    lock(&mut neighbour, EMAIL).await;
    elsewhere.login(&dana).await.challenge_required();
    system.advance(HOUR).await;
    laptop.login(&dana).await.authenticated("remembered_device");
}

#[tokio::test]
async fn a_locked_password_stops_neither_a_session_nor_a_code() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in(EMAIL, &[Kind::Email]).await;
    let mut other = system.browser().from("203.0.113.9");
    let ticket = other.login(&dana).await.challenge_required();
    let mut thief = system.browser().from("198.51.100.66");
    // As many as it takes for a wait, but not more time than a ticket has.
    for _ in 0..5 {
        assert!(miss(&mut thief, EMAIL).await);
    }
    browser.step_up(&mut dana, Kind::Email).await;
    let code = other.code_for(&ticket, &mut dana, Kind::Email).await;
    let answer = other.validate(&ticket, Kind::Email, &code).await;
    answer.authenticated("second_factor");
}

#[tokio::test]
async fn mistyping_in_ever_new_browsers_fills_nothing_up() {
    let system = System::start().await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Email]).await;
    let (mut desk, mut dana) = system.signed_in(EMAIL, &[Kind::Authenticator]).await;
    let id = desk.get("/session").await.ok()["user"]["id"].clone();
    for _ in 0..30 {
        let mut browser = system.browser();
        browser.sign_in_and_remember(&mut dana).await;
        assert!(miss(&mut browser, EMAIL).await);
    }
    let items = system.items().await;
    let names = items.iter().filter_map(|item| item.as_object());
    let counters = names.flat_map(|item| item.keys());
    let counters = counters.filter(|name| name.starts_with("password_"));
    // Twenty browsers are remembered, and the last one's predecessor may be gone since.
    assert!((15..=21).contains(&counters.count()));
    let path = format!("/users/{}/methods", id.as_str().expect("an id"));
    admin.delete(&path).await.no_content();
    assert!(system.items().await.iter().all(|item| {
        let names = item.as_object().expect("an item").keys();
        !names.into_iter().any(|name| name.starts_with("password_"))
    }));
}
