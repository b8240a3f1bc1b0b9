//! What `user import` refuses, before it writes anything.

use serde_json::{Value, json};
use twostep_tests::System;

use crate::import::{HASHES, file, import};
use crate::support::Tool;

const HEADER: &str = "email,name,role,password,password_hash\n";

#[tokio::test]
async fn all_faults_are_told_with_line_and_column_and_nothing_is_written() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let before = system.items().await;
    let file = file(&format!(
        "{HEADER}\
         good@bay.test,Good,standard,correct horse,\n\
         bad,Bad,standard,correct horse,\n\
         two@bay.test,\"Two\nlines\",standard,correct horse,\n\
         role@bay.test,Role,owner,correct horse,\n\
         short@bay.test,Short,standard,hunter2,\n\
         md5@bay.test,Md5,standard,,5f4dcc3b5aa765d61d8327deb882cf99\n\
         both@bay.test,Both,standard,correct horse,{}\n\
         GOOD@bay.test,Again,standard,correct horse,\n\
         few@bay.test,Few\n",
        HASHES[2].1
    ));
    let run = tool.run(&import(&file)).await;
    assert_eq!(run.status, Some(1), "{run:?}");
    assert_eq!(run.stdout, "");
    assert!(
        run.stderr.contains("has 8 faults; nothing was written"),
        "{run:?}"
    );
    for fault in [
        "line 3, column email: must be an e-mail address",
        "line 4, column name: a name has no control characters",
        "line 6, column role: must be full_access or standard",
        "line 7, column password: must have at least 8 characters",
        "line 8, column password_hash: is not a password hash",
        "line 9, column password_hash: must be empty where there is a password",
        "line 10, column email: is the same address as on line 2",
        "line 11: has 2 fields, the header has 5",
    ] {
        assert!(run.stderr.contains(fault), "no {fault:?}: {run:?}");
    }
    assert!(!run.stderr.contains("hunter2"), "{run:?}");

    let run = tool.run(&[&import(&file)[..], &["--json"]].concat()).await;
    assert_eq!((run.status, run.stderr.as_str()), (Some(1), ""));
    let report = run.json();
    assert_eq!(report["practice"], Value::Null);
    assert_eq!(report["faults_total"], 8);
    let places: Vec<_> = (report["faults"].as_array().unwrap().iter())
        .map(|fault| json!([fault["line"], fault["column"]]))
        .collect();
    assert_eq!(places[0], json!([3, "email"]));
    assert_eq!(places[7], json!([11, null]));
    assert_eq!(system.items().await, before, "no user and no practice");
}

#[tokio::test]
async fn as_many_faults_are_listed_as_one_wants() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let rows: String = (0..30)
        .map(|n| format!("bad{n},Bad,standard,correct horse,\n"))
        .collect();
    let file = file(&format!("{HEADER}{rows}"));
    let run = tool.run(&import(&file)).await;
    assert!(run.stderr.contains("… and 10 more"), "{run:?}");
    assert_eq!(run.stderr.matches("column email").count(), 20);
    let run = tool
        .run(&[&import(&file)[..], &["--max-listed", "30"]].concat())
        .await;
    assert_eq!(run.stderr.matches("column email").count(), 30);
}

#[tokio::test]
async fn hashes_that_take_too_long_are_refused() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    for hash in [
        "$2b$15$abcdefghijklmnopqrstuuGGgFFcYeueaAql8Z7U7CnCTRw4DR77W",
        "\"$argon2id$v=19$m=1048576,t=3,p=1$c2FsdCBvZiB0aGUgcGFzdA$6HZQXZUTifeLb/nYg0HWltiW1WyJyaX0ci9nYU+IX/w\"",
        "\"$pbkdf2-sha256$i=9000000,l=32$c2FsdCBvZiB0aGUgcGFzdA$7W0cBBM+fDfcatJGKgIvmCR9s5TKnZn4o6+gIoKpvQM\"",
        "\"$scrypt$ln=22,r=8,p=1$c2FsdCBvZiB0aGUgcGFzdA$VP4WTnM84DO9jYxVXcdcMQ0A3IDbnLgSqiW0y/to4nI\"",
    ] {
        let file = file(&format!("{HEADER}kim@bay.test,Kim,standard,,{hash}\n"));
        let run = tool.run(&import(&file)).await;
        assert_eq!(run.status, Some(1), "{run:?}");
        assert!(
            run.stderr.contains("line 2, column password_hash: "),
            "{run:?}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_or_no_practice_is_told() {
    let system = System::start().await;
    let tool = Tool::of(&system);
    let nowhere = [
        "user",
        "import",
        "/nonexistent.csv",
        "--practice",
        "Harbour Clinic",
    ];
    tool.run(&nowhere)
        .await
        .failed(&["/nonexistent.csv can't be read"]);
    let file = file(&format!(
        "{HEADER}kim@bay.test,Kim,standard,correct horse,\n"
    ));
    let without = &import(&file)[..5];
    tool.run(without)
        .await
        .failed(&["Bay Dental", "practice list"]);
}
