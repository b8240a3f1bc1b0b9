//! Things done at the same time that may happen once.

use serde_json::{Value, json};
use twostep_tests::{Answer, Client, Kind, Message, Person, System, text_of};

use crate::crowd::{all_at_once, assert_all_of, count};

const USED_UP: (u16, Option<&str>) = (401, Some("invalid_ticket"));
const BUSY: (u16, Option<&str>) = (503, Some("temporarily_unavailable"));

/// The same thing by `n` copies of a client at once; gives each with its answer.
async fn together<F>(
    client: &Client,
    n: usize,
    what: impl Fn(Client) -> F,
) -> (Vec<Client>, Vec<Answer>)
where
    F: Future<Output = (Client, Answer)> + Send + 'static,
{
    let copies = (0..n).map(|_| what(client.clone()));
    all_at_once(copies).await.into_iter().unzip()
}

/// One more person at Harbour Clinic; gives their e-mail address.
async fn colleague(system: &System, n: u32) -> String {
    let email = format!("dana{n}@harbour.test");
    system.add_user("Harbour Clinic", &email, "standard").await;
    email
}

/// Sessions in the table of somebody who signed in `times` times.
async fn sessions(system: &System) -> usize {
    let items = system.items().await;
    let is_session = |item: &&Value| {
        let key = item["sk"]["S"].as_str().unwrap_or_default();
        key.starts_with("SESSION#")
    };
    items.iter().filter(is_session).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_code_fifty_times_at_once_is_one_session() {
    let system = System::start().await;
    let (_, mut dana) = system.signed_in("desk@harbour.test", &Kind::ALL).await;
    for kind in Kind::ALL {
        let mut browser = system.browser().from("203.0.113.9");
        let ticket = browser.login(&dana).await.challenge_required();
        let code = browser.code_for(&ticket, &mut dana, kind).await;
        let before = sessions(&system).await;
        let (browsers, answers) = together(&browser, 50, |mut browser| {
            let (ticket, code) = (ticket.clone(), code.clone());
            async move {
                let answer = browser.validate_and_remember(&ticket, kind, &code).await;
                (browser, answer)
            }
        })
        .await;
        // An app's code may also be found used, before the ticket is found gone.
        let used = (422, Some("code_already_used"));
        assert_all_of(&answers, &[(200, None), USED_UP, used, BUSY]);
        assert!(count(&answers, 200, None) <= 1, "{kind}");
        assert_eq!(sessions(&system).await, before + 1, "{kind}");
        for (winner, answer) in browsers.iter().zip(&answers) {
            if answer.status == 200 {
                let devices = winner.clone().get("/devices").await.ok();
                let mut devices = devices["devices"].as_array().expect("devices").iter();
                assert!(devices.any(|device| device["current"] == true));
            }
        }
        // Being right too late is no failure: nobody is locked out by a double click.
        let mut browser = system.browser().from("203.0.113.9");
        let ticket = browser.login(&dana).await.challenge_required();
        let asked = browser.challenge(&ticket, Kind::Authenticator).await.ok();
        assert_eq!(asked["attempts_left"], 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_of_an_app_for_many_tickets_at_once_is_one_session() {
    let system = System::start().await;
    let (_, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let code = dana.code(&system, Kind::Authenticator).await;
    let mut tickets = Vec::new();
    for n in 0..8 {
        let mut browser = system.browser().from(&format!("203.0.113.{n}"));
        let ticket = browser.login(&dana).await.challenge_required();
        tickets.push((browser, ticket));
    }
    let before = sessions(&system).await;
    let answers = all_at_once(tickets.into_iter().map(|(mut browser, ticket)| {
        let code = code.clone();
        async move { browser.validate(&ticket, Kind::Authenticator, &code).await }
    }))
    .await;
    assert_all_of(
        &answers,
        &[(200, None), (422, Some("code_already_used")), BUSY],
    );
    assert_eq!(count(&answers, 200, None), 1);
    assert_eq!(sessions(&system).await, before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_step_ups_with_one_ticket_are_one() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Email]).await;
    let asked = browser.challenge_in_session(Kind::Email).await.ok();
    let ticket = text_of(&asked, "ticket");
    let code = dana.code(&system, Kind::Email).await;
    let (browsers, answers) = together(&browser, 20, |mut browser| {
        let (ticket, code) = (ticket.clone(), code.clone());
        async move {
            let answer = browser.validate(&ticket, Kind::Email, &code).await;
            (browser, answer)
        }
    })
    .await;
    let ended = (401, Some("unauthenticated"));
    assert_all_of(&answers, &[(200, None), USED_UP, ended, BUSY]);
    assert_eq!(count(&answers, 200, None), 1);
    assert_eq!(sessions(&system).await, 1, "its token was rotated");
    browser
        .get("/session")
        .await
        .problem(401, "unauthenticated");
    for (mut browser, answer) in browsers.into_iter().zip(answers) {
        let expected = if answer.status == 200 { 200 } else { 401 };
        assert_eq!(browser.get("/session").await.status, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_resends_are_one_send() {
    let system = System::start().await;
    let (mut browser, dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let mut fresh = system.browser().from("203.0.113.9");
    let ticket = fresh.login(&dana).await.challenge_required();
    let answer = browser.start_enrollment(&dana, Kind::Email).await;
    let enrollment = text_of(&answer.created(), "enrollment");
    for round in 1..=3 {
        let (_, answers) = together(&fresh, 12, |mut browser| {
            let ticket = ticket.clone();
            async move {
                let answer = browser.challenge(&ticket, Kind::Sms).await;
                (browser, answer)
            }
        })
        .await;
        let too_soon = (429, Some("resend_too_soon"));
        assert_all_of(&answers, &[(200, None), too_soon, BUSY]);
        assert!(count(&answers, 200, None) <= 1);
        let sent = system.messages_to(&dana.phone).await;
        assert_eq!(sent.len(), 1 + round, "one for the set-up");
        system.advance(30).await;

        let (_, answers) = together(&browser, 12, |mut browser| {
            let body = json!({"enrollment": enrollment});
            async move {
                let answer = browser.post("/enroll", body).await;
                (browser, answer)
            }
        })
        .await;
        assert_all_of(&answers, &[(200, None), too_soon, BUSY]);
        assert!(count(&answers, 200, None) <= 1);
        let sent = system.messages_to(&dana.mailbox).await;
        assert_eq!(sent.len(), 1 + round);
        let codes: Vec<_> = sent.iter().filter_map(Message::code).collect();
        assert!(codes.iter().all(|code| *code == codes[0]), "all the same");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_last_two_methods_removed_at_once_one_stays() {
    let system = System::start().await;
    for n in 0..5 {
        let email = colleague(&system, n).await;
        let (mut browser, _) = system.signed_in(&email, &[Kind::Sms, Kind::Email]).await;
        let both = [Kind::Sms, Kind::Email].map(|kind| {
            let mut browser = browser.clone();
            async move { browser.delete(&format!("/methods/{kind}")).await }
        });
        let answers = all_at_once(both).await;
        assert_all_of(&answers, &[(200, None), (409, Some("last_method"))]);
        assert_eq!(count(&answers, 200, None), 1);
        assert_eq!(browser.enabled_methods().await.len(), 1);
        let removed = system.subjects_to(&email).await;
        let removed = removed.iter().filter(|subject| subject.contains("removed"));
        assert_eq!(removed.count(), 1, "and is told of");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_removed_while_another_becomes_primary_one_primary_stays() {
    let system = System::start().await;
    for n in 0..5 {
        let email = colleague(&system, n).await;
        let kinds = [Kind::Sms, Kind::Email];
        let (mut browser, _) = system.signed_in(&email, &kinds).await;
        let (mut one, mut two) = (browser.clone(), browser.clone());
        let (removed, made_primary) = tokio::join!(
            tokio::spawn(async move { one.delete("/methods/email").await }),
            tokio::spawn(async move { two.put_empty("/methods/email/primary").await }),
        );
        removed.expect("an answer").ok();
        let not_enabled = (409, Some("method_not_enabled"));
        let made_primary = [made_primary.expect("an answer")];
        assert_all_of(&made_primary, &[(200, None), not_enabled]);
        let body = browser.get("/methods").await.ok();
        let methods = body["methods"].as_array().expect("methods").iter();
        let primary: Vec<_> = methods
            .filter(|method| method["primary"] == true)
            .map(|method| (text_of(method, "kind"), method["enabled"] == true))
            .collect();
        assert_eq!(primary, [("sms".to_owned(), true)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_by_a_method_while_it_is_removed_is_not_signed_in() {
    let system = System::start().await;
    for n in 0..5 {
        let email = colleague(&system, n).await;
        let kinds = [Kind::Email, Kind::Sms];
        let (mut owner, mut dana) = system.signed_in(&email, &kinds).await;
        let mut thief = system.browser().from("198.51.100.66");
        let ticket = thief.login(&dana).await.challenge_required();
        let code = thief.code_for(&ticket, &mut dana, Kind::Sms).await;
        let (mut removing, mut signing_in) = (owner.clone(), thief.clone());
        let (removed, signed_in) = tokio::join!(
            tokio::spawn(async move { removing.delete("/methods/sms").await }),
            tokio::spawn(async move {
                let answer = signing_in
                    .validate_and_remember(&ticket, Kind::Sms, &code)
                    .await;
                (signing_in, answer)
            }),
        );
        removed.expect("an answer").ok();
        let (mut thief, answer) = signed_in.expect("an answer");
        let answer = [answer];
        assert_all_of(&answer, &[(200, None), USED_UP]);
        // Whichever came first, the session and what was remembered are gone.
        let session = thief.get("/session").await;
        session.problem(401, "unauthenticated");
        let mut again = thief.without_session();
        again.login(&dana).await.challenge_required();
        assert_eq!(owner.enabled_methods().await, ["email"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_while_a_colleague_resets_them_is_not_signed_in() {
    let system = System::start().await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    for n in 0..5 {
        let email = format!("dana{n}@harbour.test");
        let made = system.add_user("Harbour Clinic", &email, "standard").await;
        let (_, mut dana) = system.signed_in(&email, &[Kind::Email]).await;
        let mut thief = system.browser().from("198.51.100.66");
        let ticket = thief.login(&dana).await.challenge_required();
        let code = thief.code_for(&ticket, &mut dana, Kind::Email).await;
        let path = format!("/users/{}/methods", made.user_id);
        let mut resetting = admin.clone();
        let (reset, signed_in) = tokio::join!(
            tokio::spawn(async move { resetting.delete(&path).await }),
            tokio::spawn(async move {
                let answer = thief.validate(&ticket, Kind::Email, &code).await;
                (thief, answer)
            }),
        );
        reset.expect("an answer").no_content();
        let (mut thief, answer) = signed_in.expect("an answer");
        assert_all_of(&[answer], &[(200, None), USED_UP]);
        let session = thief.get("/session").await;
        session.problem(401, "unauthenticated");
        let mut browser = system.browser();
        browser.login(&dana).await.enrollment_required();
    }
    admin.get("/session").await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_sign_ins_that_enable_a_first_method_at_once_one_is_signed_in() {
    let system = System::start().await;
    for n in 0..5 {
        let email = colleague(&system, n).await;
        // The owner and somebody who has the password, each with a mailbox of their own.
        let mut ready = Vec::new();
        for address in ["203.0.113.9", "198.51.100.66"] {
            let person = Person::new(&email);
            let mut browser = system.browser().from(address);
            let ticket = browser.login(&person).await.enrollment_required();
            let kind = [Kind::Email, Kind::Sms][ready.len()];
            let answer = browser.start_first_enrollment(&ticket, &person, kind).await;
            let enrollment = text_of(&answer.created(), "enrollment");
            let code = system.code_sent(kind, person.destination(kind)).await;
            ready.push((browser, ticket, enrollment, code));
        }
        let answers = all_at_once(ready.into_iter().map(
            |(mut browser, ticket, enrollment, code)| async move {
                browser.validate_first(&ticket, &enrollment, &code).await
            },
        ))
        .await;
        assert_all_of(&answers, &[(200, None), USED_UP]);
        assert_eq!(count(&answers, 200, None), 1, "or a thief adds a method");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_code_of_an_enrollment_many_times_at_once_enables_once() {
    let system = System::start().await;
    let (mut browser, mut dana) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    let answer = browser.start_enrollment(&dana, Kind::Authenticator).await;
    let started = answer.created();
    let enrollment = text_of(&started, "enrollment");
    let code = dana
        .first_code(&browser, Kind::Authenticator, &started)
        .await;
    let (_, answers) = together(&browser, 50, |mut browser| {
        let (enrollment, code) = (enrollment.clone(), code.clone());
        async move {
            let answer = browser.validate_enrollment(&enrollment, &code).await;
            (browser, answer)
        }
    })
    .await;
    assert_all_of(&answers, &[(200, None), (404, Some("not_found")), BUSY]);
    assert!(count(&answers, 200, None) <= 1);
    let told = system.subjects_to(&dana.email).await;
    let told = told.iter().filter(|subject| subject.contains("enabled"));
    assert_eq!(told.count(), 2, "of each method once");
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_of_a_remembered_device_that_sign_in_at_once_all_get_in() {
    let system = System::start().await;
    let (browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let mut browser = browser.without_session();
    browser.sign_in_and_remember(&mut dana).await;
    let browser = browser.without_session();
    let (tabs, answers) = together(&browser, 6, |mut tab| {
        let dana = dana.clone();
        async move {
            let answer = tab.login(&dana).await;
            (tab, answer)
        }
    })
    .await;
    for answer in &answers {
        answer.authenticated("remembered_device");
    }
    let old = browser.device_cookie();
    let mut new: Vec<_> = tabs.iter().map(Client::device_cookie).collect();
    new.retain(|cookie| *cookie != old);
    assert_eq!(new.len(), 1, "one of them gets the new token");
    let subjects = system.subjects_to(&dana.email).await;
    let misuse = |subject: &&String| subject.starts_with("Possible misuse");
    assert_eq!(subjects.iter().filter(misuse).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_device_token_used_many_times_at_once_is_told_of_once() {
    let system = System::start().await;
    let (browser, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Authenticator])
        .await;
    let mut browser = browser.without_session();
    browser.sign_in_and_remember(&mut dana).await;
    let mut browser = browser.without_session();
    let thief = browser.clone().from("198.51.100.66");
    browser
        .login(&dana)
        .await
        .authenticated("remembered_device");
    system.advance(61).await;
    let (_, answers) = together(&thief, 4, |mut thief| {
        let dana = dana.clone();
        async move {
            let answer = thief.login(&dana).await;
            (thief, answer)
        }
    })
    .await;
    for answer in &answers {
        answer.challenge_required();
    }
    let subjects = system.subjects_to(&dana.email).await;
    let misuse = |subject: &&String| subject.starts_with("Possible misuse");
    assert_eq!(subjects.iter().filter(misuse).count(), 1);
    browser.login(&dana).await.challenge_required();
}
