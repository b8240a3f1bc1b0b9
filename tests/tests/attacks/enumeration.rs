//! Who has an account is not to be found out: whatever is wrong, answers are the same byte for
//! byte, and so is what they cost.

use serde_json::{Value, json};
use twostep_tests::{Answer, Client, Kind, Person, System, text_of};

const PASSWORD: &str = "not the password";

/// A way in which a sign-in fails.
struct Attempt {
    what: &'static str,
    email: &'static str,
    password: &'static str,
}

const ATTEMPTS: [Attempt; 5] = [
    Attempt {
        what: "unknown",
        email: "nobody@harbour.test",
        password: PASSWORD,
    },
    Attempt {
        what: "no method yet",
        email: "desk@harbour.test",
        password: PASSWORD,
    },
    Attempt {
        what: "with a method",
        email: "nurse@harbour.test",
        password: PASSWORD,
    },
    Attempt {
        what: "disabled",
        email: "admin@summit.test",
        password: PASSWORD,
    },
    Attempt {
        what: "disabled, with the right password",
        email: "desk@summit.test",
        password: twostep_local::DEMO_PASSWORD,
    },
];

/// A system in which every way of [`ATTEMPTS`] is there to be tried.
async fn system() -> System {
    let system = System::start().await;
    system.signed_in("nurse@harbour.test", &[Kind::Email]).await;
    for email in ["admin@summit.test", "desk@summit.test"] {
        let (mut browser, _) = system.signed_in(email, &[Kind::Email]).await;
        let id = text_of(&browser.get("/session").await.ok()["user"], "id");
        system.change_user(&id, json!({"disabled": true})).await;
    }
    system
}

/// Everything an answer shows but the time and the id of the request.
fn shown(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter();
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), format!("{value:?}")))
        .filter(|(name, _)| name != "date" && name != "apigw-requestid")
        .collect();
    headers.sort();
    (answer.status, headers, answer.text().to_owned())
}

async fn attempt(client: &mut Client, attempt: &Attempt) -> Answer {
    client.login_with(attempt.email, attempt.password).await
}

#[tokio::test]
async fn every_failure_is_one_answer_through_all_waits() {
    let system = system().await;
    let mut thieves: Vec<_> = (1..=ATTEMPTS.len())
        .map(|n| system.browser().from(&format!("198.51.100.{n}")))
        .collect();
    for round in 0..14 {
        let mut first = None;
        for (thief, way) in thieves.iter_mut().zip(&ATTEMPTS) {
            let answer = attempt(thief, way).await;
            let shown = shown(&answer);
            let wanted = first.get_or_insert_with(|| shown.clone());
            assert_eq!(shown, *wanted, "{}, try {round}", way.what);
            answer.problem(401, "invalid_credentials");
        }
        // Past every wait there may be; that of a lock is compared below.
        if round >= 4 {
            system.advance(900).await;
        }
    }
    let mut first = None;
    for (thief, way) in thieves.iter_mut().zip(&ATTEMPTS) {
        attempt(thief, way)
            .await
            .problem(401, "invalid_credentials");
        // Locked for fifteen minutes, the wait being told to the second.
        let answer = attempt(thief, way).await;
        answer.problem(429, "too_many_attempts");
        let wait = answer.retry_after();
        assert!((870..=900).contains(&wait), "{}: {wait}", way.what);
        let mut shown = shown(&answer);
        shown.1.retain(|(name, _)| name != "retry-after");
        let wanted = first.get_or_insert_with(|| shown.clone());
        assert_eq!(shown, *wanted, "{}, locked", way.what);
    }
}

#[tokio::test]
async fn every_failure_costs_the_same_requests() {
    let system = system().await;
    let mut thief = system.browser().from("198.51.100.66");
    let mut first: Option<Value> = None;
    for way in &ATTEMPTS {
        system.clear_usage().await;
        attempt(&mut thief, way)
            .await
            .problem(401, "invalid_credentials");
        let usage = system.local("GET", "usage", None).await.json();
        let requests = usage["requests"].as_array().expect("requests").iter();
        let counts: Value = requests
            .map(|line| json!([line["operation"], line["count"], line["write_units"]]))
            .collect();
        let wanted = first.get_or_insert_with(|| counts.clone());
        assert_eq!(counts, *wanted, "{}", way.what);
    }
}

#[tokio::test]
async fn a_closed_address_is_told_nothing_about_accounts() {
    let system = system().await;
    let mut thief = system.browser().from("198.51.100.66");
    for n in 0..50 {
        let answer = thief
            .login_with(&format!("user{n}@nowhere.test"), PASSWORD)
            .await;
        answer.problem(401, "invalid_credentials");
    }
    let right = Person::new("nurse@harbour.test");
    let mut first = None;
    let mut answers = vec![thief.login(&right).await];
    for way in &ATTEMPTS {
        answers.push(attempt(&mut thief, way).await);
    }
    for answer in answers {
        answer.problem(429, "too_many_attempts");
        let mut shown = shown(&answer);
        shown.1.retain(|(name, _)| name != "retry-after");
        let wanted = first.get_or_insert_with(|| shown.clone());
        assert_eq!(shown, *wanted);
    }
}

#[tokio::test]
async fn tokens_that_never_were_say_nothing_about_whom_they_name() {
    let system = system().await;
    let mut browser = system.browser();
    let nils = Person::new("nurse@harbour.test");
    let real = browser.login(&nils).await.challenge_required();
    // The same user with another secret, and another user with the same.
    let (user, secret) = real.split_at(20);
    let flip = |text: &str| -> String {
        let flipped = |c| if c == 'A' { 'B' } else { 'A' };
        let mut chars = text.chars();
        let first = chars.next().map(flipped);
        first.into_iter().chain(chars).collect()
    };
    let forged = [
        format!("{user}{}", flip(secret)),
        format!("{}{secret}", flip(user)),
    ];
    let mut first: Option<Vec<_>> = None;
    for token in forged {
        let mut seen = Vec::new();
        for kind in Kind::ALL {
            let answer = browser.challenge(&token, kind).await;
            answer.problem(401, "invalid_ticket");
            seen.push(shown(&answer));
            let answer = browser.validate(&token, kind, "123456").await;
            answer.problem(401, "invalid_ticket");
            seen.push(shown(&answer));
            let answer = browser.start_first_enrollment(&token, &nils, kind).await;
            answer.problem(401, "invalid_ticket");
            seen.push(shown(&answer));
        }
        let wanted = first.get_or_insert_with(|| seen.clone());
        assert_eq!(seen, *wanted);
    }
    browser.challenge(&real, Kind::Email).await.ok();
}
