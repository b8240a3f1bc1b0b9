use twostep::domain::ids::UserId;
use twostep::domain::password::{Password, PhcString, Verdict, verify};
use twostep::domain::practice::Practice;
use twostep::domain::user::Role;
use twostep::flows::admin::users::find_user;
use twostep::flows::admin::{UserChange, change_user, create_practice, list_users};
use twostep::runtime::App;

use crate::import::check::check;
use crate::import::compare::Trait;
use crate::import::write::{Totals, write};
use crate::test_server::TestServer;

/// A hash of the form that other systems make. Nobody has its password.
const PBKDF2: &str =
    "$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHRzYWx0c2FsdA$gyQ8QUt1dV1Kc2R7n3H+O93pX+Zmm7ndCyJpCsuOBcU";

const FILE: &str = "email,name,role,password\n\
                    admin@harbour.test,Admin,full_access,correct horse 1\n\
                    desk@harbour.test,Desk,standard,correct horse 2\n\
                    nurse@harbour.test,Nurse,standard,correct horse 3\n";

async fn import(app: &App, practice: &Practice, file: &str) -> Totals {
    write(app, practice, check(file.as_bytes()).unwrap())
        .await
        .unwrap()
}

fn counts(totals: &Totals) -> (usize, usize, usize) {
    (totals.created, totals.unchanged, totals.differing.len())
}

/// The traits in which users differ, by line.
fn differing(totals: &Totals) -> Vec<(u64, Vec<Trait>)> {
    let pair = |d: &crate::import::write::Difference| (d.row.line, d.traits.clone());
    totals.differing.iter().map(pair).collect()
}

#[tokio::test]
async fn makes_users_who_can_sign_in() {
    let server = TestServer::start().await;
    let app = server.app().await;
    let practice = create_practice(&app, "Harbour Clinic").await.unwrap();
    let totals = import(&app, &practice, FILE).await;
    assert_eq!(counts(&totals), (3, 0, 0));
    let users = list_users(&app, &practice.practice_id).await.unwrap();
    let listed: Vec<_> = users.iter().map(|u| (u.email.as_str(), u.role)).collect();
    let expected = [
        ("admin@harbour.test", Role::FullAccess),
        ("desk@harbour.test", Role::Standard),
        ("nurse@harbour.test", Role::Standard),
    ];
    assert_eq!(listed, expected);
    let stored = PhcString::parse(&users[1].password).unwrap();
    let password = Password::new("correct horse 2").unwrap();
    assert_eq!(verify(&password, &stored), Verdict::Right);
    let full_access = app.store.full_access_members(&practice.practice_id).await;
    assert_eq!(full_access.unwrap().len(), 1);
}

#[tokio::test]
async fn running_it_again_goes_on_where_it_stopped() {
    let server = TestServer::start().await;
    let app = server.app().await;
    let practice = create_practice(&app, "Harbour Clinic").await.unwrap();
    let begun: Vec<_> = FILE.lines().take(2).collect();
    import(&app, &practice, &begun.join("\n")).await;
    let before = find_user(&app, &UserId::of_email("admin@harbour.test"))
        .await
        .unwrap();
    assert_eq!(counts(&import(&app, &practice, FILE).await), (2, 1, 0));
    assert_eq!(counts(&import(&app, &practice, FILE).await), (0, 3, 0));
    let after = find_user(&app, &UserId::of_email("admin@harbour.test"))
        .await
        .unwrap();
    assert_eq!(before, after);
    let users = list_users(&app, &practice.practice_id).await.unwrap();
    assert_eq!(users.len(), 3);
}

#[tokio::test]
async fn users_who_differ_are_told_of_and_left_alone() {
    let server = TestServer::start().await;
    let app = server.app().await;
    let practice = create_practice(&app, "Harbour Clinic").await.unwrap();
    let other = create_practice(&app, "Summit Physio").await.unwrap();
    import(&app, &practice, FILE).await;
    let desk = UserId::of_email("desk@harbour.test");
    let before = find_user(&app, &desk).await.unwrap();
    let changed = FILE
        .replace(
            "Desk,standard,correct horse 2",
            "Front,full_access,correct horse 9",
        )
        .replace("Nurse", "Nurse Ann");
    let totals = import(&app, &practice, &changed).await;
    assert_eq!(counts(&totals), (0, 1, 2));
    assert_eq!(
        differing(&totals),
        [
            (3, vec![Trait::Name, Trait::Role, Trait::Password]),
            (4, vec![Trait::Name]),
        ]
    );
    assert_eq!(find_user(&app, &desk).await.unwrap(), before);
    let elsewhere = import(&app, &other, FILE).await;
    assert_eq!(differing(&elsewhere)[0], (2, vec![Trait::Practice]));
    assert!(
        list_users(&app, &other.practice_id)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn hashes_are_stored_as_they_are() {
    let server = TestServer::start().await;
    let app = server.app().await;
    let practice = create_practice(&app, "Harbour Clinic").await.unwrap();
    let file =
        format!("email,name,role,password_hash\ndesk@harbour.test,Desk,standard,\"{PBKDF2}\"\n");
    assert_eq!(counts(&import(&app, &practice, &file).await), (1, 0, 0));
    let desk = UserId::of_email("desk@harbour.test");
    let user = find_user(&app, &desk).await.unwrap();
    assert_eq!(user.password, PBKDF2);
    assert_eq!(counts(&import(&app, &practice, &file).await), (0, 1, 0));
    // The operator sets another password: the file's is no longer the user's.
    let hash = PhcString::parse(&user.password.replace("gyQ8", "AAAA")).unwrap();
    let change = UserChange {
        password: Some(&hash),
        ..UserChange::default()
    };
    change_user(&app, &desk, change).await.unwrap();
    let totals = import(&app, &practice, &file).await;
    assert_eq!(differing(&totals), [(2, vec![Trait::Password])]);
}

#[tokio::test]
async fn more_users_than_one_read_takes_are_all_found_again() {
    let server = TestServer::start().await;
    let app = server.app().await;
    let practice = create_practice(&app, "Harbour Clinic").await.unwrap();
    let row = |n| format!("user{n}@harbour.test,User {n},standard,\"{PBKDF2}\"\n");
    let rows: String = (0..230).map(row).collect();
    let file = format!("email,name,role,password_hash\n{rows}");
    assert_eq!(counts(&import(&app, &practice, &file).await), (230, 0, 0));
    assert_eq!(counts(&import(&app, &practice, &file).await), (0, 230, 0));
    let users = list_users(&app, &practice.practice_id).await.unwrap();
    assert_eq!(users.len(), 230);
}
