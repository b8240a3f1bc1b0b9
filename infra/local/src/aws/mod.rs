//! The AWS endpoints: DynamoDB, KMS, SNS and SESv2 in the protocols their clients speak, at
//! `/_aws/{function}`.

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod conflicts;
pub(crate) mod database;
mod dynamodb;
mod kms;
mod ses;
mod sns;

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;
use twostep::clock::Clock;

use self::answer::{Refusal, answer};
use self::call::{Call, Service};
use self::conflicts::Transactions;
use self::database::Database;
pub(crate) use self::kms::{Kms, MasterKey};
use crate::environment::INTERNAL;
use crate::faults::{Faults, Trouble};
use crate::inbox::Inbox;
use crate::server;
use crate::usage::{Units, Usage};

/// Largest request: DynamoDB takes 16 MiB, the others less.
pub(crate) const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// Everything behind the AWS endpoints. Clones are the same.
#[derive(Clone)]
pub(crate) struct Aws {
    pub(crate) clock: Clock,
    pub(crate) database: Database,
    pub(crate) faults: Arc<Faults>,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) kms: Arc<Kms>,
    pub(crate) transactions: Transactions,
    pub(crate) usage: Arc<Usage>,
}

impl Aws {
    /// Answers a request of `function`; `path` is what follows the function's name.
    pub(crate) async fn handle(
        &self,
        function: &str,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Response {
        let Some(call) = Call::of(function, path, headers, body) else {
            return unknown(Service::Kms);
        };
        if function != INTERNAL {
            self.usage.count(&call);
        }
        tracing::debug!(
            function,
            service = call.service.name(),
            operation = call.operation
        );
        match self.faults.strike(&call) {
            None => self.answer(&call, body).await,
            Some(Trouble::Slow(delay)) => {
                tokio::time::sleep(delay).await;
                self.answer(&call, body).await
            }
            Some(Trouble::After) => {
                self.answer(&call, body).await;
                server::lose_answer()
            }
            Some(trouble) => match Refusal::of(trouble, call.service) {
                Some(refusal) => refusal.answer(call.service),
                None => std::future::pending().await,
            },
        }
    }

    async fn answer(&self, call: &Call, body: &[u8]) -> Response {
        if !call.is_known() {
            return unknown(call.service);
        }
        let result = match call.service {
            Service::DynamoDb => {
                let (response, units) =
                    dynamodb::respond(&self.database, &self.transactions, call, body).await;
                self.add_units(call, units);
                return response;
            }
            Service::Kms => self.kms.respond(&call.operation, body),
            Service::Ses => ses::send(&self.inbox, self.clock.now(), body),
            Service::Sns => sns::publish(&self.inbox, self.clock.now(), body),
        };
        match result {
            Ok(body) => answer(call.service, StatusCode::OK, body),
            Err(refusal) => refusal.answer(call.service),
        }
    }

    fn add_units(&self, call: &Call, units: Units) {
        if call.function != INTERNAL {
            self.usage.add_units(call, units);
        }
    }
}

/// The answer to an operation nobody knows, in the protocol of `service`.
fn unknown(service: Service) -> Response {
    match service {
        Service::Sns => {
            Refusal::bad_request("InvalidAction", "The action is not valid").answer(service)
        }
        _ => {
            let body = json!({"__type": "com.amazon.coral.service#UnknownOperationException"});
            answer(service, StatusCode::BAD_REQUEST, body.to_string())
        }
    }
}
