//! Problems: every answer that isn't a success, as RFC 9457 problem details.

mod code;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

pub use self::code::Code;
use crate::domain::limits::Wait;
use crate::domain::method::MethodKind;

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
    /// Where another method helps: those of the user that still work, or to enable one those
    /// that can be set up instead; maybe none.
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
        if status == StatusCode::UNAUTHORIZED {
            // Every 401 names a scheme (RFC 9110 §15.5.2); this one has no browser ask for a
            // password of its own.
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
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
