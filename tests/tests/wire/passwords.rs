//! What a password may be, and when two are the same.

use serde_json::json;
use twostep_tests::{Answer, Person, System};

/// Sets the password of a demo user, as the operator's tool does.
async fn set(system: &System, user_id: &str, password: &str) -> Answer {
    let body = json!({"password": password});
    let path = format!("users/{user_id}");
    system.local("PUT", &path, Some(body)).await
}

/// Signs in with these words.
async fn try_in(system: &System, email: &str, password: &str) -> Answer {
    system.browser().login_with(email, password).await
}

#[tokio::test]
async fn it_has_8_to_256_characters_however_they_are_written() {
    let system = System::start().await;
    let email = "sam@harbour.test";
    let user = system.add_user("Harbour Clinic", email, "standard").await;
    // An accented letter is one character, whether it was typed as one or as two.
    for letter in ["p", "\u{e9}", "e\u{301}", "\u{1f511}"] {
        for (count, allowed) in [(7, false), (8, true), (256, true), (257, false)] {
            let password = letter.repeat(count);
            let status = set(&system, &user.user_id, &password).await.status;
            assert_eq!(
                status,
                if allowed { 204 } else { 400 },
                "{count} of {letter}"
            );
            let answer = try_in(&system, email, &password).await;
            match (allowed, count) {
                (true, _) => drop(answer.enrollment_required()),
                (false, 257) => drop(answer.invalid("password")),
                // A short one is simply wrong, and says nothing of what the rules are.
                (false, _) => drop(answer.problem(401, "invalid_credentials")),
            }
        }
    }
}

#[tokio::test]
async fn the_same_letters_are_the_same_password_whatever_keyboard_made_them() {
    let system = System::start().await;
    let email = "zoe@harbour.test";
    let user = system.add_user("Harbour Clinic", email, "standard").await;
    let (composed, decomposed) = ("caf\u{e9} au lait", "cafe\u{301} au lait");
    for (stored, typed) in [(composed, decomposed), (decomposed, composed)] {
        assert_eq!(set(&system, &user.user_id, stored).await.status, 204);
        try_in(&system, email, typed).await.enrollment_required();
        // But nothing else is taken for it: no other case, no trimming, no look-alikes.
        for other in [
            "Caf\u{e9} au lait",
            "caf\u{e9} au lait ",
            "cafe au lait",
            "caf\u{e9}\u{a0}au lait",
        ] {
            let answer = try_in(&system, email, other).await;
            answer.problem(401, "invalid_credentials");
        }
        system.advance(60).await;
    }
}

#[tokio::test]
async fn an_address_is_compared_trimmed_and_in_lower_case_and_no_look_alike_matches() {
    let system = System::start().await;
    let password = Person::new("desk@harbour.test").password;
    for same in [
        "DESK@Harbour.Test",
        "  desk@harbour.test\t",
        "desk@HARBOUR.test\r\n",
    ] {
        try_in(&system, same, &password).await.enrollment_required();
    }
    for other in [
        "d\u{435}sk@harbour.test",
        "de\u{17f}k@harbour.test",
        "des\u{212a}@harbour.test",
        "desk\u{200b}@harbour.test",
        "desk@harbour.test.",
        "\u{ff44}esk@harbour.test",
        "desk@harb\u{f6}ur.test",
        "de.sk@harbour.test",
        "desk+x@harbour.test",
    ] {
        let answer = try_in(&system, other, &password).await;
        answer.problem(401, "invalid_credentials");
    }
}
