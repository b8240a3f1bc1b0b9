//! What every function runs on: its clients, its clock, and the way it meets Lambda.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_async::rt::sleep::AsyncSleep;
use axum::Router;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, LambdaEvent, Service as _, service_fn};
use tracing::{error, warn};

use crate::aws::{Aws, Clients, FromClients, OnUse};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::delivery::Delivery;
use crate::domain::ids;
use crate::domain::password::SpareMemory;
use crate::http::event;
use crate::keyring::{DataKey, Keyring, KeyringError};
use crate::logging;
use crate::random::Random;
use crate::store::{Store, StoreError};
use crate::telemetry::{Metric, Telemetry};

/// Seconds within which every answer is given. Below the functions' `Timeout` in
/// `template.yaml` (10 s), so that a slow dependency ends in a problem with `Retry-After` and
/// not in a gateway's bare 5xx.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(8);

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
    /// Memory that passwords are compared in.
    pub hashing: SpareMemory,
}

impl App {
    /// Puts an application together. Connects to nothing yet.
    #[must_use]
    pub fn new(config: Config, clock: Clock, aws: &Aws) -> Self {
        let random = Random;
        let aws = Clients::new(aws.clone(), clock.clone());
        Self {
            store: Store::new(
                FromClients::from_clients(&aws),
                config.table_name.clone(),
                random,
            ),
            keyring: Keyring::new(OnUse::new(&aws), config.kms_key_id.clone()),
            delivery: Delivery::new(&aws, &config),
            config: Arc::new(config),
            clock,
            random,
            telemetry: Telemetry::default(),
            hashing: SpareMemory::default(),
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
    let router = router(app);
    let answer = service_fn(move |event: LambdaEvent<LambdaRequest>| {
        let payload = event::fit(event.payload);
        let context = event.context;
        Adapter::from(router.clone()).call(LambdaEvent { payload, context })
    });
    lambda_http::lambda_runtime::run(answer).await
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
