//! The description of this function's route.

use serde_json::json;
use twostep::http::openapi::{Answer, Operation, Part, Shape, samples};
use twostep::http::problem::Code;

use crate::{ChallengeBody, Challenged};

/// The operations of this function.
#[must_use]
pub fn part() -> Part {
    Part::new("challenge", "Asking for a code.", [challenge()])
}

fn challenge() -> Operation {
    Operation::post("/challenge", "requestChallenge", "Ask for a code")
        .about(
            "With the `ticket` of a sign-in or of a step-up; or without one in a session, which \
             begins a step-up and is answered with a ticket for it.",
        )
        .about(
            "For `email` and `sms` a code is sent; asking again sends the same one. For \
             `authenticator` nothing is sent, and nothing need be asked for at sign-in.",
        )
        .session_or_none()
        .body(
            Shape::read::<ChallengeBody>(),
            [
                (
                    "sign_in",
                    json!({"ticket": samples::TICKET, "method": "sms"}),
                ),
                ("step_up", json!({"method": "authenticator"})),
            ],
        )
        .answer(Answer::json(
            200,
            "A code is awaited.",
            Shape::of::<Challenged>(),
            [
                (
                    "sms",
                    json!({
                        "ticket": samples::TICKET,
                        "method": "sms",
                        "destination": "+61 *** *** 006",
                        "expires_at": samples::TEN_MINUTES_LATER,
                        "resend_after": 30,
                        "attempts_left": 5,
                    }),
                ),
                (
                    "authenticator",
                    json!({
                        "ticket": samples::TICKET,
                        "method": "authenticator",
                        "expires_at": samples::TEN_MINUTES_LATER,
                        "resend_after": 0,
                        "attempts_left": 5,
                    }),
                ),
            ],
        ))
        .problems(&[
            Code::InvalidTicket,
            Code::Unauthenticated,
            Code::MethodNotEnabled,
            Code::MethodSuspended,
            Code::DestinationNotAllowed,
            Code::TooManyAttempts,
            Code::ResendTooSoon,
            Code::SendLimitReached,
            Code::DeliveryUnavailable,
        ])
}
