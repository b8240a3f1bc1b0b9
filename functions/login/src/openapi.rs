//! The description of this function's routes.

use serde_json::json;
use twostep::http::openapi::{Answer, Operation, Part, Shape, samples};
use twostep::http::problem::Code;
use twostep::http::views::{Authenticated, SessionView};

use crate::{ChallengeRequired, EnrollmentRequired, LoginBody};

/// The operations of this function.
#[must_use]
pub fn part() -> Part {
    Part::new(
        "login",
        "The password step of a sign-in, the session, and signing out.",
        [log_in(), log_out(), session()],
    )
}

fn log_in() -> Operation {
    Operation::post("/login", "logIn", "Sign in with a password")
        .about(
            "An unknown address, a wrong password and a disabled user get the same answer. \
             A new sign-in replaces the session that this browser had.",
        )
        .body(
            Shape::read::<LoginBody>(),
            [
                (
                    "browser",
                    json!({"email": "desk@harbour.test", "password": "correct horse battery staple"}),
                ),
                (
                    "bearer",
                    json!({
                        "email": "desk@harbour.test",
                        "password": "correct horse battery staple",
                        "transport": "bearer",
                        "device_token": samples::DEVICE_TOKEN,
                    }),
                ),
            ],
        )
        .answer(logged_in())
        .problems(&[Code::InvalidCredentials, Code::TooManyAttempts])
}

fn logged_in() -> Answer {
    let shape = Shape::one_of(
        "LoginAnswer",
        "What a right password leads to.",
        Some("status"),
        [
            Shape::of::<Authenticated>().only("status", &[Authenticated::STATUS]),
            Shape::of::<ChallengeRequired>().only("status", &[ChallengeRequired::STATUS]),
            Shape::of::<EnrollmentRequired>().only("status", &[EnrollmentRequired::STATUS]),
        ],
    );
    let mut skipped = samples::session(true);
    if let Some(second_factor_at) = skipped.get_mut("second_factor_at") {
        second_factor_at.take();
    }
    let examples = [
        (
            "challenge_required",
            json!({
                "status": ChallengeRequired::STATUS,
                "ticket": samples::TICKET,
                "expires_at": samples::TEN_MINUTES_LATER,
                "methods": [
                    {"kind": "authenticator", "primary": true},
                    {"kind": "sms", "primary": false, "destination": "+61 *** *** 006"},
                ],
            }),
        ),
        (
            "enrollment_required",
            json!({
                "status": EnrollmentRequired::STATUS,
                "ticket": samples::TICKET,
                "expires_at": samples::TEN_MINUTES_LATER,
                "available": ["authenticator", "email", "sms"],
            }),
        ),
        (
            "authenticated",
            json!({
                "status": Authenticated::STATUS,
                "reason": "remembered_device",
                "session": skipped,
                "device_token": samples::DEVICE_TOKEN,
            }),
        ),
    ];
    Answer::json(
        200,
        "The password is right; `status` says what comes next.",
        shape,
        examples,
    )
    .cookies(
        "`__Host-session` if that signs in, and `__Host-device-…` if it was by a remembered \
         device; none for bearer clients.",
    )
}

fn log_out() -> Operation {
    Operation::post("/logout", "logOut", "Sign out")
        .about(
            "Ends the session, if there is one; both, if one comes in `Authorization` and one in \
             the cookie. The remembered device stays.",
        )
        .session_or_none()
        .answer(
            Answer::empty(204, "There is no session any more.")
                .cookies("Removes `__Host-session` from a browser that has it."),
        )
}

fn session() -> Operation {
    Operation::get("/session", "getSession", "Read the session")
        .about("Using a session keeps it alive for another hour, up to its final end.")
        .session()
        .answer(Answer::json(
            200,
            "The session.",
            Shape::of::<SessionView>(),
            [("session", samples::session(false))],
        ))
}
