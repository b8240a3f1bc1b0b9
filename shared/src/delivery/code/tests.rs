use proptest::prelude::*;

use super::*;

fn code() -> Code {
    Code::parse("314159").unwrap()
}

fn message(purpose: Purpose) -> CodeMessage {
    CodeMessage {
        purpose,
        valid_minutes: 10,
        asked_at: Some(Timestamp(1_769_851_800)),
        device: Some("Chrome on Windows".to_owned()),
        address: Some("203.0.113.7".to_owned()),
    }
}

#[test]
fn text_messages_end_with_the_binding_to_the_host() {
    for (purpose, text) in [
        (
            Purpose::SignIn,
            "314159 is your twostep sign-in code. Valid 10 min. Never share it.\n\n\
             @app.example.com #314159",
        ),
        (
            Purpose::StepUp,
            "314159 is your twostep confirmation code. Valid 10 min. Never share it.\n\n\
             @app.example.com #314159",
        ),
        (
            Purpose::Enrollment,
            "314159 is your twostep set-up code. Valid 10 min. Never share it.\n\n\
             @app.example.com #314159",
        ),
    ] {
        let sent = sms("twostep", "app.example.com", &code(), &message(purpose));
        assert_eq!(sent, text);
    }
}

#[test]
fn advice_gives_way_to_a_very_long_host() {
    let host = format!("{}.example.com", "a".repeat(75));
    let sent = sms("twostep", &host, &code(), &message(Purpose::StepUp));
    assert_eq!(
        sent,
        format!("314159 is your twostep confirmation code. Valid 10 min.\n\n@{host} #314159")
    );
}

#[test]
fn e_mail_says_what_the_code_is_for() {
    let email = email("twostep", &code(), &message(Purpose::SignIn)).unwrap();
    assert_eq!(email.subject, "Your twostep sign-in code");
    assert_eq!(
        email.text,
        "Enter this code to finish signing in:\n\
         \n    314159\n\n\
         The code is valid for 10 minutes, and for this only.\n\n\
         When: Saturday 31 January 2026, 09:30 UTC\n\
         Device: Chrome on Windows\n\
         Address: 203.0.113.7\n\n\
         Did you not ask for it? Do not give the code to anyone. Somebody knows your password: \
         have it changed, and tell a Full Access user of your practice.\n\n\
         Nobody at twostep will ever ask you for this code.\n\n\
         twostep"
    );
}

#[test]
fn e_mail_holds_the_code_once_in_each_part_and_not_in_the_subject() {
    for purpose in [Purpose::SignIn, Purpose::StepUp, Purpose::Enrollment] {
        let email = email("twostep", &code(), &message(purpose)).unwrap();
        assert!(!email.subject.contains("314159"));
        for part in [&email.text, &email.html] {
            assert_eq!(part.matches("314159").count(), 1, "{part}");
            // Nothing else may look like a code.
            let numbers = part
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()));
            assert_eq!(numbers.count(), 1, "{part}");
        }
    }
}

#[test]
fn purposes_are_told_apart() {
    let [sign_in, step_up, enrollment] = [Purpose::SignIn, Purpose::StepUp, Purpose::Enrollment]
        .map(|purpose| email("twostep", &code(), &message(purpose)).unwrap());
    assert!(sign_in.text.contains("finish signing in"));
    assert!(step_up.text.contains("confirm a change"));
    assert!(enrollment.text.contains("sign-in codes at this address"));
    assert_eq!(step_up.subject, "Your twostep confirmation code");
    assert_eq!(enrollment.subject, "Your twostep set-up code");
}

#[test]
fn unknown_facts_are_left_out() {
    let bare = CodeMessage {
        valid_minutes: 1,
        asked_at: None,
        device: None,
        address: None,
        ..message(Purpose::SignIn)
    };
    let email = email("twostep", &code(), &bare).unwrap();
    assert!(
        email.text.contains(
            "The code is valid for 1 minute, and for this only.\n\nDid you not ask for it?"
        )
    );
    assert!(!email.html.contains("<dl"));
}

#[test]
fn html_is_escaped_and_loads_nothing() {
    let hostile = CodeMessage {
        device: Some("<script>alert(1)</script>".to_owned()),
        address: Some("\"><img src=x>".to_owned()),
        ..message(Purpose::SignIn)
    };
    let html = email("A&B <i>", &code(), &hostile).unwrap().html;
    for forbidden in [
        "<script", "<img", "<i>", "http:", "https:", "src=\"", "url(", "@import",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}: {html}");
    }
    assert!(html.contains("A&#38;B &#60;i&#62;"), "{html}");
}

proptest! {
    #[test]
    fn a_text_message_is_one_segment(
        product in prop::collection::vec(
            prop::char::any().prop_filter("GSM 7-bit", |c| gsm7::is_basic(*c)),
            1..=20,
        ),
        host in "[a-z0-9.-]{1,60}",
        purpose in prop::sample::select(vec![
            Purpose::SignIn, Purpose::StepUp, Purpose::Enrollment,
        ]),
        valid_minutes in 1_u32..=99,
    ) {
        let product = product.into_iter().collect::<String>();
        let message = CodeMessage { valid_minutes, ..message(purpose) };
        let text = sms(&product, &host, &code(), &message);
        let septets = gsm7::septets(&text);
        prop_assert!(septets.is_some_and(|septets| septets <= gsm7::SEGMENT), "{}", text);
        prop_assert!(text.contains("Never share it."));
        let binding = format!("@{host} #314159");
        prop_assert_eq!(text.lines().last(), Some(binding.as_str()));
    }
}
