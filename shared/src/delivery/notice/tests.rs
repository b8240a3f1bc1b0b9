use super::*;

fn notice(audience: Audience, event: NoticeEvent) -> Notice {
    Notice {
        at: Timestamp(1_769_851_800),
        account: NoticeAccount {
            name: "Sam Lee".to_owned(),
            email: "desk@harbour.test".to_owned(),
        },
        audience,
        device: Some("Chrome on Windows".to_owned()),
        address: Some("203.0.113.7".to_owned()),
        event,
    }
}

fn every_event() -> Vec<NoticeEvent> {
    vec![
        NoticeEvent::NewSignIn,
        NoticeEvent::MethodEnabled {
            method: MethodKind::Sms,
        },
        NoticeEvent::MethodReplaced {
            method: MethodKind::Email,
        },
        NoticeEvent::MethodRemoved {
            method: MethodKind::Authenticator,
        },
        NoticeEvent::MethodSuspended {
            method: MethodKind::Email,
        },
        NoticeEvent::ResetByColleague {
            actor: "Alex Kim".to_owned(),
            methods: vec![MethodKind::Authenticator, MethodKind::Sms],
        },
        NoticeEvent::ResetBySupport {
            reason: "Lost phone, identity checked by call back".to_owned(),
        },
        NoticeEvent::WhitelistTurnedOn,
        NoticeEvent::DeviceMisused {
            device: "Safari on iPhone".to_owned(),
        },
        NoticeEvent::PasswordChanged,
    ]
}

#[test]
fn tells_the_owner_of_a_new_sign_in() {
    let email = email("twostep", &notice(Audience::Owner, NoticeEvent::NewSignIn)).unwrap();
    assert_eq!(email.subject, "New sign-in to your twostep account");
    assert_eq!(
        email.text,
        "Somebody signed in to your twostep account from a device that is not remembered and an \
         address that is not known.\n\n\
         Account: Sam Lee (desk@harbour.test)\n\
         When: Saturday 31 January 2026, 09:30 UTC\n\
         Device: Chrome on Windows\n\
         Address: 203.0.113.7\n\n\
         Was this not you? Tell a Full Access user of your practice at once. Then sign in and \
         check your security settings: methods, remembered devices and known addresses.\n\n\
         twostep"
    );
}

#[test]
fn tells_full_access_users_whose_account_it_is() {
    for event in every_event() {
        let email = email("twostep", &notice(Audience::FullAccess, event)).unwrap();
        assert!(
            email.subject.ends_with("the twostep account of Sam Lee"),
            "{}",
            email.subject
        );
        for part in [&email.text, &email.html] {
            assert!(part.contains("Sam Lee (desk@harbour.test)"), "{part}");
            assert!(
                part.contains("Ask the person whose account it is"),
                "{part}"
            );
            assert!(!part.contains("your twostep account"), "{part}");
        }
    }
}

#[test]
fn every_notice_says_what_happened_when_and_what_to_do() {
    let mut subjects = std::collections::HashSet::new();
    for event in every_event() {
        let question = match &event {
            NoticeEvent::ResetByColleague { .. } | NoticeEvent::ResetBySupport { .. } => {
                "Did you not ask for this?"
            }
            NoticeEvent::DeviceMisused { .. } => "What to do now?",
            _ => "Was this not you?",
        };
        let email = email("twostep", &notice(Audience::Owner, event.clone())).unwrap();
        for part in [&email.text, &email.html] {
            for said in [
                "your twostep account",
                "Saturday 31 January 2026, 09:30 UTC",
                "203.0.113.7",
                question,
            ] {
                assert!(part.contains(said), "{event:?}: {said}: {part}");
            }
        }
        assert!(subjects.insert(email.subject), "{event:?}");
    }
}

#[test]
fn particulars_are_told() {
    for (event, said) in every_event().into_iter().zip([
        vec!["not remembered", "not known"],
        vec!["enabled", "Method: codes by text message"],
        vec!["replaced", "Method: codes by e-mail"],
        vec!["removed", "Method: authenticator app"],
        vec!["too many wrong codes", "Method: codes by e-mail"],
        vec![
            "By: Alex Kim",
            "Methods: authenticator app and codes by text message",
        ],
        vec![
            "Support",
            "Reason given: Lost phone, identity checked by call back",
        ],
        vec!["IP whitelist", "the password alone is enough"],
        vec!["Remembered device: Safari on iPhone", "forgotten"],
        vec!["The password of your twostep account was changed"],
    ]) {
        let text = email("twostep", &notice(Audience::Owner, event))
            .unwrap()
            .text;
        for said in said {
            assert!(text.contains(said), "{said}: {text}");
        }
    }
}

#[test]
fn entered_text_is_escaped_bounded_and_kept_on_one_line() {
    let hostile = "<script>alert(1)</script>\r\nBcc: x@y.test\r\n".to_owned() + &"z".repeat(9_999);
    for audience in [Audience::Owner, Audience::FullAccess] {
        for mut event in every_event() {
            match &mut event {
                NoticeEvent::ResetByColleague { actor, .. } => actor.clone_from(&hostile),
                NoticeEvent::ResetBySupport { reason } => reason.clone_from(&hostile),
                NoticeEvent::DeviceMisused { device } => device.clone_from(&hostile),
                _ => {}
            }
            let mut notice = notice(audience, event);
            notice.account.name.clone_from(&hostile);
            notice.account.email.clone_from(&hostile);
            notice.device = Some(hostile.clone());
            notice.address = Some(hostile.clone());
            let email = email("twostep", &notice).unwrap();
            assert!(!email.subject.contains(['\r', '\n']), "{}", email.subject);
            assert!(email.subject.chars().count() <= 130, "{}", email.subject);
            assert!(!email.text.contains("\nBcc:") && !email.text.contains('\r'));
            assert!(!email.html.contains("<script"), "{}", email.html);
            assert!(email.html.contains("&#60;script&#62;"), "{}", email.html);
            assert!(email.html.len() < 12_000, "{}", email.html.len());
        }
    }
}

#[test]
fn notices_load_and_link_nothing() {
    for event in every_event() {
        let html = email("twostep", &notice(Audience::Owner, event))
            .unwrap()
            .html;
        for forbidden in ["http:", "https:", "href=", "src=", "url(", "@import"] {
            assert!(!html.contains(forbidden), "{forbidden}: {html}");
        }
    }
}
