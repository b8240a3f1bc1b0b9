//! Whether a message that could not be sent may have been sent after all.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hyper_util::client::legacy::Error as HyperError;

/// Why a message was not, or perhaps not, sent. The cause names a kind of failure or the
/// service's error code, and nothing of the message or of whom it was for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// Nothing was sent: the request never left, or the service refused it. Trying again
    /// cannot send twice.
    #[error("the message was not sent: {cause}")]
    Failed {
        /// The service's error code, or the kind of failure.
        cause: String,
    },
    /// The request may have arrived, and its answer was lost. Trying again may send twice.
    #[error("the message may or may not have been sent: {cause}")]
    Unknown {
        /// The kind of failure.
        cause: String,
    },
}

impl DeliveryError {
    /// Whether it is certain that nothing was sent.
    #[must_use]
    pub const fn is_certain(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }

    fn failed(cause: &str) -> Self {
        Self::Failed {
            cause: cause.to_owned(),
        }
    }

    fn unknown(cause: &str) -> Self {
        Self::Unknown {
            cause: cause.to_owned(),
        }
    }
}

/// What an SDK error says about the message. Whatever happens before there is a connection, and
/// whatever the service itself refuses, is certain; an answer that does not come, or cannot be
/// read, is not.
impl<E> From<SdkError<E, HttpResponse>> for DeliveryError
where
    E: Error + ProvideErrorMetadata + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::ConstructionFailure(_) => Self::failed("the request could not be built"),
            SdkError::DispatchFailure(_) if never_connected(&error) => {
                Self::failed("no connection")
            }
            SdkError::DispatchFailure(_) => Self::unknown("the connection broke"),
            SdkError::TimeoutError(_) => Self::unknown("timed out"),
            SdkError::ServiceError(answer) if is_refusal(answer.raw()) => {
                Self::failed(answer.err().code().unwrap_or("refused without a code"))
            }
            _ => Self::unknown("unreadable answer"),
        }
    }
}

/// Whether an answer says that the service did not do as asked. The SDK calls a successful
/// answer that it cannot read an error of the service; and a gateway that has waited in vain
/// (504) does not know what became of the request.
fn is_refusal(answer: &HttpResponse) -> bool {
    let status = answer.status();
    !status.is_success() && status.as_u16() != 504
}

/// Whether the failure was in making a connection (name resolution, TCP, TLS), so that no byte
/// of the request was sent.
fn never_connected(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source())
        .filter_map(|error| error.downcast_ref::<HyperError>())
        .any(HyperError::is_connect)
}
