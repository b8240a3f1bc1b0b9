//! The description of this function's route.

use serde_json::{Value, json};
use twostep::http::openapi::{Answer, Operation, Part, Shape, samples};
use twostep::http::problem::Code;
use twostep::http::views::Authenticated;

use crate::{Enabled, ValidateBody, Verified};

/// The operations of this function.
#[must_use]
pub fn part() -> Part {
    Part::new(
        "validate",
        "A code finishes a sign-in, steps a session up, or enables a method.",
        [validate()],
    )
}

fn validate() -> Operation {
    Operation::post("/validate", "validateCode", "Validate a code")
        .about(
            "What the ticket was made for decides what comes of it, whatever other session comes \
             along: a sign-in is finished, or the session that began the step-up is stepped up. \
             With an `enrollment` its method is enabled: in the session it was started in, or \
             with the `ticket` of the sign-in that required it, which is finished then.",
        )
        .about(
            "Every wrong code counts. An authenticator's code needs no challenge before it; an \
             e-mail or SMS code is right only once it was sent.",
        )
        .session_or_none()
        .body(
            request(),
            [
                (
                    "ticket",
                    json!({
                        "ticket": samples::TICKET,
                        "method": "email",
                        "code": "492 038",
                        "remember_device": true,
                    }),
                ),
                (
                    "enrollment_in_a_session",
                    json!({"enrollment": samples::ENROLLMENT, "code": "492038"}),
                ),
                (
                    "enrollment_at_sign_in",
                    json!({
                        "ticket": samples::TICKET,
                        "enrollment": samples::ENROLLMENT,
                        "code": "492038",
                    }),
                ),
            ],
        )
        .answer(accepted())
        .problems(&[
            Code::InvalidTicket,
            Code::Unauthenticated,
            Code::NotFound,
            Code::MethodNotEnabled,
            Code::MethodSuspended,
            Code::InvalidCode,
            Code::CodeAlreadyUsed,
            Code::TooManyAttempts,
        ])
}

fn request() -> Shape {
    let body = Shape::read::<ValidateBody>;
    Shape::one_of(
        "Validate",
        "A code, and what it is for.",
        None,
        [
            body().with(
                "ValidateTicket",
                "A code of an enabled method, to sign in or to step up.",
                &["ticket", "method", "code"],
                &["remember_device"],
            ),
            body().with(
                "ValidateEnrollment",
                "The first code of a new method. With the ticket during a sign-in, without it in \
                 a session.",
                &["enrollment", "code"],
                &["ticket", "remember_device"],
            ),
        ],
    )
}

fn accepted() -> Answer {
    let shape = Shape::one_of(
        "ValidateAnswer",
        "What a right code leads to.",
        Some("status"),
        [
            Shape::of::<Authenticated>().only("status", &[Authenticated::STATUS]),
            Shape::of::<Verified>().only("status", &[Verified::STATUS]),
            Shape::of::<Enabled>().only("status", &[Enabled::STATUS]),
        ],
    );
    Answer::json(
        200,
        "The code is right; `status` says what came of it.",
        shape,
        examples(),
    )
    .cookies(
        "`__Host-session` if there is a new session or session token, and `__Host-device-…` if \
         the device is remembered; none for bearer clients.",
    )
}

fn examples() -> [(&'static str, Value); 4] {
    [
        (
            "signed_in",
            json!({
                "status": Authenticated::STATUS,
                "reason": "second_factor",
                "session": samples::session(true),
                "device_token": samples::DEVICE_TOKEN,
            }),
        ),
        (
            "signed_in_with_a_new_method",
            json!({
                "status": Authenticated::STATUS,
                "reason": "second_factor",
                "session": samples::session(false),
                "method": samples::email_method(),
            }),
        ),
        (
            "verified",
            json!({"status": Verified::STATUS, "session": samples::session(true)}),
        ),
        (
            "enabled",
            json!({"status": Enabled::STATUS, "method": samples::email_method()}),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_described() {
        let (body, described) = (Shape::read::<ValidateBody>(), request());
        for field in body.properties() {
            assert!(described.properties().contains(&field), "{field}");
        }
    }
}
