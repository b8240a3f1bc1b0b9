//! The command line of the local stack.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt as _;
use twostep::logging;
use twostep_local::{DEMO_PASSWORD, DEMO_USERS, Options, Stack};

/// Runs the whole two-step sign-in system on this machine.
#[derive(Debug, Parser)]
#[command(name = "twostep-local", version)]
struct Arguments {
    /// Port to listen on; 0 picks a free one.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Directory to keep the data in; in memory without it.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Start without demo users.
    #[arg(long)]
    empty: bool,
    /// Directory to serve the front end from instead of the one built in.
    #[arg(long, value_name = "DIR")]
    web: Option<PathBuf>,
    /// Origin of a front end served elsewhere, such as http://127.0.0.1:5173; may be repeated.
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    allow_origins: Vec<String>,
    /// Serve only the AWS endpoints and /_local, for functions that run elsewhere.
    #[arg(long)]
    aws_only: bool,
}

impl From<Arguments> for Options {
    fn from(arguments: Arguments) -> Self {
        let Arguments {
            port,
            data,
            empty,
            web,
            allow_origins,
            aws_only,
        } = arguments;
        Self {
            port,
            data,
            empty,
            web,
            allow_origins,
            aws_only,
            ..Self::default()
        }
    }
}

fn main() -> ExitCode {
    let options = match Arguments::try_parse() {
        Ok(arguments) => Options::from(arguments),
        Err(error) if !error.use_stderr() => {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => return fail(&one_line(&error.to_string())),
    };
    let directives = std::env::var("RUST_LOG").ok();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_filter(logging::filter(directives.as_deref()));
    Registry::default().with(lines).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("error: {error}")),
    };
    let ended = runtime.block_on(run(options));
    // Whatever still runs must not hold the stop up.
    runtime.shutdown_timeout(Duration::from_secs(1));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("error: {error}")),
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let stop = stop_signal()?;
    let stack = Stack::start(options.clone()).await?;
    // Nobody may be reading, which is no reason to stop.
    let _ = announce(&options, stack.url());
    stop.await;
    stack.stop().await;
    Ok(())
}

/// Says what is where, and last that it is ready.
fn announce(options: &Options, url: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if options.aws_only {
        writeln!(out, "AWS endpoints  {url}/_aws/FUNCTION")?;
    } else {
        writeln!(out, "front end      {url}/")?;
    }
    writeln!(out, "inbox          {url}/_local")?;
    let data = options.data.as_ref();
    let data = data.map_or_else(|| "in memory".to_owned(), |data| data.display().to_string());
    writeln!(out, "data           {data}")?;
    if !options.empty {
        writeln!(out, "demo users     password: {DEMO_PASSWORD}")?;
        for user in DEMO_USERS {
            writeln!(
                out,
                "  {:<20} {:<16} {}",
                user.email,
                user.practice,
                user.role_name()
            )?;
        }
    }
    writeln!(out, "listening on {url}")?;
    out.flush()
}

/// Resolves on Ctrl-C, and where there is such a thing on SIGTERM.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves on Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// The first paragraph of a usage error, which says what is wrong, in one line.
fn one_line(text: &str) -> String {
    let paragraph = text.lines().take_while(|line| !line.trim().is_empty());
    paragraph.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn fail(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::FAILURE
}
