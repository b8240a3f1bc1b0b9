//! The `challenge` function: asks for a code, and sends it where the method is one that sends.

use axum::extract::State;
use axum::routing::post;
use axum::{Json as Answer, Router};
use serde::{Deserialize, Serialize};
use twostep::domain::method::MethodKind;
use twostep::domain::token::UserToken;
use twostep::flows::challenge::{self, AskedBy, Request};
use twostep::http::problem::{Code, Problem};
use twostep::http::request::{Client, Credentials, Json};
use twostep::runtime::App;

/// The routes of this function.
pub fn router(app: App) -> Router {
    twostep::http::serve(app, Router::new().route("/challenge", post(challenge)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChallengeBody {
    ticket: Option<String>,
    method: MethodKind,
}

#[derive(Serialize)]
struct Challenged {
    ticket: String,
    method: MethodKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    expires_at: String,
    resend_after: i64,
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
        method: body.method,
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
