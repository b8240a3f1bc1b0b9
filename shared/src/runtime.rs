//! What every function runs on: its clients, its clock, and the way it meets Lambda.
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
//! Retries wait 25 ms and twice that, by chance shorter, at most 200 ms: the limit of all tries
//! leaves no room for more. Each client has a retry quota of its own (the SDK's token bucket).
//! When a service is down for long the quota is used up, calls are tried once, and the answer
//! comes sooner; successful calls fill it again.

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_smithy_async::rt::sleep::AsyncSleep;
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use axum::Router;
use tracing::{error, warn};

use crate::clock::Clock;
use crate::config::{Config, ConfigError, ConfigFault};
use crate::delivery::Delivery;
use crate::domain::ids;
use crate::keyring::{DataKey, Keyring, KeyringError};
use crate::logging;
use crate::random::Random;
use crate::store::{Store, StoreError};
use crate::telemetry::{CallTimes, Metric, Telemetry};

/// Seconds within which every answer is given. Below the functions' `Timeout` in
/// `template.yaml` (10 s), so that a slow dependency ends in a problem with `Retry-After` and
/// not in a gateway's bare 5xx.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(8);

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

/// Everything a handler needs, passed to each of them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// Where it runs.
    pub config: Arc<Config>,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// State.
    pub store: Store,
    /// Data keys.
    pub keyring: Keyring,
    /// SMS and e-mail.
    pub delivery: Delivery,
    /// Metrics.
    pub telemetry: Telemetry,
}

impl App {
    /// Puts an application together. Connects to nothing yet.
    #[must_use]
    pub fn new(config: Config, clock: Clock, aws: &Aws) -> Self {
        let random = Random;
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(
            aws_sdk_dynamodb::config::Builder::from(&aws.0)
                .sleep_impl(clock.clone())
                .interceptor(CallTimes)
                .timeout_config(limits(ONE_TRY, ALL_TRIES))
                .retry_config(retries(TRIES))
                .retry_partition(quota("dynamodb"))
                .build(),
        );
        let kms = aws_sdk_kms::Client::from_conf(
            aws_sdk_kms::config::Builder::from(&aws.0)
                .sleep_impl(clock.clone())
                .interceptor(CallTimes)
                .timeout_config(limits(ONE_TRY, ALL_TRIES))
                .retry_config(retries(TRIES))
                .retry_partition(quota("kms"))
                .build(),
        );
        // One try: the person asks again, and the stream hands a notice over again.
        let sns = aws_sdk_sns::Client::from_conf(
            aws_sdk_sns::config::Builder::from(&aws.0)
                .sleep_impl(clock.clone())
                .interceptor(CallTimes)
                .timeout_config(limits(ONE_SEND, ONE_SEND))
                .retry_config(RetryConfig::disabled())
                .build(),
        );
        let ses = aws_sdk_sesv2::Client::from_conf(
            aws_sdk_sesv2::config::Builder::from(&aws.0)
                .sleep_impl(clock.clone())
                .interceptor(CallTimes)
                .timeout_config(limits(ONE_SEND, ONE_SEND))
                .retry_config(RetryConfig::disabled())
                .build(),
        );
        Self {
            store: Store::new(dynamodb, config.table_name.clone(), random),
            keyring: Keyring::new(kms, config.kms_key_id.clone()),
            delivery: Delivery::new(sns, ses, &config),
            config: Arc::new(config),
            clock,
            random,
            telemetry: Telemetry::default(),
        }
    }

    /// Counts something for the operator.
    pub fn count(&self, metric: Metric<'_>) {
        self.telemetry.count(&self.clock, metric);
    }

    /// A new identifier for an event; sorts after those made before it.
    #[must_use]
    pub fn event_id(&self) -> String {
        ids::event_id(self.clock.moment(), self.random.bytes())
    }

    /// Waits around `time`, by chance between half of it and one and a half, so that requests
    /// that collided don't collide again.
    pub(crate) async fn pause(&self, time: Duration) {
        let [byte] = self.random.bytes::<1>();
        self.clock.sleep(time * (u32::from(byte) + 128) / 256).await;
    }

    /// Reads the keyring and unwraps the keys that aren't known yet.
    ///
    /// # Errors
    /// [`KeysUnavailable`] if the table or KMS can't be reached, or there is no key at all.
    pub async fn load_keyring(&self) -> Result<(), KeysUnavailable> {
        let wrapped = self.store.keyring_keys().await?;
        self.keyring.install(wrapped).await?;
        self.keyring
            .current()
            .map(|_| ())
            .ok_or(KeysUnavailable::Empty)
    }

    /// The key to protect new things with.
    ///
    /// # Errors
    /// [`KeysUnavailable`] if it isn't loaded yet and can't be.
    pub async fn current_key(&self) -> Result<Arc<DataKey>, KeysUnavailable> {
        if let Some(key) = self.keyring.current() {
            return Ok(key);
        }
        self.load_keyring().await?;
        self.keyring.current().ok_or(KeysUnavailable::Empty)
    }

    /// The key with this id. One made by a rotation since this process started is loaded now.
    ///
    /// # Errors
    /// [`KeysUnavailable`] if there is no such key or it can't be loaded.
    pub async fn data_key(&self, id: &str) -> Result<Arc<DataKey>, KeysUnavailable> {
        if let Some(key) = self.keyring.get(id) {
            return Ok(key);
        }
        self.load_keyring().await?;
        self.keyring
            .get(id)
            .ok_or_else(|| KeysUnavailable::Unknown(id.to_owned()))
    }
}

/// Why a data key can't be had.
#[derive(Debug, thiserror::Error)]
pub enum KeysUnavailable {
    /// The table can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// KMS can't be reached or refuses.
    #[error(transparent)]
    Kms(#[from] KeyringError),
    /// No key was ever made.
    #[error("the keyring is empty: run `cargo ops keys rotate`")]
    Empty,
    /// There is no key with this id.
    #[error("the keyring has no key {0}")]
    Unknown(String),
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
            .http_client(http_client);
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

/// What a function needs before its first request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The table only.
    Table,
    /// The table and the keyring, which is unwrapped while Lambda starts the function.
    Keyring,
}

/// Runs a function on Lambda until the environment is shut down.
///
/// # Errors
/// If the configuration is wrong (all faults are logged at once) or Lambda's Runtime API fails.
pub async fn serve(needs: Needs, router: fn(App) -> Router) -> Result<(), lambda_http::Error> {
    let app = start(needs).await?;
    lambda_http::run(router(app)).await
}

/// Reads the configuration and puts the application together, as `main` of each function does.
///
/// # Errors
/// If the configuration is wrong; one line names all faults.
pub async fn start(needs: Needs) -> Result<App, lambda_http::Error> {
    logging::init();
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (config, aws) = settings(variable).inspect_err(|error| error!("{error}"))?;
    let mut app = App::new(config, Clock::system(), &aws);
    if let Some(name) = variable("AWS_LAMBDA_FUNCTION_NAME") {
        app.telemetry = Telemetry::lambda(&name);
    }
    if needs == Needs::Keyring
        && let Err(error) = app.load_keyring().await
    {
        // The first request that needs a key tries again and fails closed.
        warn!(%error, "the keyring could not be loaded at start");
    }
    Ok(app)
}

/// Both are looked at before either's faults stop the start.
fn settings(lookup: impl Fn(&str) -> Option<String>) -> Result<(Config, Aws), ConfigError> {
    match (
        Config::from_variables(&lookup),
        Aws::from_variables(&lookup),
    ) {
        (Ok(config), Ok(aws)) => Ok((config, aws)),
        (config, aws) => Err(ConfigError::all([config.err(), aws.err()])),
    }
}
