//! The `enroll` function: a user's methods, starting to enable one, and the primary one.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json as Answer, Router};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tracing::error;
use twostep::domain::contact::{EmailAddress, PhoneNumber};
use twostep::domain::method::MethodKind;
use twostep::domain::token::{EnrollmentToken, UserToken};
use twostep::domain::totp::{self, TotpSecret};
use twostep::flows::enroll::{self, Authority, Pending, Wanted};
use twostep::flows::methods;
use twostep::http::problem::{Code, Problem};
use twostep::http::request::{Client, Credentials, Json, Kind};
use twostep::http::views::MethodsView;
use twostep::runtime::App;

/// The routes of this function.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/methods", get(list))
        .route("/enroll", post(start_or_resend))
        .route("/methods/{kind}/primary", put(make_primary));
    twostep::http::serve(app, routes)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnrollBody {
    ticket: Option<String>,
    enrollment: Option<String>,
    method: Option<MethodKind>,
    email: Option<String>,
    phone: Option<String>,
}

impl EnrollBody {
    /// The method to enable, from the fields that belong to it and no others.
    fn wanted(&self) -> Result<Wanted, Problem> {
        let Some(method) = self.method else {
            return Err(Problem::field(
                "method",
                "is required, or `enrollment` to send again",
            ));
        };
        match (method, &self.email, &self.phone) {
            (MethodKind::Authenticator, None, None) => Ok(Wanted::Authenticator),
            (MethodKind::Email, Some(email), None) => EmailAddress::parse(email)
                .map(Wanted::Email)
                .map_err(|error| Problem::field("email", error.to_string())),
            (MethodKind::Sms, None, Some(phone)) => PhoneNumber::parse(phone)
                .map(Wanted::Sms)
                .map_err(|error| Problem::field("phone", error.to_string())),
            (MethodKind::Email, None, _) => Err(Problem::field("email", "is required")),
            (MethodKind::Sms, _, None) => Err(Problem::field("phone", "is required")),
            (_, Some(_), _) => Err(Problem::field("email", "does not belong to this method")),
            (_, _, Some(_)) => Err(Problem::field("phone", "does not belong to this method")),
        }
    }
}

#[derive(Serialize)]
struct Started {
    enrollment: String,
    method: MethodKind,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticator: Option<AuthenticatorView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resend_after: Option<i64>,
}

/// What an authenticator app is set up with. The one answer that shows the secret.
#[derive(Serialize)]
struct AuthenticatorView {
    secret: String,
    otpauth_uri: String,
    qr_svg: String,
}

impl AuthenticatorView {
    fn new(app: &App, secret: &TotpSecret, account: &str) -> Result<Self, Problem> {
        let uri = secret.otpauth_uri(&app.config.product_name, account);
        let qr_svg = totp::qr_svg(&uri).map_err(|error| {
            error!(%error, "no QR code");
            Problem::unavailable()
        })?;
        Ok(Self {
            secret: secret.base32().to_string(),
            otpauth_uri: uri.to_string(),
            qr_svg,
        })
    }
}

fn started(app: &App, pending: &Pending) -> Result<Started, Problem> {
    let Pending {
        token,
        enrollment,
        user,
        secret,
        resend_after,
    } = pending;
    let authenticator = secret
        .as_ref()
        .map(|secret| AuthenticatorView::new(app, secret, &user.email))
        .transpose()?;
    Ok(Started {
        enrollment: token.expose(),
        method: token.kind,
        expires_at: enrollment.expires_at.rfc3339(),
        destination: enrollment.target.masked_destination(),
        resend_after: authenticator.is_none().then_some(*resend_after),
        authenticator,
    })
}

async fn start_or_resend(
    State(app): State<App>,
    Client(origin): Client,
    credentials: Credentials,
    Json(body): Json<EnrollBody>,
) -> Result<Response, Problem> {
    let wanted = match (&body.enrollment, body.method) {
        (None, _) => Some(body.wanted()?),
        (Some(_), None) if body.email.is_none() && body.phone.is_none() => None,
        (Some(_), _) => {
            return Err(Problem::field(
                "enrollment",
                "is sent alone, or with `ticket`",
            ));
        }
    };
    let authority = match &body.ticket {
        Some(ticket) => Authority::Ticket(UserToken::parse(ticket).ok_or(Code::InvalidTicket)?),
        None => Authority::Session(credentials.session()?.cloned()),
    };
    if let Some(wanted) = wanted {
        let pending = enroll::start(&app, &authority, wanted, &origin).await?;
        return Ok((StatusCode::CREATED, Answer(started(&app, &pending)?)).into_response());
    }
    let token = body.enrollment.as_deref().and_then(EnrollmentToken::parse);
    let token = token.ok_or(enroll::Error::NotFound)?;
    let pending = enroll::resend(&app, &authority, token, &origin).await?;
    Ok(Answer(started(&app, &pending)?).into_response())
}

async fn list(
    State(app): State<App>,
    credentials: Credentials,
) -> Result<Answer<MethodsView>, Problem> {
    let own = methods::list(&app, credentials.session()?).await?;
    Ok(Answer(MethodsView::from(&own)))
}

async fn make_primary(
    State(app): State<App>,
    Client(origin): Client,
    credentials: Credentials,
    Kind(kind): Kind,
) -> Result<Answer<MethodsView>, Problem> {
    let own = methods::make_primary(&app, credentials.session()?, kind, &origin).await?;
    Ok(Answer(MethodsView::from(&own)))
}
