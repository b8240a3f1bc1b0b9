//! JSON shapes that several functions answer with.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::SET_COOKIE;
use serde::Serialize;

use super::{Outcome, cookies};
use crate::domain::method::MethodKind;
use crate::domain::session::{Session, Transport};
use crate::domain::token::UserToken;
use crate::domain::user::{Method, Methods, Role, User};
use crate::flows::finish::SignedIn;
use crate::flows::methods::OwnMethods;

/// `Session` of the contract.
#[derive(Debug, Serialize)]
pub struct SessionView {
    user: UserView,
    expires_at: String,
    second_factor_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

#[derive(Debug, Serialize)]
struct UserView {
    id: String,
    name: String,
    email: String,
    role: Role,
    practice: PracticeView,
}

#[derive(Debug, Serialize)]
struct PracticeView {
    id: String,
    name: String,
}

impl SessionView {
    /// The session, with its token for bearer clients if there is a new one.
    #[must_use]
    pub fn new(user: &User, session: &Session, issued: Option<&UserToken>) -> Self {
        let bearer = session.transport == Transport::Bearer;
        Self {
            user: UserView {
                id: user.user_id.as_str().to_owned(),
                name: user.name.clone(),
                email: user.email.clone(),
                role: user.role,
                practice: PracticeView {
                    id: user.practice_id.as_str().to_owned(),
                    name: user.practice_name.clone(),
                },
            },
            expires_at: session.expires_at().rfc3339(),
            second_factor_at: session.second_factor_at.map(|at| at.rfc3339()),
            token: issued.filter(|_| bearer).map(UserToken::expose),
        }
    }
}

/// `Method` of the contract.
#[derive(Debug, Serialize)]
pub struct MethodView {
    kind: MethodKind,
    enabled: bool,
    primary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    suspended: bool,
}

impl MethodView {
    /// One kind of method of a user, enabled or not.
    #[must_use]
    pub fn new(methods: &Methods, kind: MethodKind, suspended: bool) -> Self {
        let method = methods.get(kind);
        Self {
            kind,
            enabled: method.is_some(),
            primary: methods.primary() == Some(kind),
            destination: method.and_then(|method| method.target.masked_destination()),
            enabled_at: method.map(|method| method.enabled_at.rfc3339()),
            last_used_at: method
                .and_then(|method| method.last_used_at)
                .map(|at| at.rfc3339()),
            suspended: suspended && method.is_some(),
        }
    }
}

/// `{"methods":[Method × 3]}`.
#[derive(Debug, Serialize)]
pub struct MethodsView {
    methods: Vec<MethodView>,
}

impl From<&OwnMethods> for MethodsView {
    fn from(own: &OwnMethods) -> Self {
        let view = |kind| MethodView::new(&own.user.methods, kind, own.suspended.contains(&kind));
        Self {
            methods: MethodKind::ALL.into_iter().map(view).collect(),
        }
    }
}

/// A method as offered at sign-in.
#[derive(Debug, Serialize)]
pub struct OfferedMethod {
    kind: MethodKind,
    primary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
}

impl OfferedMethod {
    /// The enabled methods of a user, the primary one first.
    #[must_use]
    pub fn all(user: &User) -> Vec<Self> {
        let primary = user.methods.primary();
        let view = |method: &Method| Self {
            kind: method.kind(),
            primary: Some(method.kind()) == primary,
            destination: method.target.masked_destination(),
        };
        user.methods.enabled().into_iter().map(view).collect()
    }
}

/// The answer that ends a sign-in.
#[derive(Debug, Serialize)]
pub struct Authenticated {
    status: &'static str,
    reason: &'static str,
    session: SessionView,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<MethodView>,
}

/// Answers a finished sign-in: in cookies or in the body, as the client asked.
#[must_use]
pub fn authenticated(
    signed_in: &SignedIn,
    reason: &'static str,
    method: Option<MethodView>,
) -> Response {
    let SignedIn {
        user,
        session,
        token,
        device,
    } = signed_in;
    let bearer = session.transport == Transport::Bearer;
    let exposed = device
        .as_ref()
        .filter(|_| bearer)
        .map(|device| device.token.expose());
    let body = Authenticated {
        status: "authenticated",
        reason,
        session: SessionView::new(user, session, Some(token)),
        device_token: exposed,
        method,
    };
    let mut response = (StatusCode::OK, axum::Json(body)).into_response();
    response.extensions_mut().insert(Outcome(reason));
    if !bearer {
        let device = device
            .as_ref()
            .and_then(|d| cookies::set_device(&user.device_slot, d));
        let cookies = [cookies::set_session(token), device];
        for cookie in cookies.into_iter().flatten() {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}
