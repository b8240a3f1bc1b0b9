//! The description of this function's routes.

use serde_json::json;
use twostep::domain::method::MethodKind;
use twostep::http::openapi::{Answer, Operation, Part, Shape, samples};
use twostep::http::problem::Code;
use twostep::http::views::MethodsView;

use crate::{EnrollBody, Started};

/// The operations of this function.
#[must_use]
pub fn part() -> Part {
    Part::new(
        "enroll",
        "A user's methods, starting to enable one, and the primary one.",
        [list(), enroll(), make_primary()],
    )
}

fn list() -> Operation {
    Operation::get("/methods", "listMethods", "List one's own methods")
        .session()
        .answer(methods("All three kinds, enabled or not."))
}

fn make_primary() -> Operation {
    Operation::put(
        "/methods/{kind}/primary",
        "setPrimaryMethod",
        "Choose the primary method",
    )
    .about("The primary method is the one that is asked for first at sign-in.")
    .recent_factor()
    .kind()
    .answer(methods("The methods after the change."))
    .problems(&[Code::MethodNotEnabled, Code::Conflict])
}

fn methods(about: &'static str) -> Answer {
    let examples = [("methods", samples::methods())];
    Answer::json(200, about, Shape::of::<MethodsView>(), examples)
}

fn enroll() -> Operation {
    Operation::post(
        "/enroll",
        "enrollMethod",
        "Start to enable a method, or send its first code again",
    )
    .about(
        "With the `ticket` of a sign-in that requires enrollment; or in a session in which a code \
         was passed within 15 minutes. The method is enabled once `POST /validate` has had its \
         first code; a method of the same kind works until then and is replaced. Of several \
         enrollments of a kind the newest counts.",
    )
    .session_or_none()
    .body(
        request(),
        [
            ("authenticator", json!({"method": "authenticator"})),
            (
                "email_at_sign_in",
                json!({"ticket": samples::TICKET, "method": "email", "email": "desk@harbour.test"}),
            ),
            ("sms", json!({"method": "sms", "phone": "+61491570006"})),
            ("resend", json!({"enrollment": samples::ENROLLMENT})),
        ],
    )
    .answer(started())
    .answer(Answer::json(
        200,
        "The code was sent again.",
        sent(),
        [("email", code_sent())],
    ))
    .problems(&[
        Code::InvalidTicket,
        Code::Unauthenticated,
        Code::StepUpRequired,
        Code::NotFound,
        Code::DestinationNotAllowed,
        Code::ResendTooSoon,
        Code::SendLimitReached,
        Code::DeliveryUnavailable,
    ])
}

fn request() -> Shape {
    let of = |name, about, kind: MethodKind, required: &[&str]| {
        Shape::read::<EnrollBody>()
            .only("method", &[kind.as_str()])
            .with(name, about, required, &["ticket"])
    };
    Shape::one_of(
        "Enroll",
        "A method to enable, or an enrollment whose code is to be sent again.",
        None,
        [
            of(
                "EnrollAuthenticator",
                "Codes of an app.",
                MethodKind::Authenticator,
                &["method"],
            ),
            of(
                "EnrollEmail",
                "Codes by e-mail.",
                MethodKind::Email,
                &["method", "email"],
            ),
            of(
                "EnrollSms",
                "Codes by SMS.",
                MethodKind::Sms,
                &["method", "phone"],
            ),
            Shape::read::<EnrollBody>().with(
                "ResendEnrollment",
                "The code again.",
                &["enrollment"],
                &["ticket"],
            ),
        ],
    )
}

fn sent() -> Shape {
    let kinds = [MethodKind::Email, MethodKind::Sms].map(MethodKind::as_str);
    Shape::of::<Started>().only("method", &kinds).with(
        "CodeEnrollment",
        "An enrollment whose first code was sent.",
        &[
            "enrollment",
            "method",
            "expires_at",
            "destination",
            "resend_after",
        ],
        &[],
    )
}

fn code_sent() -> serde_json::Value {
    json!({
        "enrollment": samples::ENROLLMENT,
        "method": "email",
        "expires_at": samples::TEN_MINUTES_LATER,
        "destination": "d***@harbour.test",
        "resend_after": 30,
    })
}

fn pending() -> Shape {
    let app = Shape::of::<Started>()
        .only("method", &[MethodKind::Authenticator.as_str()])
        .with(
            "AuthenticatorEnrollment",
            "An enrollment of an app that is to be set up. The secret is shown this once.",
            &["enrollment", "method", "expires_at", "authenticator"],
            &[],
        );
    Shape::one_of(
        "EnrollAnswer",
        "An enrollment that waits for its first code.",
        Some("method"),
        [app, sent()],
    )
}

fn started() -> Answer {
    let secret = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU";
    let label = "twostep:desk@harbour.test";
    let examples = [
        (
            "authenticator",
            json!({
                "enrollment": samples::ENROLLMENT,
                "method": "authenticator",
                "expires_at": samples::TEN_MINUTES_LATER,
                "authenticator": {
                    "secret": secret,
                    "otpauth_uri": format!("otpauth://totp/{label}?secret={secret}&issuer=twostep"),
                    "qr_svg": "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
                },
            }),
        ),
        ("email", code_sent()),
    ];
    Answer::json(
        201,
        "The method waits for its first code.",
        pending(),
        examples,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_described() {
        let choices = [
            (Shape::read::<EnrollBody>(), request()),
            (Shape::of::<Started>(), pending()),
        ];
        for (all, described) in choices {
            for field in all.properties() {
                assert!(described.properties().contains(&field), "{field}");
            }
        }
    }
}
