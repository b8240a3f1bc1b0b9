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

/// A session, as its client sees it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Session))]
pub struct SessionView {
    /// Who is signed in.
    user: UserView,
    /// When it ends unless it is used before: after an hour without a request, and at the
    /// latest 12 hours after the sign-in.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    expires_at: String,
    /// When a code was last passed in it; null if none was, because the sign-in skipped it.
    #[cfg_attr(feature = "openapi", schema(format = DateTime, required))]
    second_factor_at: Option<String>,
    /// The session's token, for bearer clients and only where it is new. The token used until
    /// then is dead.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// The person who is signed in.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SessionUser))]
struct UserView {
    /// Identifier.
    id: String,
    /// Name.
    name: String,
    /// The address the user signs in with.
    email: String,
    /// What they may do in their practice.
    role: Role,
    /// Their practice.
    practice: PracticeView,
}

/// A practice: a tenant.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Practice))]
struct PracticeView {
    /// Identifier.
    id: String,
    /// Name.
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

/// One kind of method of a user, enabled or not.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Method))]
pub struct MethodView {
    /// Its kind.
    kind: MethodKind,
    /// Whether the user can sign in with it.
    enabled: bool,
    /// Whether it is the one that is asked for first.
    primary: bool,
    /// Where its codes go, masked; none for an authenticator.
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
    /// When it was enabled.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled_at: Option<String>,
    /// When a code of it was last accepted.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<String>,
    /// There and true if it has failed too often: it works again once it is enabled anew.
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

/// A user's own methods: all three kinds.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Methods))]
pub struct MethodsView {
    /// The kinds, in a fixed order.
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferedMethod {
    /// Its kind.
    kind: MethodKind,
    /// Whether it is the one that is asked for first.
    primary: bool,
    /// Where its codes go, masked; none for an authenticator.
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

/// Why a sign-in is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SignInReason))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The device is remembered: no code was asked for.
    RememberedDevice,
    /// The address is known, and the user asks for codes from new ones only.
    KnownAddress,
    /// A code was passed.
    SecondFactor,
}

impl Reason {
    /// The reason as it is written on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RememberedDevice => "remembered_device",
            Self::KnownAddress => "known_address",
            Self::SecondFactor => "second_factor",
        }
    }
}

/// The answer that ends a sign-in.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Authenticated {
    /// Tells this answer from others.
    status: &'static str,
    /// Why the sign-in is finished.
    reason: Reason,
    /// The new session.
    session: SessionView,
    /// For bearer clients whose device is remembered: to be sent with the next sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_token: Option<String>,
    /// The method that was enabled, if the sign-in required enrollment.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<MethodView>,
}

impl Authenticated {
    /// Its `status`.
    pub const STATUS: &'static str = "authenticated";
}

/// Answers a finished sign-in: in cookies or in the body, as the client asked.
#[must_use]
pub fn authenticated(signed_in: &SignedIn, reason: Reason, method: Option<MethodView>) -> Response {
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
        status: Authenticated::STATUS,
        reason,
        session: SessionView::new(user, session, Some(token)),
        device_token: exposed,
        method,
    };
    let mut response = (StatusCode::OK, axum::Json(body)).into_response();
    response.extensions_mut().insert(Outcome(reason.as_str()));
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
