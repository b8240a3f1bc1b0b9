//! The `login` function: the password step of a sign-in, the session, and signing out.

#[cfg(feature = "openapi")]
pub mod openapi;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json as Answer, Router};
use http::StatusCode;
use http::header::SET_COOKIE;
use serde::{Deserialize, Serialize};
use twostep::domain::method::MethodKind;
use twostep::domain::password::Password;
use twostep::domain::session::Transport;
use twostep::domain::token::DeviceToken;
use twostep::flows::login::{self, Issued, Outcome, PresentedDevice, Skipped};
use twostep::flows::sessions;
use twostep::http::json::Word;
use twostep::http::problem::Problem;
use twostep::http::request::{Client, Credentials, Json};
use twostep::http::views::{OfferedMethod, Reason, SessionView, authenticated};
use twostep::http::{Outcome as Ended, cookies};
use twostep::runtime::App;

/// The routes of this function.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/login", post(log_in))
        .route("/logout", post(log_out))
        .route("/session", get(session));
    twostep::http::serve(app, routes)
}

/// Longest e-mail address looked at, in bytes (RFC 5321 §4.5.3.1.3).
const LONGEST_EMAIL: usize = 254;

/// The password step of a sign-in.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Login))]
#[serde(deny_unknown_fields)]
struct LoginBody {
    /// The address the user signs in with; capital letters and spaces around it don't matter.
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    email: String,
    /// The password.
    #[cfg_attr(feature = "openapi", schema(format = Password, min_length = 1, max_length = 256))]
    password: String,
    /// How the client wants its session; in cookies, unless it says otherwise.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Transport))]
    transport: Word<Transport>,
    /// The device token of a bearer client that was remembered.
    device_token: Option<String>,
}

impl LoginBody {
    fn parse(self, client: Client, credentials: Credentials) -> Result<login::Request, Problem> {
        let email = self.email.trim();
        if email.len() > LONGEST_EMAIL || !email.contains('@') || email.contains(char::is_control) {
            return Err(Problem::field(
                "email",
                "must be an e-mail address like name@example.com",
            ));
        }
        let password = Password::attempt(&self.password)
            .map_err(|error| Problem::field("password", error.to_string()))?;
        let replaces = credentials.browser_session();
        // A bearer client that runs in a browser leaves the browser's own cookies alone: it could
        // not put a rotated one back.
        let mut device = match self.transport.0 {
            Transport::Cookie => credentials.devices(),
            Transport::Bearer => PresentedDevice::default(),
        };
        device.from_body = self.device_token.as_deref().and_then(DeviceToken::parse);
        Ok(login::Request {
            email: email.to_owned(),
            password,
            transport: self.transport.0,
            device,
            replaces,
            origin: client.0,
        })
    }
}

/// A code is needed: by the primary method, or by another one that is offered.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct ChallengeRequired {
    /// Tells this answer from others.
    status: &'static str,
    /// Names this sign-in in `POST /challenge` and `POST /validate`. A secret.
    ticket: String,
    /// When the ticket ends.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    expires_at: String,
    /// The enabled methods, the primary one first.
    methods: Vec<OfferedMethod>,
}

impl ChallengeRequired {
    const STATUS: &'static str = "challenge_required";
}

/// The user has no method: one must be enabled to finish the sign-in.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct EnrollmentRequired {
    /// Tells this answer from others.
    status: &'static str,
    /// Names this sign-in in `POST /enroll` and `POST /validate`. A secret.
    ticket: String,
    /// When the ticket ends.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    expires_at: String,
    /// The kinds that can be enabled.
    available: [MethodKind; 3],
}

impl EnrollmentRequired {
    const STATUS: &'static str = "enrollment_required";
}

/// An answer that asks for the next step, and is counted as such.
fn next_step(status: &'static str, body: impl Serialize) -> Response {
    (Extension(Ended(status)), Answer(body)).into_response()
}

async fn log_in(
    State(app): State<App>,
    client: Client,
    credentials: Credentials,
    Json(body): Json<LoginBody>,
) -> Result<Response, Problem> {
    let request = body.parse(client, credentials)?;
    Ok(match login::login(&app, request).await? {
        Outcome::Authenticated(signed_in, skipped) => {
            let reason = match skipped {
                Skipped::RememberedDevice => Reason::RememberedDevice,
                Skipped::KnownAddress => Reason::KnownAddress,
            };
            authenticated(&signed_in, reason, None)
        }
        Outcome::ChallengeRequired(Issued {
            token,
            ticket,
            user,
        }) => {
            let body = ChallengeRequired {
                status: ChallengeRequired::STATUS,
                ticket: token.expose(),
                expires_at: ticket.expires_at.rfc3339(),
                methods: OfferedMethod::all(&user),
            };
            next_step(body.status, body)
        }
        Outcome::EnrollmentRequired(Issued { token, ticket, .. }) => {
            let body = EnrollmentRequired {
                status: EnrollmentRequired::STATUS,
                ticket: token.expose(),
                expires_at: ticket.expires_at.rfc3339(),
                available: login::AVAILABLE,
            };
            next_step(body.status, body)
        }
    })
}

async fn log_out(State(app): State<App>, credentials: Credentials) -> Result<Response, Problem> {
    sessions::end(&app, &credentials.sessions()?).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if credentials.browser_session().is_some()
        && let Some(cookie) = cookies::clear_session()
    {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn session(
    State(app): State<App>,
    credentials: Credentials,
) -> Result<Answer<SessionView>, Problem> {
    let (user, session, _) = sessions::current(&app, credentials.session()?).await?;
    Ok(Answer(SessionView::new(&user, &session, None)))
}
