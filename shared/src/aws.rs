//! The AWS clients: how they are reached, how long they may take, and that none is made which
//! isn't used.
//!
//! # Time limits and retries
//!
//! Each answer is given within [`ANSWER_WITHIN`], however slow AWS is. What a use case calls is
//! bounded so that the longest one, a sign-in of three DynamoDB calls one after another, ends by
//! itself before that:
//!
//! | client | tries | one try | all tries | why |
//! | --- | --- | --- | --- | --- |
//! | DynamoDB | 3 | 1 s | 2.5 s | answers in milliseconds; a try that takes a second is lost. One lost try leaves time for two more, and 3 × 2.5 s is below 8 s |
//! | KMS | 3 | 1 s | 2.5 s | the same; called at a cold start and after a rotation only |
//! | SNS, SESv2 | 1 | 3 s | 3 s | a send is no idempotent call: a retry after a lost answer sends twice |
//!
//! A retry is safe where it is made: reads change nothing; a transaction carries one
//! `ClientRequestToken` for all its tries, so that DynamoDB answers a retry of one that has
//! taken effect with success (it remembers tokens for ten minutes, tries end within seconds);
//! single updates ([`Store::touch`]) do no harm when done twice; a decryption is a read.
//!
//! A write that DynamoDB cancels because another one of the same item is under way is no failed
//! call: the store tries it again, for some four seconds in all.
//!
//! Retries wait 25 ms and twice that, by chance shorter, at most 200 ms: the limit of all tries
//! leaves no room for more. Each client has a retry quota of its own (the SDK's token bucket).
//! When a service is down for long the quota is used up, calls are tried once, and the answer
//! comes sooner; successful calls fill it again.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_sdk_dynamodb::config::{IdentityCache, StalledStreamProtectionConfig};
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::clock::Clock;
use crate::config::{ConfigError, ConfigFault};
use crate::telemetry::CallTimes;

/// How often a call that can be repeated is tried.
const TRIES: u32 = 3;
/// Longest one such try takes.
const ONE_TRY: Duration = Duration::from_millis(1000);
/// Longest all tries and the waits between them take.
const ALL_TRIES: Duration = Duration::from_millis(2500);
/// Longest a provider may take to accept a message.
const ONE_SEND: Duration = Duration::from_secs(3);
/// Longest a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(1);

/// Makes the clients, all over one HTTP client.
#[derive(Clone, Debug)]
pub struct Clients {
    aws: Aws,
    clock: Clock,
}

impl Clients {
    /// Clients that wait by this clock.
    #[must_use]
    pub const fn new(aws: Aws, clock: Clock) -> Self {
        Self { aws, clock }
    }
}

/// A client of the SDK, made as this module says.
pub trait FromClients {
    /// Makes the client; it connects when it is used.
    fn from_clients(clients: &Clients) -> Self;
}

impl FromClients for aws_sdk_dynamodb::Client {
    fn from_clients(clients: &Clients) -> Self {
        let config = aws_sdk_dynamodb::config::Builder::from(&clients.aws.0)
            .sleep_impl(clients.clock.clone())
            .interceptor(CallTimes)
            .timeout_config(limits(ONE_TRY, ALL_TRIES))
            .retry_config(retries(TRIES))
            .retry_partition(quota("dynamodb"));
        Self::from_conf(config.build())
    }
}

impl FromClients for aws_sdk_kms::Client {
    fn from_clients(clients: &Clients) -> Self {
        let config = aws_sdk_kms::config::Builder::from(&clients.aws.0)
            .sleep_impl(clients.clock.clone())
            .interceptor(CallTimes)
            .timeout_config(limits(ONE_TRY, ALL_TRIES))
            .retry_config(retries(TRIES))
            .retry_partition(quota("kms"));
        Self::from_conf(config.build())
    }
}

// SNS and SESv2 have one try: the person asks again, and the stream hands a notice over again.

impl FromClients for aws_sdk_sns::Client {
    fn from_clients(clients: &Clients) -> Self {
        let config = aws_sdk_sns::config::Builder::from(&clients.aws.0)
            .sleep_impl(clients.clock.clone())
            .interceptor(CallTimes)
            .timeout_config(limits(ONE_SEND, ONE_SEND))
            .retry_config(RetryConfig::disabled());
        Self::from_conf(config.build())
    }
}

impl FromClients for aws_sdk_sesv2::Client {
    fn from_clients(clients: &Clients) -> Self {
        let config = aws_sdk_sesv2::config::Builder::from(&clients.aws.0)
            .sleep_impl(clients.clock.clone())
            .interceptor(CallTimes)
            .timeout_config(limits(ONE_SEND, ONE_SEND))
            .retry_config(RetryConfig::disabled());
        Self::from_conf(config.build())
    }
}

/// A client that is made when it is first used. Functions that never use it start without it,
/// and have none of its code: where nothing calls [`OnUse::get`], nothing makes the client.
pub struct OnUse<C> {
    made: Arc<OnceLock<C>>,
    clients: Clients,
}

impl<C: FromClients> OnUse<C> {
    /// A client yet to be made.
    #[must_use]
    pub fn new(clients: &Clients) -> Self {
        Self {
            made: Arc::default(),
            clients: clients.clone(),
        }
    }

    /// The client.
    #[must_use]
    pub fn get(&self) -> &C {
        self.made.get_or_init(|| C::from_clients(&self.clients))
    }

    /// A client that is made already.
    #[cfg(test)]
    pub(crate) fn made(client: C) -> Self {
        let unused = Clients::new(Aws::local("http://127.0.0.1:9"), Clock::system());
        let on_use = Self::new(&unused);
        let _ = on_use.made.set(client);
        on_use
    }
}

impl<C> Clone for OnUse<C> {
    fn clone(&self) -> Self {
        Self {
            made: Arc::clone(&self.made),
            clients: self.clients.clone(),
        }
    }
}

impl<C> fmt::Debug for OnUse<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.made.get().is_some();
        f.debug_struct("OnUse")
            .field("made", &made)
            .finish_non_exhaustive()
    }
}

/// How the AWS services are reached: one HTTP client for all of them.
#[derive(Clone, Debug)]
pub struct Aws(SdkConfig);

impl Aws {
    /// As Lambda's environment says: region and credentials from its variables, and another
    /// endpoint if `AWS_ENDPOINT_URL` names one (an emulator).
    ///
    /// # Errors
    /// All that is missing.
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let key = lookup("AWS_ACCESS_KEY_ID");
        let secret = lookup("AWS_SECRET_ACCESS_KEY");
        let region = lookup("AWS_REGION").or_else(|| lookup("AWS_DEFAULT_REGION"));
        let (Some(key), Some(secret), Some(region)) = (&key, &secret, &region) else {
            let variables = [
                ("AWS_ACCESS_KEY_ID", &key),
                ("AWS_REGION", &region),
                ("AWS_SECRET_ACCESS_KEY", &secret),
            ];
            let missing = variables.into_iter().filter(|(_, value)| value.is_none());
            return Err(ConfigError {
                faults: missing.map(|(name, _)| not_set_by_lambda(name)).collect(),
            });
        };
        let session = lookup("AWS_SESSION_TOKEN");
        let credentials = Credentials::new(key, secret, session, None, "Environment");
        Ok(Self::new(
            region.clone(),
            credentials,
            lookup("AWS_ENDPOINT_URL").as_deref(),
        ))
    }

    /// An endpoint on this machine that takes any credentials.
    #[must_use]
    pub fn local(endpoint_url: &str) -> Self {
        let credentials = Credentials::new("local", "local", None, None, "Local");
        Self::new("us-east-1".to_owned(), credentials, Some(endpoint_url))
    }

    /// From a configuration made elsewhere, for the operator's tool.
    #[must_use]
    pub fn from_sdk(config: SdkConfig) -> Self {
        Self(config)
    }

    fn new(region: String, credentials: Credentials, endpoint_url: Option<&str>) -> Self {
        let http_client = aws_smithy_http_client::Builder::new()
            .tls_provider(tls::Provider::Rustls(
                tls::rustls_provider::CryptoMode::Ring,
            ))
            .build_https();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http_client)
            // These credentials never change, so there is nothing to look up, and nothing to keep.
            .identity_cache(IdentityCache::no_cache())
            // Its limits are above those of a try, which end a slow answer first.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        if let Some(url) = endpoint_url {
            config = config.endpoint_url(url);
        }
        Self(config.build())
    }
}

fn not_set_by_lambda(variable: &'static str) -> ConfigFault {
    ConfigFault {
        variable,
        problem: "is not set".to_owned(),
        expected: "what Lambda itself sets",
    }
}

fn limits(one_try: Duration, all_tries: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(one_try)
        .operation_timeout(all_tries)
        .build()
}

/// A retry quota that is this client's alone, as it is in a Lambda instance. Otherwise functions
/// that share a process, as in the local stack, would use up each other's.
fn quota(name: &'static str) -> RetryPartition {
    RetryPartition::custom(name).build()
}

fn retries(attempts: u32) -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(attempts)
        .with_initial_backoff(Duration::from_millis(25))
        .with_max_backoff(Duration::from_millis(200))
}
