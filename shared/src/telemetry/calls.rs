//! The AWS calls of a request: which there were, how long each took and how it ended.

use std::cell::RefCell;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef, Error,
    FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{Metadata, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use serde::Serialize;

/// One call, its retries included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// The service as its SDK names it: `DynamoDB`.
    pub service: String,
    /// `GetItem`
    pub operation: String,
    /// Milliseconds from before the first try to after the last.
    pub ms: u64,
    /// How often it was tried.
    pub attempts: u32,
    /// How it ended.
    pub outcome: CallOutcome,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CallOutcome {
    /// As asked.
    Ok,
    /// The service answered with an error, a condition that doesn't hold among them.
    Error,
    /// There was no answer in time, or nobody waited for it any longer.
    Timeout,
    /// There was no connection.
    Connection,
    /// In another way, such as with an answer that can't be read.
    Failed,
}

impl CallOutcome {
    fn of(error: &OrchestratorError<Error>) -> Self {
        if error.is_operation_error() {
            Self::Error
        } else if error.is_timeout_error() {
            Self::Timeout
        } else if error.is_connector_error() {
            Self::Connection
        } else {
            Self::Failed
        }
    }
}

/// The calls of a request in the order in which they ended; as text they are JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Calls(pub Vec<Call>);

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

tokio::task_local! {
    static CALLS: RefCell<Calls>;
}

/// Runs a request and gives back what it answers and which AWS calls it made.
pub async fn with_calls<T>(request: impl Future<Output = T>) -> (T, Calls) {
    CALLS
        .scope(RefCell::default(), async {
            let answer = request.await;
            (answer, CALLS.with(RefCell::take))
        })
        .await
}

/// Writes down each AWS call of a request.
#[derive(Debug)]
pub(crate) struct CallTimes;

/// A call under way. It is written down when it is dropped, since the SDK drops a call that runs
/// out of time, and tells no interceptor.
#[derive(Debug)]
struct Running {
    /// Service and operation, known from the first try on.
    names: OnceLock<(String, String)>,
    since: Instant,
    attempts: AtomicU32,
    outcome: OnceLock<CallOutcome>,
}

impl Storable for Running {
    type Storer = StoreReplace<Self>;
}

impl Drop for Running {
    fn drop(&mut self) {
        let (service, operation) = self.names.take().unwrap_or_default();
        let call = Call {
            service,
            operation,
            ms: u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX),
            attempts: self.attempts.load(Ordering::Relaxed),
            outcome: self.outcome.get().copied().unwrap_or(CallOutcome::Timeout),
        };
        // Outside a request (a cold start) there is nothing to add to.
        let _ = CALLS.try_with(|calls| calls.borrow_mut().0.push(call));
    }
}

impl Intercept for CallTimes {
    fn name(&self) -> &'static str {
        "CallTimes"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let running = Running {
            names: OnceLock::new(),
            since: Instant::now(),
            attempts: AtomicU32::new(0),
            outcome: OnceLock::new(),
        };
        config.interceptor_state().store_put(running);
        Ok(())
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(running) = config.load::<Running>() {
            running.attempts.fetch_add(1, Ordering::Relaxed);
            let names = || config.load::<Metadata>().map(names).unwrap_or_default();
            running.names.get_or_init(names);
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let outcome = match context.output_or_error() {
            Some(Ok(_)) => CallOutcome::Ok,
            Some(Err(error)) => CallOutcome::of(error),
            None => CallOutcome::Failed,
        };
        if let Some(running) = config.load::<Running>() {
            let _ = running.outcome.set(outcome);
        }
        Ok(())
    }
}

fn names(metadata: &Metadata) -> (String, String) {
    (metadata.service().to_owned(), metadata.name().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(operation: &str, outcome: CallOutcome) -> Call {
        Call {
            service: "DynamoDB".to_owned(),
            operation: operation.to_owned(),
            ms: 4,
            attempts: 1,
            outcome,
        }
    }

    #[tokio::test]
    async fn calls_belong_to_their_request() {
        let get = call("GetItem", CallOutcome::Ok);
        let query = call("Query", CallOutcome::Timeout);
        let note = |call: &Call| CALLS.with(|calls| calls.borrow_mut().0.push(call.clone()));
        let request = async |call| note(call);
        let (((), first), ((), second)) =
            tokio::join!(with_calls(request(&get)), with_calls(request(&query)));
        assert_eq!((first, second), (Calls(vec![get]), Calls(vec![query])));
    }

    #[test]
    fn they_are_written_as_json() {
        assert_eq!(Calls::default().to_string(), "[]");
        assert_eq!(
            Calls(vec![call("GetItem", CallOutcome::Error)]).to_string(),
            r#"[{"service":"DynamoDB","operation":"GetItem","ms":4,"attempts":1,"outcome":"error"}]"#
        );
    }
}
