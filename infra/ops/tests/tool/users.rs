//! `user create`, `list`, `show` and `set-role`.

use twostep_tests::{Kind, Person, System};

use crate::support::{PASSWORD, Tool, profile_of};

#[tokio::test]
async fn a_user_who_is_made_can_sign_in_in_their_practice() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let made = tool.make_user("harbour clinic", "Kim@Harbour.test", "full_access");
    made.await.ok();
    let mut kim = Person::new("kim@harbour.test");
    let mut browser = system.browser();
    browser
        .enroll_at_sign_in(&mut kim, Kind::Authenticator)
        .await;
    let users = browser.get("/users").await.ok();
    assert_eq!(users["users"].as_array().unwrap().len(), 4);

    let listed = tool
        .json(&["user", "list", "--practice", "Harbour Clinic"])
        .await;
    let emails: Vec<_> = (listed["users"].as_array().unwrap().iter())
        .map(|user| user["email"].as_str().unwrap())
        .collect();
    let expected = ["admin", "desk", "kim", "nurse"].map(|name| format!("{name}@harbour.test"));
    assert_eq!(emails, expected);
    let kim = &listed["users"][2];
    assert_eq!(kim["name"], "Kim Doe");
    assert_eq!(kim["role"], "full_access");
    assert_eq!(kim["methods"][0]["kind"], "authenticator");
    assert!(kim["last_login_at"].is_string());
}

#[tokio::test]
async fn an_address_belongs_to_one_user_whatever_its_case() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let before = profile_of(&system, "desk@harbour.test").await;
    let again = tool.make_user("Summit Physio", "DESK@harbour.test", "full_access");
    again.await.failed(&["already", "cargo ops user show"]);
    assert_eq!(profile_of(&system, "desk@harbour.test").await, before);
}

#[tokio::test]
async fn nothing_is_made_with_a_password_that_is_none() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let create = "user create --practice New --create-practice --email kim@new.test --name Kim \
                  --role standard --password-stdin";
    let create: Vec<_> = create.split(' ').collect();
    for (input, said) in [
        ("", "at least 8 characters"),
        ("short\n", "at least 8 characters"),
        ("two lines\nof password\n", "more than one line"),
    ] {
        tool.run_with(&create, input).await.failed(&[said]);
    }
    let long = format!("{}\n", "x".repeat(257));
    tool.run_with(&create, &long)
        .await
        .failed(&["256 characters"]);
    // Neither the user nor the practice.
    tool.run(&["practice", "show", "New"])
        .await
        .failed(&["New"]);

    tool.run_with(&create, PASSWORD).await.ok();
    let shown = tool.json(&["practice", "show", "New"]).await;
    assert_eq!(shown["practice"]["users"], 1);
}

#[tokio::test]
async fn a_password_is_never_an_argument_and_without_a_terminal_not_asked_for() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let who = [
        "user",
        "set-password",
        "--email",
        "desk@harbour.test",
        "--yes",
    ];
    let argument = [&who[..], &["--password", PASSWORD]].concat();
    tool.run(&argument).await.unusable(&["unexpected argument"]);
    tool.run(&who).await.failed(&["--password-stdin"]);
}

#[tokio::test]
async fn a_role_counts_at_the_next_request_and_ends_no_session() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let (mut desk, _) = system.signed_in("desk@harbour.test", &[Kind::Sms]).await;
    desk.get("/users")
        .await
        .problem(403, "full_access_required");
    let set = |role| {
        [
            "user",
            "set-role",
            "--email",
            "desk@harbour.test",
            "--role",
            role,
        ]
    };
    tool.run(&set("full_access")).await.ok();
    desk.get("/users").await.ok();
    let practice = tool.json(&["practice", "show", "Harbour Clinic"]).await;
    let full_access = practice["practice"]["full_access"].as_array().unwrap();
    assert_eq!(full_access.len(), 2);
    tool.run(&set("standard")).await.ok();
    desk.get("/users")
        .await
        .problem(403, "full_access_required");
    desk.get("/session").await.ok();
}

#[tokio::test]
async fn a_user_is_shown_with_what_they_have_and_no_secret() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let (mut desk, mut dana) = system
        .signed_in("desk@harbour.test", &[Kind::Email, Kind::Authenticator])
        .await;
    desk.sign_in_and_remember(&mut dana).await;
    let show = ["user", "show", "--email", " Desk@Harbour.test "];
    let shown = tool.json(&show).await;
    let user = &shown["user"];
    assert_eq!(user["practice"]["name"], "Harbour Clinic");
    assert_eq!(user["remembered_devices"], 1);
    assert_eq!(user["known_addresses"], 1);
    assert_eq!(user["disabled"], false);
    assert_eq!(user["methods"][0]["primary"], true);
    assert_eq!(user["methods"][1]["destination"], serde_json::Value::Null);
    assert_eq!(shown["locks"]["codes_until"], serde_json::Value::Null);
    let text = tool.run(&show).await.ok().stdout;
    assert!(text.contains("Dana Reed"), "{text}");
    for text in [text, shown.to_string()] {
        for secret in ["$argon2", "password\":", &dana.mailbox] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

#[tokio::test]
async fn nobody_is_found_by_an_address_that_is_not_there() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    for command in [
        &["user", "show"][..],
        &["user", "disable", "--yes"],
        &["user", "enable"],
        &["user", "unlock"],
        &["user", "set-password", "--yes", "--password-stdin"],
        &["user", "set-role", "--role", "standard"],
        &["reset-2fa", "--reason", "lost", "--yes"],
    ] {
        let arguments = [command, &["--email", "nobody@harbour.test"]].concat();
        let run = tool.run_with(&arguments, PASSWORD).await;
        run.failed(&["no user with this e-mail address", "user list"]);
    }
    tool.run(&["user", "list", "--practice", "Nowhere"])
        .await
        .failed(&["Nowhere", "practice list"]);
}
