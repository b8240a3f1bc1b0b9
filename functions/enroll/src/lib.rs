//! The `enroll` function: a user's methods, starting to enable one, and the primary one.

#[cfg(feature = "openapi")]
pub mod openapi;

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
use twostep::http::json::Word;
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

/// A method to enable, or an enrollment whose code is to be sent again.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
struct EnrollBody {
    /// The ticket of a sign-in that requires enrollment. Left out within a session.
    ticket: Option<String>,
    /// The enrollment whose code is to be sent again.
    enrollment: Option<String>,
    /// The kind of method to enable.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<MethodKind>))]
    method: Option<Word<MethodKind>>,
    /// The address codes are to go to.
    #[cfg_attr(feature = "openapi", schema(format = "email", max_length = 254))]
    email: Option<String>,
    /// The mobile number codes are to go to (E.164). Spaces and hyphens are ignored.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^\+[1-9][0-9 -]{6,20}$"))]
    phone: Option<String>,
}

/// What a request to enroll asks for.
enum Asked {
    /// To enable a method.
    Start(Wanted),
    /// To send the code of this enrollment again.
    SendAgain(EnrollmentToken),
}

impl EnrollBody {
    fn asked(&self) -> Result<Asked, Problem> {
        let Some(enrollment) = &self.enrollment else {
            return self.wanted().map(Asked::Start);
        };
        if self.method.is_some() || self.email.is_some() || self.phone.is_some() {
            return Err(Problem::field(
                "enrollment",
                "is sent alone, or with `ticket`",
            ));
        }
        let token = EnrollmentToken::parse_or_unknown(enrollment);
        Ok(Asked::SendAgain(token))
    }

    /// The method to enable, from the fields that belong to it and no others.
    fn wanted(&self) -> Result<Wanted, Problem> {
        let Some(Word(method)) = self.method else {
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

/// An enrollment that waits for its first code.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
struct Started {
    /// Names the enrollment in `POST /validate`. A secret.
    enrollment: String,
    /// The kind of method.
    method: MethodKind,
    /// When the enrollment ends.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    expires_at: String,
    /// What to set the app up with.
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticator: Option<AuthenticatorView>,
    /// Where the code was sent, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    /// Seconds until the code may be sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    resend_after: Option<i64>,
}

/// What an authenticator app is set up with. The one answer that shows the secret.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthenticatorSetup))]
struct AuthenticatorView {
    /// The secret, in base32, for apps that can't scan.
    secret: String,
    /// The same as an `otpauth` URI.
    otpauth_uri: String,
    /// The same as a QR code, an SVG image.
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
    let asked = body.asked()?;
    let authority = match &body.ticket {
        Some(ticket) => Authority::Ticket(UserToken::parse(ticket).ok_or(Code::InvalidTicket)?),
        None => Authority::Session(credentials.session()?.cloned()),
    };
    let (status, pending) = match asked {
        Asked::Start(wanted) => (
            StatusCode::CREATED,
            enroll::start(&app, &authority, wanted, &origin).await?,
        ),
        Asked::SendAgain(token) => (
            StatusCode::OK,
            enroll::resend(&app, &authority, token, &origin).await?,
        ),
    };
    Ok((status, Answer(started(&app, &pending)?)).into_response())
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
