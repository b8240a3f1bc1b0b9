//! Every function as a process, called by the local stack's gateway and stream.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Mutex;
use twostep_local::{Environment, Functions, KMS_KEY_ID, TABLE_NAME};

use crate::binaries::{self, FLOOR, FUNCTIONS};
use crate::counter::Counter;
use crate::instance::{Instance, Sample};
use crate::tls::Tls;

/// The functions by name.
pub(crate) struct Fleet {
    hosts: BTreeMap<&'static str, Host>,
    /// What encrypts their connections to AWS.
    tls: Option<Tls>,
}

/// Where a function's process runs. One call at a time, as in Lambda.
struct Host {
    binary: PathBuf,
    /// What counts its instructions.
    counter: Option<Counter>,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    /// Base address of the stack.
    url: String,
    instance: Option<Instance>,
    /// Calls since they were last taken.
    calls: Vec<Sample>,
    /// The most memory that any process of this function had, in MiB.
    peak_memory: f64,
}

impl Fleet {
    /// The functions in `directory`, none of them running.
    pub(crate) fn new(directory: &std::path::Path) -> Arc<Self> {
        let names = FUNCTIONS.into_iter().chain([FLOOR]);
        let host = |name| Host {
            binary: binaries::find(directory, name),
            counter: None,
            running: Mutex::default(),
        };
        Arc::new(Self {
            hosts: names.map(|name| (name, host(name))).collect(),
            tls: None,
        })
    }

    /// The same functions, with connections to AWS that are encrypted.
    pub(crate) fn encrypted_by(self: Arc<Self>, tls: Tls) -> Arc<Self> {
        let mut fleet = Arc::into_inner(self).expect("a fleet that isn't used yet");
        fleet.tls = Some(tls);
        Arc::new(fleet)
    }

    /// The same functions, with their instructions counted, `except` for these.
    pub(crate) fn counted_by(self: Arc<Self>, counter: &Counter, except: &[&str]) -> Arc<Self> {
        let mut fleet = Arc::into_inner(self).expect("a fleet that isn't used yet");
        for (name, host) in &mut fleet.hosts {
            host.counter = (!except.contains(name)).then(|| counter.clone());
        }
        Arc::new(fleet)
    }

    /// The functions as the stack with this environment calls them.
    pub(crate) fn functions(self: &Arc<Self>, environment: &Environment) -> Functions {
        let mut functions = Functions::none();
        if let Some(tls) = &self.tls {
            tls.lead_to(&environment.url);
        }
        for (name, host) in &self.hosts {
            let running = host.running.try_lock();
            running
                .expect("nothing runs yet")
                .url
                .clone_from(&environment.url);
            let (fleet, name) = (Arc::clone(self), *name);
            functions = functions.json(name, move |event: Value| {
                let fleet = Arc::clone(&fleet);
                async move { fleet.invoke(name, event.to_string()).await }
            });
        }
        functions
    }

    /// Calls function `name`, which is started if it doesn't run.
    pub(crate) async fn invoke(&self, name: &str, event: String) -> Result<Value, String> {
        if self.host(name).running.lock().await.instance.is_none() {
            self.restart(name).await;
        }
        let mut running = self.host(name).running.lock().await;
        let instance = running.instance.as_mut().expect("a process");
        let (answer, sample) = instance.invoke(event).await?;
        let peak_memory = instance.peak_memory();
        running.calls.push(sample);
        running.peak_memory = running.peak_memory.max(peak_memory);
        Ok(answer)
    }

    /// Starts function `name` afresh.
    pub(crate) async fn restart(&self, name: &str) -> Sample {
        let host = self.host(name);
        let mut running = host.running.lock().await;
        running.instance = None;
        let (instance, sample) = Instance::start(
            &host.binary,
            &self.variables(&running.url, name),
            host.counter.clone(),
        )
        .await;
        running.instance = Some(instance);
        sample
    }

    /// The calls of function `name` since they were last taken.
    pub(crate) async fn take_calls(&self, name: &str) -> Vec<Sample> {
        std::mem::take(&mut self.host(name).running.lock().await.calls)
    }

    /// The most memory that any process of function `name` had, in MiB.
    pub(crate) async fn peak_memory(&self, name: &str) -> f64 {
        self.host(name).running.lock().await.peak_memory
    }

    /// The binary of function `name`.
    pub(crate) fn binary(&self, name: &str) -> &std::path::Path {
        &self.host(name).binary
    }

    fn host(&self, name: &str) -> &Host {
        self.hosts.get(name).expect("a function of the fleet")
    }

    /// What Lambda and template.yaml set.
    fn variables(&self, url: &str, name: &str) -> Vec<(&'static str, String)> {
        let text = str::to_owned;
        let aws = self.tls.as_ref().map_or(url, Tls::url);
        let mut variables = vec![
            ("AWS_ACCESS_KEY_ID", text("bench")),
            ("AWS_SECRET_ACCESS_KEY", text("bench")),
            ("AWS_REGION", text("ap-southeast-2")),
            ("AWS_ENDPOINT_URL", format!("{aws}/_aws/{name}")),
            ("AWS_LAMBDA_FUNCTION_NAME", format!("bench-{name}")),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", text("256")),
            ("AWS_LAMBDA_FUNCTION_VERSION", text("1")),
            ("AWS_LAMBDA_LOG_GROUP_NAME", text("bench")),
            ("AWS_LAMBDA_LOG_STREAM_NAME", text("bench")),
            ("ALLOWED_ORIGINS", text(url)),
            ("EMAIL_FROM", text("twostep <no-reply@twostep.test>")),
            ("KMS_KEY_ID", text(KMS_KEY_ID)),
            ("PRODUCT_NAME", text("twostep")),
            ("SMS_DAILY_LIMIT", text("1000000")),
            ("TABLE_NAME", text(TABLE_NAME)),
        ];
        variables.extend(self.tls.iter().flat_map(Tls::variables));
        variables
    }
}
