//! Starting and stopping the whole system.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::AbortHandle;
use twostep::clock::Clock;
use twostep::random::Random;

use crate::aws::conflicts::Transactions;
use crate::aws::database::Database;
use crate::aws::{Aws, Kms};
use crate::data::Data;
use crate::environment::Environment;
use crate::functions::{self, Functions};
use crate::gateway::Gateway;
use crate::kept::KeptNumber;
use crate::local_api::Local;
use crate::options::Options;
use crate::router;
use crate::runner::Runner;
use crate::seed::Operator;
use crate::server;
use crate::streams::Streams;
use crate::web::WebFiles;

/// Why a stack did not start; each is one clear line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Something else listens on the port.
    #[error("port {0} is taken: stop what listens there, or choose another with --port")]
    PortTaken(u16),
    /// The port can't be listened on.
    #[error("can't listen on port {0}: {1}")]
    Port(u16, io::Error),
    /// The data directory can't be used.
    #[error("can't keep data in {0}: {1}")]
    Data(PathBuf, String),
    /// The directory of the front end can't be used.
    #[error("can't serve {0}: not a directory")]
    Web(PathBuf),
    /// The tables or the demo users could not be made.
    #[error("can't prepare the tables: {0}")]
    Prepare(String),
}

/// A running stack. It stops when dropped, whatever is under way.
pub struct Stack {
    environment: Environment,
    server: AbortHandle,
    streams: Streams,
    /// Keeps the data directory locked.
    _data: Data,
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack")
            .field("url", &self.environment.url)
            .finish_non_exhaustive()
    }
}

impl Stack {
    /// Starts the stack with the functions of the product. It answers when this returns.
    ///
    /// # Errors
    /// When the port, the data directory or the front end's directory can't be used.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        Self::start_with(options, functions::build).await
    }

    /// Starts a stack with the functions that `build` makes; a reset makes them again.
    ///
    /// # Errors
    /// As [`Stack::start`].
    pub async fn start_with(
        options: Options,
        build: impl Fn(&Environment) -> Functions + Send + Sync + 'static,
    ) -> Result<Self, StartError> {
        let web = web_files(&options)?;
        let data = Data::open(options.data.as_deref())?;
        let (listener, port) = listen(options.port).await?;
        // Times in the table are of this clock: it must not go back while they stay.
        let (clock, moved) = (Clock::system(), KeptNumber::new(data.clock()));
        clock.advance(moved.get());
        let environment = Environment::new(port, clock, &options.allow_origins);
        let no_functions = |_: &Environment| Functions::none();
        let functions = if options.aws_only {
            Runner::start(Arc::new(no_functions), environment.clone())
        } else {
            Runner::start(Arc::new(build), environment.clone())
        };
        let database = Database::open(data.database()).map_err(|error| data.refusal(error))?;
        let streams = Streams::new(database.clone(), functions.clone(), data.stream_position());
        let local = Local {
            aws: aws(&environment, database.clone(), &data, &options)?,
            environment: environment.clone(),
            clock_moved: moved,
            functions: functions.clone(),
            operator: Operator::new(&environment),
            streams: streams.clone(),
            demo: !options.empty,
            resetting: Mutex::default(),
        };
        let (operator, usage) = (local.operator.clone(), Arc::clone(&local.aws.usage));
        let running = functions.clone();
        let gateway = (!options.aws_only).then(|| Gateway {
            environment: environment.clone(),
            functions,
            web,
        });
        let router = router::router(local, gateway);
        let server = tokio::spawn(server::serve(listener, router)).abort_handle();
        // From here on dropping the stack stops the server.
        let stack = Self {
            environment,
            server,
            streams,
            _data: data,
        };
        let prepared = operator.prepare(!options.empty).await;
        prepared.map_err(|error| StartError::Prepare(error.to_string()))?;
        let warm = running.current().warm().await;
        warm.map_err(|error| StartError::Prepare(error.to_string()))?;
        usage.clear();
        stack.streams.start();
        Ok(stack)
    }

    /// Stops once the notices of everything written so far are mailed, as far as they can be: one
    /// that is cut off is claimed for a minute, so that after a restart it would be put aside.
    /// Takes five seconds at most.
    pub async fn stop(self) {
        self.streams.settle().await;
    }

    /// Base address, `http://127.0.0.1:3000`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.environment.url
    }

    /// What the functions were started with.
    #[must_use]
    pub const fn environment(&self) -> &Environment {
        &self.environment
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.streams.stop();
        self.server.abort();
    }
}

fn web_files(options: &Options) -> Result<WebFiles, StartError> {
    match &options.web {
        None => Ok(WebFiles::BuiltIn),
        Some(directory) if directory.is_dir() => Ok(WebFiles::Directory(directory.clone())),
        Some(directory) => Err(StartError::Web(directory.clone())),
    }
}

fn aws(
    environment: &Environment,
    database: Database,
    data: &Data,
    options: &Options,
) -> Result<Aws, StartError> {
    let kms = Kms::new(data.master_key(Random)?, Random);
    Ok(Aws {
        clock: environment.clock.clone(),
        database,
        faults: Arc::default(),
        inbox: Arc::default(),
        kms: Arc::new(kms),
        transactions: Transactions::lasting(options.transactions_last),
        usage: Arc::default(),
    })
}

async fn listen(port: u16) -> Result<(TcpListener, u16), StartError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let refused = |error: io::Error| match error.kind() {
        io::ErrorKind::AddrInUse => StartError::PortTaken(port),
        _ => StartError::Port(port, error),
    };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let port = listener.local_addr().map_err(refused)?.port();
    Ok((listener, port))
}
