//! Answers of the services, each in its own protocol.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use twostep::random::Random;

use super::call::Service;
use crate::faults::Trouble;
use crate::ids;

/// An error a service answers with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    /// The request is at fault: status 400.
    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code,
            message: message.into(),
        }
    }

    /// What `service` answers in `trouble`, if that is an answer at all.
    pub(crate) fn of(trouble: Trouble, service: Service) -> Option<Self> {
        let (status, code, message) = match (trouble, service) {
            (Trouble::Error, Service::DynamoDb) => (500, "InternalServerError", FAILED),
            (Trouble::Error, Service::Kms) => (500, "KMSInternalException", FAILED),
            (Trouble::Error, Service::Ses) => (500, "InternalServiceErrorException", FAILED),
            (Trouble::Error, Service::Sns) => (500, "InternalError", FAILED),
            (Trouble::Throttle, Service::DynamoDb) => {
                (400, "ProvisionedThroughputExceededException", THROTTLED)
            }
            (Trouble::Throttle, Service::Kms) => (400, "ThrottlingException", THROTTLED),
            (Trouble::Throttle, Service::Ses) => (429, "TooManyRequestsException", THROTTLED),
            (Trouble::Throttle, Service::Sns) => (400, "Throttling", THROTTLED),
            (Trouble::Slow(_) | Trouble::Hang | Trouble::After, _) => return None,
        };
        let status = StatusCode::from_u16(status).ok()?;
        Some(Self {
            status,
            code,
            message: message.to_owned(),
        })
    }

    /// The error in the protocol of `service`.
    pub(crate) fn answer(self, service: Service) -> Response {
        let Self {
            status,
            code,
            message,
        } = self;
        let body = match service {
            Service::DynamoDb => {
                let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
                json!({"__type": kind, "message": message}).to_string()
            }
            Service::Kms => json!({"__type": code, "message": message}).to_string(),
            Service::Ses => json!({"message": message}).to_string(),
            Service::Sns => {
                let fault = if status.is_server_error() {
                    "Receiver"
                } else {
                    "Sender"
                };
                let error = [("Type", fault), ("Code", code), ("Message", &message)];
                let error: String = error
                    .into_iter()
                    .map(|(name, text)| element(name, text))
                    .collect();
                sns_document("ErrorResponse", &format!("<Error>{error}</Error>"), true)
            }
        };
        let mut response = answer(service, status, body);
        if service == Service::Ses {
            let name = HeaderName::from_static("x-amzn-errortype");
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(code));
        }
        response
    }
}

const FAILED: &str = "The request processing has failed because of an unknown error.";
const THROTTLED: &str = "Rate exceeded";

/// `body`, already in the protocol of `service`, with the headers the service sends.
pub(crate) fn answer(service: Service, status: StatusCode, body: String) -> Response {
    let content_type = match service {
        Service::DynamoDb => "application/x-amz-json-1.0",
        Service::Kms => "application/x-amz-json-1.1",
        Service::Ses => "application/json",
        Service::Sns => "text/xml",
    };
    let checksum = crc32fast::hash(body.as_bytes());
    let mut response = (status, [(CONTENT_TYPE, content_type)], body).into_response();
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&ids::uuid(Random)) {
        headers.insert(HeaderName::from_static("x-amzn-requestid"), id);
    }
    if service == Service::DynamoDb {
        headers.insert(HeaderName::from_static("x-amz-crc32"), checksum.into());
    }
    response
}

/// The answer to a successful `Publish`.
pub(crate) fn sns_published(message_id: &str) -> String {
    let result = format!(
        "<PublishResult>{}</PublishResult>",
        element("MessageId", message_id)
    );
    sns_document("PublishResponse", &result, false)
}

/// An SNS document: the request id stands beside an error, but inside metadata after a result.
fn sns_document(root: &str, content: &str, is_error: bool) -> String {
    let id = element("RequestId", &ids::uuid(Random));
    let metadata = if is_error {
        id
    } else {
        format!("<ResponseMetadata>{id}</ResponseMetadata>")
    };
    let namespace = "http://sns.amazonaws.com/doc/2010-03-31/";
    format!(r#"<{root} xmlns="{namespace}">{content}{metadata}</{root}>"#)
}

fn element(name: &str, text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!("<{name}>{text}</{name}>")
}
