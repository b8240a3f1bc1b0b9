//! The codes of the contract. The only place where statuses are.

use http::StatusCode;
use serde::Serialize;

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
