//! The `validate` function: a code finishes a sign-in, steps a session up, or enables a method.

#[cfg(feature = "openapi")]
pub mod openapi;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json as Answer, Router};
use http::StatusCode;
use http::header::SET_COOKIE;
use serde::{Deserialize, Serialize};
use twostep::domain::code::Code;
use twostep::domain::method::MethodKind;
use twostep::domain::session::Transport;
use twostep::domain::token::{EnrollmentToken, UserToken};
use twostep::flows::{validate, validate_enrollment};
use twostep::http::cookies;
use twostep::http::json::Word;
use twostep::http::problem::{self, Problem};
use twostep::http::request::{Client, Credentials, Json};
use twostep::http::views::{MethodView, Reason, SessionView, authenticated};
use twostep::runtime::App;

/// The routes of this function.
pub fn router(app: App) -> Router {
    twostep::http::serve(app, Router::new().route("/validate", post(post_code)))
}

/// A code, and what it is for.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
struct ValidateBody {
    /// The ticket of the sign-in or of the step-up.
    ticket: Option<String>,
    /// The enrollment whose method the code is to enable.
    enrollment: Option<String>,
    /// The method the code is of.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<MethodKind>))]
    method: Option<Word<MethodKind>>,
    /// Six digits. Spaces and hyphens are ignored.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[ -]*([0-9][ -]*){6}$"))]
    code: String,
    /// Whether not to ask this user for a code on this device for the next 30 days.
    #[serde(default)]
    remember_device: Option<bool>,
}

/// The session is stepped up: it has a recent second factor, and a new token.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Verified {
    /// Tells this answer from others.
    status: &'static str,
    /// The session. The token it had until now is dead.
    session: SessionView,
}

impl Verified {
    const STATUS: &'static str = "verified";
}

/// The method is enabled; the session goes on.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Enabled {
    /// Tells this answer from others.
    status: &'static str,
    /// The method.
    method: MethodView,
}

impl Enabled {
    const STATUS: &'static str = "enabled";
}

async fn post_code(
    State(app): State<App>,
    client: Client,
    credentials: Credentials,
    Json(body): Json<ValidateBody>,
) -> Result<Response, Problem> {
    let code =
        Code::parse(&body.code).map_err(|error| Problem::field("code", error.to_string()))?;
    match body
        .enrollment
        .as_deref()
        .map(EnrollmentToken::parse_or_unknown)
    {
        Some(enrollment) => enroll(app, client, credentials, body, enrollment, code).await,
        None => by_ticket(app, client, credentials, body, code).await,
    }
}

fn ticket(text: &str) -> Result<UserToken, Problem> {
    UserToken::parse(text).ok_or_else(|| problem::Code::InvalidTicket.into())
}

/// A code for a ticket: what the ticket was made for decides.
async fn by_ticket(
    app: App,
    Client(origin): Client,
    credentials: Credentials,
    body: ValidateBody,
    code: Code,
) -> Result<Response, Problem> {
    let Some(ticket_text) = &body.ticket else {
        return Err(Problem::field(
            "ticket",
            "is required, or `enrollment` in a session",
        ));
    };
    let Some(Word(method)) = body.method else {
        return Err(Problem::field("method", "is required with a ticket"));
    };
    // A sign-in needs no session, so one that may not be used here is told only to a step-up.
    let refused = credentials.session().err();
    let request = validate::Request {
        ticket: ticket(ticket_text)?,
        method,
        code,
        remember_device: body.remember_device.unwrap_or(false),
        session: credentials.session_if_allowed().cloned(),
        replaces: credentials.browser_session(),
        device: credentials.devices(),
        origin,
    };
    let outcome = match (validate::validate(&app, request).await, refused) {
        (Err(validate::Error::Unauthenticated), Some(refused)) => return Err(refused),
        (outcome, _) => outcome?,
    };
    Ok(match outcome {
        validate::Outcome::Authenticated(signed_in) => {
            authenticated(&signed_in, Reason::SecondFactor, None)
        }
        validate::Outcome::Verified(up) => {
            let session = SessionView::new(&up.user, &up.session, Some(&up.token));
            let body = Verified {
                status: Verified::STATUS,
                session,
            };
            let mut response = (StatusCode::OK, Answer(body)).into_response();
            if up.session.transport == Transport::Cookie
                && let Some(cookie) = cookies::set_session(&up.token)
            {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response
        }
    })
}

/// The first code of a new method, with the ticket of a sign-in or within a session.
async fn enroll(
    app: App,
    Client(origin): Client,
    credentials: Credentials,
    body: ValidateBody,
    enrollment: EnrollmentToken,
    code: Code,
) -> Result<Response, Problem> {
    let place = match &body.ticket {
        Some(text) => validate_enrollment::Place::SignIn {
            ticket: ticket(text)?,
            remember_device: body.remember_device.unwrap_or(false),
            replaces: credentials.browser_session(),
        },
        None => validate_enrollment::Place::Session(credentials.session()?.cloned()),
    };
    let kind = enrollment.kind;
    let request = validate_enrollment::Request {
        enrollment,
        code,
        place,
        origin,
    };
    Ok(match validate_enrollment::validate(&app, request).await? {
        validate_enrollment::Outcome::Authenticated(signed_in) => {
            let method = MethodView::new(&signed_in.user.methods, kind, false);
            authenticated(&signed_in, Reason::SecondFactor, Some(method))
        }
        validate_enrollment::Outcome::Enabled(user) => {
            let method = MethodView::new(&user.methods, kind, false);
            Answer(Enabled {
                status: Enabled::STATUS,
                method,
            })
            .into_response()
        }
    })
}
