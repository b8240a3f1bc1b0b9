//! What goes wrong, in one line that says what to do next.

use std::process::ExitCode;

use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use twostep::flows::admin::AdminError;
use twostep::keyring::KeyringError;
use twostep::runtime::KeysUnavailable;
use twostep::store::StoreError;

/// Why the operator's wish isn't done.
#[derive(Debug, PartialEq, Eq)]
pub enum OpsError {
    /// The command line can't be used as it is. Exit status 2, as for what the parser refuses.
    Usage(String),
    /// It can't be done. Exit status 1.
    Failed(String),
    /// Not all of it was done, as what was written to standard output says. Exit status 1.
    Reported,
}

impl OpsError {
    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }

    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// From a call of the operator's own to DynamoDB.
    pub(crate) fn from_sdk<E, R>(error: SdkError<E, R>) -> Self
    where
        SdkError<E, R>: std::error::Error,
    {
        Self::Failed(explain_dynamodb(&DisplayErrorContext(error).to_string()))
    }

    /// Writes the error to standard error.
    pub fn report(&self) {
        match self {
            Self::Usage(text) | Self::Failed(text) => eprintln!("error: {text}"),
            Self::Reported => {}
        }
    }

    /// The exit status that goes with it.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failed(_) | Self::Reported => ExitCode::FAILURE,
        }
    }
}

impl From<AdminError> for OpsError {
    fn from(error: AdminError) -> Self {
        Self::Failed(match error {
            AdminError::Store(error) | AdminError::Keys(KeysUnavailable::Store(error)) => {
                return error.into();
            }
            AdminError::Keys(KeysUnavailable::Kms(error)) => explain_kms(&error),
            AdminError::NoSuchUser => {
                "there is no user with this e-mail address: check its spelling, or look through \
                 `cargo ops user list`"
                    .to_owned()
            }
            AdminError::EmailInUse => {
                "there is a user with this e-mail address already; `cargo ops user show` shows \
                 them"
                    .to_owned()
            }
            error => error.to_string(),
        })
    }
}

impl From<StoreError> for OpsError {
    fn from(error: StoreError) -> Self {
        Self::Failed(match error {
            StoreError::Unavailable(text) => explain_dynamodb(&text),
            StoreError::Inconsistent(text) => {
                format!("the table holds what it should not ({text}); report this")
            }
        })
    }
}

/// Whether it may work when tried again a moment later. What is refused for good isn't.
pub(crate) fn may_pass(error: &StoreError) -> bool {
    match error {
        StoreError::Unavailable(text) => advice(summary(text)).is_none_or(|advice| advice.passes),
        StoreError::Inconsistent(_) => false,
    }
}

/// What helps against failures whose text has one of some marks: the error codes that AWS
/// documents, and the SDK's words for what never reached AWS.
struct Advice {
    marks: &'static [&'static str],
    text: &'static str,
    passes: bool,
}

const ADVICE: [Advice; 7] = [
    Advice {
        marks: &["ResourceNotFoundException"],
        text: "there is no such table: check --table, --region and --profile, or make it with \
               `cargo ops table create`",
        passes: false,
    },
    Advice {
        marks: &["AccessDenied", "NotAuthorized"],
        text: "AWS refuses it to these credentials: use another --profile, or have it allowed",
        passes: false,
    },
    Advice {
        marks: &[
            "ExpiredToken",
            "UnrecognizedClient",
            "InvalidSignature",
            "InvalidClientTokenId",
            "MissingAuthenticationToken",
        ],
        text: "AWS doesn't accept the credentials: sign in again (`aws sso login`) or check \
               --profile",
        passes: false,
    },
    Advice {
        marks: &[
            "Throttling",
            "ThroughputExceeded",
            "RequestLimitExceeded",
            "LimitExceededException",
        ],
        text: "DynamoDB is asked for too much at once: wait a minute and run the same again",
        passes: true,
    },
    Advice {
        marks: &["timeout", "timed out"],
        text: "DynamoDB did not answer in time: run the same again",
        passes: true,
    },
    Advice {
        marks: &["unreadable answer"],
        text: "what answers is not DynamoDB: check --endpoint-url (the local stack's ends in \
               /_aws/ops), or run the same again",
        passes: true,
    },
    Advice {
        marks: &["dispatch failure"],
        text: "DynamoDB can't be reached: check --region, --endpoint-url and the network",
        passes: true,
    },
];

fn advice(summary: &str) -> Option<&'static Advice> {
    ADVICE
        .iter()
        .find(|advice| advice.marks.iter().any(|mark| summary.contains(mark)))
}

fn explain_dynamodb(text: &str) -> String {
    let summary = summary(text);
    match advice(summary) {
        Some(advice) => format!("{} ({summary})", advice.text),
        None => format!("DynamoDB failed ({summary}): run the same again"),
    }
}

fn explain_kms(error: &KeyringError) -> String {
    format!(
        "{error}: check --kms-key and --region, and that these credentials may call \
         kms:GenerateDataKeyWithoutPlaintext with it"
    )
}

/// The part of an SDK error's text that is meant for people: the chain of causes, without the
/// dump of the whole response after it.
fn summary(text: &str) -> &str {
    const DUMPS: [&str; 5] = [
        " (ServiceError(",
        " (DispatchFailure(",
        " (TimeoutError(",
        " (ResponseError(",
        " (ConstructionFailure(",
    ];
    let end = DUMPS.iter().filter_map(|dump| text.find(dump)).min();
    let summary = end.and_then(|end| text.get(..end)).unwrap_or(text);
    summary.lines().next().unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(text: &str) -> String {
        match OpsError::from(StoreError::Unavailable(text.to_owned())) {
            OpsError::Failed(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn says_in_one_line_what_to_do() {
        let text = failed(
            "service error: ResourceNotFoundException: Requested resource not found \
             (ServiceError(ServiceError { source: Query…\n\"password\": S(\"$argon2id$…\") }))",
        );
        assert!(text.contains("cargo ops table create"), "{text}");
        assert!(text.ends_with("resource not found)"), "{text}");
        assert!(failed("dispatch failure: io error (DispatchFailure(D").contains("--endpoint-url"));
        assert!(failed("something new").contains("something new"));
    }

    #[test]
    fn only_what_passes_is_tried_again() {
        let passes = |text: &str| may_pass(&StoreError::Unavailable(text.to_owned()));
        assert!(passes("service error: ThrottlingException: slow down"));
        assert!(passes("request has timed out: operation timeout"));
        assert!(passes("something new"));
        assert!(!passes(
            "service error: unhandled error (AccessDeniedException)"
        ));
        assert!(!passes("unhandled error (ExpiredTokenException)"));
        assert!(!may_pass(&StoreError::Inconsistent("item".to_owned())));
    }
}
