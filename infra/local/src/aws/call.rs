//! One request to an AWS endpoint: who asks which service for what.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};

/// A service the stack answers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Service {
    DynamoDb,
    Kms,
    Ses,
    Sns,
}

impl Service {
    /// The name faults and usage know the service by.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::Kms => "kms",
            Self::Ses => "ses",
            Self::Sns => "sns",
        }
    }

    /// The operations the stack answers.
    pub(crate) const fn operations(self) -> &'static [&'static str] {
        match self {
            Self::DynamoDb => &super::dynamodb::OPERATIONS,
            Self::Kms => &super::kms::OPERATIONS,
            Self::Ses => &["SendEmail"],
            Self::Sns => &["Publish"],
        }
    }
}

/// Who asks which service for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) function: String,
    pub(crate) service: Service,
    pub(crate) operation: String,
}

impl Call {
    /// `operation` of `service`, asked for by `function`.
    pub(crate) fn new(function: &str, service: Service, operation: &str) -> Self {
        Self {
            function: function.to_owned(),
            service,
            operation: operation.to_owned(),
        }
    }

    /// Reads from a request what it asks for; `path` is what follows the function's name.
    ///
    /// The services differ in protocol: DynamoDB and KMS name the operation in `X-Amz-Target`,
    /// SESv2 in the path, SNS in the form it is sent.
    pub(crate) fn of(function: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let (service, operation) = if let Some(target) = header("x-amz-target") {
            let (prefix, operation) = target.split_once('.')?;
            let service = match prefix {
                "DynamoDB_20120810" => Service::DynamoDb,
                "TrentService" => Service::Kms,
                _ => return None,
            };
            (service, operation.to_owned())
        } else if path.trim_matches('/') == "v2/email/outbound-emails" {
            (Service::Ses, "SendEmail".to_owned())
        } else if header(CONTENT_TYPE.as_str())?.starts_with("application/x-www-form-urlencoded") {
            let mut fields = form_urlencoded::parse(body);
            (
                Service::Sns,
                fields.find(|(name, _)| name == "Action")?.1.into_owned(),
            )
        } else {
            return None;
        };
        Some(Self::new(function, service, &operation))
    }

    /// Whether the stack answers the operation.
    pub(crate) fn is_known(&self) -> bool {
        self.service.operations().contains(&self.operation.as_str())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn call(name: &'static str, value: &'static str, path: &str, body: &str) -> Option<Call> {
        let headers = HeaderMap::from_iter([(
            name.parse::<axum::http::HeaderName>().unwrap(),
            HeaderValue::from_static(value),
        )]);
        Call::of("login", path, &headers, body.as_bytes())
    }

    #[test]
    fn knows_the_services_by_their_protocols() {
        let login = |service, operation| Some(Call::new("login", service, operation));
        let target = |value, path| call("x-amz-target", value, path, "{}");
        assert_eq!(
            target("DynamoDB_20120810.PutItem", ""),
            login(Service::DynamoDb, "PutItem")
        );
        assert_eq!(
            target("TrentService.Decrypt", "/"),
            login(Service::Kms, "Decrypt")
        );
        assert_eq!(
            call(
                "content-type",
                "application/json",
                "v2/email/outbound-emails",
                "{}"
            ),
            login(Service::Ses, "SendEmail")
        );
        let form = "application/x-www-form-urlencoded";
        assert_eq!(
            call("content-type", form, "", "Version=1&Action=Publish"),
            login(Service::Sns, "Publish")
        );
        assert_eq!(target("AmazonSQS.SendMessage", ""), None);
        assert_eq!(
            call("content-type", "text/plain", "", "Action=Publish"),
            None
        );
    }
}
