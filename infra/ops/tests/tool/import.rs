//! `user import`: thousands of rows, interruptions, and hashes of other systems.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::NamedTempFile;
use twostep_tests::{Kind, Person, System, text_of};

use crate::support::{PASSWORD, Tool, profile_of};

/// Hashes of [`PASSWORD`] as other systems make them.
pub(crate) const HASHES: [(&str, &str); 6] = [
    (
        "argon2id",
        "$argon2id$v=19$m=4096,t=3,p=1$c2FsdCBvZiB0aGUgcGFzdA$6HZQXZUTifeLb/nYg0HWltiW1WyJyaX0ci9nYU+IX/w",
    ),
    (
        "argon2i",
        "$argon2i$v=19$m=4096,t=3,p=1$c2FsdCBvZiB0aGUgcGFzdA$cX6n4XT7smS1tHRIn1nsStk/FB3IrHE/XBqFDkC4NgY",
    ),
    (
        "bcrypt",
        "$2b$10$abcdefghijklmnopqrstuuGGgFFcYeueaAql8Z7U7CnCTRw4DR77W",
    ),
    (
        "scrypt",
        "$scrypt$ln=12,r=8,p=1$c2FsdCBvZiB0aGUgcGFzdA$VP4WTnM84DO9jYxVXcdcMQ0A3IDbnLgSqiW0y/to4nI",
    ),
    (
        "pbkdf2-sha256",
        "$pbkdf2-sha256$i=10000,l=32$c2FsdCBvZiB0aGUgcGFzdA$7W0cBBM+fDfcatJGKgIvmCR9s5TKnZn4o6+gIoKpvQM",
    ),
    (
        "pbkdf2-sha512",
        "$pbkdf2-sha512$i=10000,l=32$c2FsdCBvZiB0aGUgcGFzdA$NQOcB6y83bIYewbMKj6+pmOC3IKmq+jsaPItEwdHcWw",
    ),
];

/// A hash that is made as passwords are hashed now.
const CURRENT: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

pub(crate) fn file(text: &str) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

/// The arguments that import a file into the practice Bay Dental.
pub(crate) fn import(file: &NamedTempFile) -> [&str; 6] {
    let path = file.path().to_str().unwrap();
    [
        "user",
        "import",
        path,
        "--practice",
        "Bay Dental",
        "--create-practice",
    ]
}

/// A file of `count` users, whose passwords are hashed already.
fn many(count: usize) -> NamedTempFile {
    let mut text = "email,name,role,password_hash\n".to_owned();
    let hash = HASHES[4].1;
    for n in 0..count {
        writeln!(text, "user{n}@bay.test,User {n},standard,\"{hash}\"").unwrap();
    }
    file(&text)
}

/// The users of Bay Dental.
async fn users(tool: &Tool) -> Vec<Value> {
    let listed = tool
        .json(&["user", "list", "--practice", "Bay Dental"])
        .await;
    listed["users"].as_array().unwrap().clone()
}

/// Starts an import and interrupts it once it has made some users; gives the first of them.
async fn interrupted(tool: &Tool, system: &System, file: &NamedTempFile) -> String {
    let child = tokio::process::Command::from(tool.command(&import(file)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let pid = Pid::from_raw(child.id().unwrap().try_into().unwrap());
    while system.usage().await.of("ops", "dynamodb") < 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    kill(pid, Signal::SIGINT).unwrap();
    let output = child.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_users_interrupted_and_run_again_are_each_made_once() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let file = many(5000);
    system.clear_usage().await;
    let said = interrupted(&tool, &system, &file).await;
    assert!(said.contains("error: stopped after "), "{said}");
    assert!(said.contains(" of 5000 rows"), "{said}");
    assert!(said.contains("run the same again"), "{said}");
    let begun = users(&tool).await;
    assert!((1..5000).contains(&begun.len()), "{} users", begun.len());

    // One of those who were made begins to work meanwhile.
    let early = begun[0]["email"].as_str().unwrap();
    let mut early = Person::new(early);
    system
        .browser()
        .enroll_at_sign_in(&mut early, Kind::Sms)
        .await;
    let before = profile_of(&system, &early.email).await;

    let report = tool.json(&import(&file)).await;
    assert_eq!(report["unchanged"], begun.len());
    assert_eq!(report["created"], 5000 - begun.len());
    assert_eq!(report["differing_total"], 0);
    let all = users(&tool).await;
    assert_eq!(all.len(), 5000);
    let ids: BTreeSet<_> = all.iter().map(|user| text_of(user, "id")).collect();
    assert_eq!(ids.len(), 5000);
    assert_eq!(profile_of(&system, &early.email).await, before);
    system.browser().login(&early).await.challenge_required();

    let report = tool.json(&import(&file)).await;
    assert_eq!(
        (&report["created"], &report["unchanged"]),
        (&json!(0), &json!(5000))
    );
}

#[tokio::test]
async fn hashes_of_other_systems_work_and_are_replaced_at_the_next_sign_in() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let mut text = "name,email,password_hash,role\n".to_owned();
    for (kind, hash) in HASHES {
        writeln!(text, "{kind},{kind}@bay.test,\"{hash}\",standard").unwrap();
    }
    let file = file(&text);
    let report = tool.json(&import(&file)).await;
    assert_eq!(report["created"], HASHES.len());
    for (kind, hash) in HASHES {
        let email = format!("{kind}@bay.test");
        let stored = async || {
            let profile = profile_of(&system, &email).await;
            profile["password"]["S"].as_str().unwrap().to_owned()
        };
        assert_eq!(stored().await, hash);
        let answer = system
            .browser()
            .login_with(&email, "not the password")
            .await;
        answer.problem(401, "invalid_credentials");
        assert_eq!(
            stored().await,
            hash,
            "{kind}: only a right password replaces it"
        );
        let mut person = Person::new(&email);
        system
            .browser()
            .enroll_at_sign_in(&mut person, Kind::Sms)
            .await;
        assert!(stored().await.starts_with(CURRENT), "{kind}");
        system.browser().login(&person).await.challenge_required();
        let answer = system
            .browser()
            .login_with(&email, "not the password")
            .await;
        answer.problem(401, "invalid_credentials");
    }
    // Whose hash was replaced is unchanged, not different.
    let report = tool.json(&import(&file)).await;
    assert_eq!(report["unchanged"], HASHES.len());
    assert_eq!(report["differing_total"], 0);
}

#[tokio::test]
async fn passwords_are_taken_as_they_are_and_stored_as_hashes() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let file = file(&format!(
        "\u{feff}email,name,role,password,password_hash\r\n\
         Ann@Bay.test,\"Ann \"\"A\"\" Lee, Dr\",full_access,{PASSWORD},\r\n\
         bob@bay.test,Bob,standard,\" pass, word \",\r\n\
         cat@bay.test,猫,standard,,{}\r\n",
        HASHES[2].1
    ));
    let text = tool.run(&import(&file)).await.ok().stdout;
    assert_eq!(
        text,
        "Bay Dental: 3 users made, 0 unchanged, 0 different.\n"
    );
    let users = users(&tool).await;
    assert_eq!(users[0]["name"], "Ann \"A\" Lee, Dr");
    assert_eq!(users[0]["role"], "full_access");
    assert_eq!(users[2]["name"], "猫");
    for email in ["ann@bay.test", "bob@bay.test"] {
        let profile = profile_of(&system, email).await;
        assert!(
            profile["password"]["S"]
                .as_str()
                .unwrap()
                .starts_with(CURRENT)
        );
    }
    for (email, password) in [
        ("ann@bay.test", PASSWORD),
        ("bob@bay.test", " pass, word "),
        ("cat@bay.test", PASSWORD),
    ] {
        let answer = system.browser().login_with(email, password).await;
        answer.enrollment_required();
    }
    let answer = system
        .browser()
        .login_with("bob@bay.test", "pass, word")
        .await;
    answer.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn users_who_are_there_are_told_of_and_never_changed() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let desk = profile_of(&system, "desk@harbour.test").await;
    let file = file(&format!(
        "email,name,role,password\n\
         desk@harbour.test,Intruder,full_access,another password\n\
         new@bay.test,New,standard,{PASSWORD}\n"
    ));
    let run = tool.run(&[&import(&file)[..], &["--json"]].concat()).await;
    assert_eq!(run.status, Some(1), "{run:?}");
    let report = run.json();
    assert_eq!(report["created"], 1);
    let differing = json!([{
        "line": 2, "email": "desk@harbour.test",
        "differs_in": ["practice", "name", "role", "password"],
    }]);
    assert_eq!(report["differing"], differing);
    assert_eq!(profile_of(&system, "desk@harbour.test").await, desk);
    let text = tool.run(&import(&file)).await.stdout;
    assert!(text.contains("line 2, desk@harbour.test: practice, name, role, password"));
}

#[tokio::test]
async fn a_table_that_is_asked_for_too_much_is_waited_for() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let fault = json!({
        "service": "dynamodb", "function": "ops", "operation": "TransactWriteItems",
        "mode": "throttle", "skip": 20, "count": 8,
    });
    system.fault(fault).await;
    // An answer that is lost is no second user.
    let fault = json!({
        "service": "dynamodb", "function": "ops", "operation": "TransactWriteItems",
        "mode": "after", "skip": 60, "count": 1,
    });
    system.fault(fault).await;
    let file = many(100);
    let report = tool.json(&import(&file)).await;
    assert_eq!(report["created"], 100);
    assert_eq!(users(&tool).await.len(), 100);
}
