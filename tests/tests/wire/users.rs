//! The users of a practice, page by page.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use twostep_tests::{Client, Kind, System, seconds, text_of};

async fn page(admin: &mut Client, cursor: Option<&str>) -> (Vec<Value>, Option<String>) {
    let path = match cursor {
        Some(cursor) => format!("/users?cursor={cursor}"),
        None => "/users".to_owned(),
    };
    let body = admin.get(&path).await.ok();
    let users = body["users"].as_array().expect("users").clone();
    (users, body["next"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn a_user_is_shown_with_kinds_of_methods_only() {
    let system = System::start().await;
    let (mut desk, dana) = system
        .signed_in("desk@harbour.test", &[Kind::Sms, Kind::Email])
        .await;
    desk.put_empty("/methods/email/primary").await.ok();
    let session = desk.get("/session").await.ok();
    let signed_in = seconds(&text_of(&session, "second_factor_at"));
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let (users, next) = page(&mut admin, None).await;
    assert_eq!(next, None);
    assert_eq!(users.len(), 3);
    let desk = users.iter().find(|user| user["email"] == dana.email);
    let desk = desk.expect("the colleague");
    assert_eq!(desk["id"], session["user"]["id"]);
    assert_eq!(desk["name"], "Dana Reed");
    assert_eq!(desk["role"], "standard");
    assert_eq!(
        desk["methods"],
        json!([{"kind": "email", "primary": true}, {"kind": "sms", "primary": false}])
    );
    assert_eq!(seconds(&text_of(desk, "last_login_at")), signed_in);
    assert_eq!(desk.as_object().map(serde_json::Map::len), Some(6));
    let nurse = users
        .iter()
        .find(|user| user["email"] == "nurse@harbour.test");
    let nurse = nurse.expect("the other colleague");
    assert_eq!(nurse["methods"], json!([]));
    assert!(nurse["last_login_at"].is_null());
}

#[tokio::test]
async fn sixty_users_come_in_pages_each_once() {
    let system = System::start().await;
    let mut expected: BTreeSet<_> = [
        "admin@harbour.test",
        "desk@harbour.test",
        "nurse@harbour.test",
    ]
    .map(str::to_owned)
    .into();
    for n in 0..57 {
        let email = format!("user{n}@harbour.test");
        system.add_user("Harbour Clinic", &email, "standard").await;
        expected.insert(email);
    }
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let (mut seen, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let (users, next) = page(&mut admin, cursor.as_deref()).await;
        assert!(!users.is_empty(), "page {pages} is empty");
        seen.extend(users.iter().map(|user| text_of(user, "email")));
        pages += 1;
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    assert!(pages > 1, "all on one page");
    assert_eq!(seen.len(), 60);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
    // A page can be had again.
    let (first, next) = page(&mut admin, None).await;
    let (again, next_again) = page(&mut admin, None).await;
    assert_eq!((first, next.clone()), (again, next_again));
    // The cursor of one practice shows another practice nothing of it.
    let (mut summit, _) = system.signed_in("admin@summit.test", &[Kind::Sms]).await;
    let (users, _) = page(&mut summit, next.as_deref()).await;
    let foreign = |user: &&Value| !text_of(user, "email").ends_with("@summit.test");
    assert_eq!(users.iter().filter(foreign).count(), 0);
}

#[tokio::test]
async fn a_page_costs_the_same_however_large_the_practice_is() {
    let system = System::start().await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let mut costs = Vec::new();
    for round in 0..2 {
        for n in 0..40 {
            let email = format!("user{round}{n:02}@harbour.test");
            system.add_user("Harbour Clinic", &email, "standard").await;
        }
        system.clear_usage().await;
        let (users, next) = page(&mut admin, None).await;
        assert!(users.len() == 25 && next.is_some());
        let usage = system.usage().await;
        usage.assert_within("practice", 4);
        costs.push(usage.cost("practice"));
    }
    assert!(costs[0].contains("1 Query"), "{costs:?}");
    assert_eq!(costs[1], costs[0]);
}

#[tokio::test]
async fn a_practice_with_exactly_full_pages_ends() {
    let system = System::start().await;
    for n in 0..22 {
        let email = format!("user{n}@harbour.test");
        system.add_user("Harbour Clinic", &email, "standard").await;
    }
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let (first, next) = page(&mut admin, None).await;
    let mut count = first.len();
    if let Some(next) = next {
        let (rest, end) = page(&mut admin, Some(&next)).await;
        count += rest.len();
        assert_eq!(end, None);
    }
    assert_eq!(count, 25);
}

#[tokio::test]
async fn only_cursors_from_the_page_before_are_taken() {
    let system = System::start().await;
    let (mut admin, _) = system.signed_in("admin@harbour.test", &[Kind::Sms]).await;
    let long = "A".repeat(5000);
    for cursor in [
        "",
        "x",
        "!!!!",
        "AAAA",
        "%00",
        "%F0%9F%92%A3",
        "../..",
        &long,
    ] {
        for path in ["/users", "/activity"] {
            let answer = admin.get(&format!("{path}?cursor={cursor}")).await;
            answer.invalid("cursor");
        }
    }
    let answer = admin.get("/users?cursor=AAAA&cursor=BBBB").await;
    answer.invalid("cursor");
    // Other parameters are nobody's business.
    admin.get("/users?page=2").await.ok();
}
