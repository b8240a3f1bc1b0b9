//! Problems: every answer that isn't a success, as RFC 9457 problem details.
//!
//! The only place where statuses are.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::domain::limits::Wait;
use crate::domain::method::MethodKind;

/// A code of the contract, with its status and title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(
    feature = "openapi",
    derive(utoipa::ToSchema),
    schema(as = ProblemCode, description = "What went wrong.")
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the contract's and say it")]
pub enum Code {
    InvalidRequest,
    InvalidCredentials,
    InvalidTicket,
    Unauthenticated,
    StepUpRequired,
    FullAccessRequired,
    OriginNotAllowed,
    NotFound,
    MethodNotEnabled,
    MethodSuspended,
    LastMethod,
    NoMethodEnabled,
    Conflict,
    BodyTooLarge,
    UnsupportedMediaType,
    InvalidCode,
    CodeAlreadyUsed,
    DestinationNotAllowed,
    TooManyAttempts,
    ResendTooSoon,
    SendLimitReached,
    DeliveryUnavailable,
    TemporarilyUnavailable,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 23] = [
        Self::InvalidRequest,
        Self::InvalidCredentials,
        Self::InvalidTicket,
        Self::Unauthenticated,
        Self::StepUpRequired,
        Self::FullAccessRequired,
        Self::OriginNotAllowed,
        Self::NotFound,
        Self::MethodNotEnabled,
        Self::MethodSuspended,
        Self::LastMethod,
        Self::NoMethodEnabled,
        Self::Conflict,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::InvalidCode,
        Self::CodeAlreadyUsed,
        Self::DestinationNotAllowed,
        Self::TooManyAttempts,
        Self::ResendTooSoon,
        Self::SendLimitReached,
        Self::DeliveryUnavailable,
        Self::TemporarilyUnavailable,
    ];

    /// Name, status, title and what to tell the person unless there is something more precise.
    #[must_use]
    pub const fn text(self) -> (&'static str, StatusCode, &'static str, &'static str) {
        match self {
            Self::InvalidRequest => (
                "invalid_request",
                StatusCode::BAD_REQUEST,
                "The request is not valid",
                "Correct the fields named in `errors` and try again.",
            ),
            Self::InvalidCredentials => (
                "invalid_credentials",
                StatusCode::UNAUTHORIZED,
                "Wrong e-mail address or password",
                "Check the e-mail address and the password and try again.",
            ),
            Self::InvalidTicket => (
                "invalid_ticket",
                StatusCode::UNAUTHORIZED,
                "The ticket is not valid",
                "It has expired or is used up. Start again.",
            ),
            Self::Unauthenticated => (
                "unauthenticated",
                StatusCode::UNAUTHORIZED,
                "Not signed in",
                "There is no session, or it has ended. Sign in again.",
            ),
            Self::StepUpRequired => (
                "step_up_required",
                StatusCode::FORBIDDEN,
                "A code is needed first",
                "This change needs a code passed within the last 15 minutes. Ask for one with \
                 POST /challenge in this session.",
            ),
            Self::FullAccessRequired => (
                "full_access_required",
                StatusCode::FORBIDDEN,
                "Full Access is needed",
                "Ask a Full Access user of your practice to do this.",
            ),
            Self::OriginNotAllowed => (
                "origin_not_allowed",
                StatusCode::FORBIDDEN,
                "The origin is not allowed",
                "The request must carry the Origin of an allowed front end.",
            ),
            Self::NotFound => (
                "not_found",
                StatusCode::NOT_FOUND,
                "Not found",
                "There is nothing by this name.",
            ),
            Self::MethodNotEnabled => (
                "method_not_enabled",
                StatusCode::CONFLICT,
                "The method is not enabled",
                "Choose a method that is enabled.",
            ),
            Self::MethodSuspended => (
                "method_suspended",
                StatusCode::CONFLICT,
                "The method is suspended",
                "It has failed too often. Use a different method, then enable this one again.",
            ),
            Self::LastMethod => (
                "last_method",
                StatusCode::CONFLICT,
                "It is the last method",
                "Two-factor sign-in stays on: enable another method first, or replace this one.",
            ),
            Self::NoMethodEnabled => (
                "no_method_enabled",
                StatusCode::CONFLICT,
                "No method is enabled",
                "Enable a method first.",
            ),
            Self::Conflict => (
                "conflict",
                StatusCode::CONFLICT,
                "Something else changed it",
                "A concurrent change won. Read it again, then try again.",
            ),
            Self::BodyTooLarge => (
                "body_too_large",
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is too large",
                "A body may have 8,192 bytes.",
            ),
            Self::UnsupportedMediaType => (
                "unsupported_media_type",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The media type is not supported",
                "Send JSON with Content-Type: application/json.",
            ),
            Self::InvalidCode => (
                "invalid_code",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The code is wrong",
                "Check the code and try again.",
            ),
            Self::CodeAlreadyUsed => (
                "code_already_used",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The code was used already",
                "Wait for the authenticator to show the next code.",
            ),
            Self::DestinationNotAllowed => (
                "destination_not_allowed",
                StatusCode::UNPROCESSABLE_ENTITY,
                "No code can be sent there",
                "Use a mobile number of a country that is served, or another method.",
            ),
            Self::TooManyAttempts => (
                "too_many_attempts",
                StatusCode::TOO_MANY_REQUESTS,
                "Too many attempts",
                "Wait, then try again.",
            ),
            Self::ResendTooSoon => (
                "resend_too_soon",
                StatusCode::TOO_MANY_REQUESTS,
                "A code was sent just now",
                "Wait for it to arrive, then ask for it again.",
            ),
            Self::SendLimitReached => (
                "send_limit_reached",
                StatusCode::TOO_MANY_REQUESTS,
                "Too many codes were sent",
                "Use a different method, or wait.",
            ),
            Self::DeliveryUnavailable => (
                "delivery_unavailable",
                StatusCode::SERVICE_UNAVAILABLE,
                "The code could not be sent",
                "Try again shortly, or use a different method.",
            ),
            Self::TemporarilyUnavailable => (
                "temporarily_unavailable",
                StatusCode::SERVICE_UNAVAILABLE,
                "The service is not available right now",
                "Try again shortly.",
            ),
        }
    }

    /// The code's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.text().0
    }

    /// Its status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.text().1
    }
}

/// What is wrong with a field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field, as it is named in the request.
    pub field: String,
    /// What is wrong with it. Never repeats what was sent.
    pub message: String,
}

/// A problem to answer with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which one.
    pub code: Code,
    detail: Option<String>,
    errors: Vec<FieldError>,
    attempts_left: Option<u32>,
    retry_after: Option<i64>,
    methods: Option<Vec<MethodKind>>,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            attempts_left: None,
            retry_after: None,
            methods: None,
        }
    }
}

impl Problem {
    /// `invalid_request` about one field.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// `invalid_request` about some fields.
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let detail = errors
            .iter()
            .map(|e| format!("`{}` {}", e.field, e.message));
        let detail = format!("{}.", detail.collect::<Vec<_>>().join("; "));
        Self {
            errors,
            detail: Some(detail),
            ..Code::InvalidRequest.into()
        }
    }

    /// A problem that waiting ends.
    #[must_use]
    pub fn wait(code: Code, wait: Wait) -> Self {
        Self {
            retry_after: Some(wait.seconds),
            ..code.into()
        }
    }

    /// `temporarily_unavailable`.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::wait(Code::TemporarilyUnavailable, Wait::seconds(2))
    }

    /// The same problem with guesses left; at 0 the ticket or enrollment is used up.
    #[must_use]
    pub fn attempts_left(self, left: u32) -> Self {
        let used_up = "That was the last try. Start again.".to_owned();
        let detail = if left == 0 {
            Some(used_up)
        } else {
            self.detail.clone()
        };
        Self {
            attempts_left: Some(left),
            detail,
            ..self
        }
    }

    /// The same problem with the methods that still work.
    #[must_use]
    pub fn methods(self, methods: Vec<MethodKind>) -> Self {
        Self {
            methods: Some(methods),
            ..self
        }
    }

    /// The same problem in other words.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..self
        }
    }

    /// What it looks like on the wire.
    pub(super) fn body(&self) -> Body<'_> {
        let (name, status, title, detail) = self.code.text();
        Body {
            r#type: format!("urn:twostep:problem:{name}"),
            title,
            status: status.as_u16(),
            code: self.code,
            detail: self.detail.as_deref().unwrap_or(detail),
            errors: &self.errors,
            attempts_left: self.attempts_left,
            methods: self.methods.as_deref(),
        }
    }
}

/// Why a request is refused, or can't be done now (RFC 9457). Clients decide by `code`.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Problem))]
pub(super) struct Body<'a> {
    /// `urn:twostep:problem:` and the code.
    r#type: String,
    /// What went wrong, in a few words, the same for every problem of this code.
    title: &'a str,
    /// The HTTP status.
    status: u16,
    /// What went wrong, for programs.
    code: Code,
    /// What to do about it, for people.
    detail: &'a str,
    /// `invalid_request` only: the fields that are wrong.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    /// `invalid_code` and `code_already_used` only: guesses left for the ticket or enrollment,
    /// which is used up at 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts_left: Option<u32>,
    /// The user's methods that still work, where another one helps; maybe none.
    #[serde(skip_serializing_if = "Option::is_none")]
    methods: Option<&'a [MethodKind]>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let mut response = (status, axum::Json(self.body())).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        let default =
            (status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()).then_some(1);
        if let Some(seconds) = self.retry_after.or(default) {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self.code);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_on_the_wire_are_the_serialized_ones() {
        for code in Code::ALL {
            assert_eq!(
                serde_json::to_value(code).unwrap(),
                serde_json::json!(code.as_str())
            );
        }
    }

    #[test]
    fn waiting_is_always_told() {
        for code in Code::ALL {
            let response = Problem::from(code).into_response();
            let must = matches!(response.status().as_u16(), 429 | 503);
            assert_eq!(
                response.headers().contains_key(RETRY_AFTER),
                must,
                "{code:?}"
            );
        }
    }
}
