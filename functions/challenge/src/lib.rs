//! The `challenge` function: asks for a code, and sends it where the method is one that sends.

#[cfg(feature = "openapi")]
pub mod openapi;

use axum::extract::State;
use axum::routing::post;
use axum::{Json as Answer, Router};
use serde::{Deserialize, Serialize};
use twostep::domain::method::MethodKind;
use twostep::domain::token::UserToken;
use twostep::flows::challenge::{self, AskedBy, Request};
use twostep::http::json::Word;
use twostep::http::problem::{Code, Problem};
use twostep::http::request::{Client, Credentials, Json};
use twostep::runtime::App;

/// The routes of this function.
pub fn router(app: App) -> Router {
    twostep::http::serve(app, Router::new().route("/challenge", post(challenge)))
}

/// What to ask a code by.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Challenge))]
#[serde(deny_unknown_fields)]
struct ChallengeBody {
    /// The ticket of a sign-in or of a step-up. Left out within a session, to begin a step-up.
    ticket: Option<String>,
    /// The method to use: the primary one, or any other that is enabled.
    #[cfg_attr(feature = "openapi", schema(value_type = MethodKind))]
    method: Word<MethodKind>,
}

/// A code is awaited.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Challenged {
    /// The ticket to validate the code with: that of the sign-in, or a new one for a step-up.
    ticket: String,
    /// The method.
    method: MethodKind,
    /// Where the code was sent, masked; none for an authenticator.
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    /// When the ticket ends.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    expires_at: String,
    /// Seconds until the code may be asked for again; 0 where none is sent.
    resend_after: i64,
    /// Guesses left for the ticket.
    attempts_left: u32,
}

async fn challenge(
    State(app): State<App>,
    Client(origin): Client,
    credentials: Credentials,
    Json(body): Json<ChallengeBody>,
) -> Result<Answer<Challenged>, Problem> {
    let asked_by = match body.ticket {
        Some(ticket) => AskedBy::Ticket(UserToken::parse(&ticket).ok_or(Code::InvalidTicket)?),
        None => AskedBy::Session(credentials.session()?.cloned()),
    };
    let request = Request {
        method: body.method.0,
        asked_by,
        origin,
    };
    let challenged = challenge::challenge(&app, request).await?;
    Ok(Answer(Challenged {
        ticket: challenged.token.expose(),
        method: challenged.method,
        destination: challenged.destination,
        expires_at: challenged.ticket.expires_at.rfc3339(),
        resend_after: challenged.resend_after,
        attempts_left: challenged.ticket.attempts_left(),
    }))
}
