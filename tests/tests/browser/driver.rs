//! A Chromium of a test's own, driven by ChromeDriver.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};

/// A browser takes most of a processor.
static BROWSERS: Semaphore = Semaphore::const_new(2);

const PROGRAMS: [&str; 4] = ["chromium", "chromedriver", "oathtool", "zbarimg"];

/// The file that `npm ci` puts into `tests/browser-tools`.
pub(crate) fn axe() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser-tools/node_modules/axe-core/axe.min.js")
}

/// Whether everything is there that these tests need; says what isn't.
///
/// # Panics
/// When something is missing and `CI` is `true`: there, nothing is left out.
pub(crate) fn is_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |name: &&str| std::env::split_paths(&path).any(|dir| dir.join(name).is_file());
    let mut missing: Vec<_> = PROGRAMS
        .into_iter()
        .filter(|name| !is_there(name))
        .collect();
    if !axe().is_file() {
        missing.push("axe-core");
    }
    if missing.is_empty() {
        return true;
    }
    let missing = missing.join(", ");
    let text = format!("browser tests skipped: no {missing}; .ci/browser installs what they need");
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{text}");
    // Not `eprintln`, which the test harness keeps to itself when a test passes.
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let _ = writeln!(std::io::stderr(), "{text}");
    });
    false
}

/// ChromeDriver with one session; both end when dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Child,
    /// Kept open: ChromeDriver goes on writing.
    _output: BufReader<ChildStdout>,
    port: u16,
    session: String,
    _permit: SemaphorePermit<'static>,
}

impl Driver {
    /// Starts Chromium with a profile of its own.
    pub(crate) async fn start() -> (Self, Client) {
        let permit = BROWSERS.acquire().await.expect("never closed");
        let process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut process = process.expect("chromedriver");
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        let port = port_in(&mut output);
        let mut driver = Self {
            process,
            _output: output,
            port,
            session: String::new(),
            _permit: permit,
        };
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session with Chromium");
        driver.session = client
            .session_id()
            .await
            .expect("an answer")
            .expect("an id");
        (driver, client)
    }

    /// Ends the session, and Chromium with it. Also while a test panics, so it can't be async.
    fn end_session(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        let (session, port) = (&self.session, self.port);
        write!(
            stream,
            "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\
             Connection: close\r\n\r\n"
        )?;
        stream.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.end_session();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn port_in(output: &mut impl BufRead) -> u16 {
    let lines = output.lines().map_while(Result::ok);
    let port = lines.filter_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    port.into_iter().next().expect("ChromeDriver's port")
}

fn capabilities() -> serde_json::Map<String, serde_json::Value> {
    let capabilities = json!({
        "goog:chromeOptions": {"args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en-GB", "--window-size=1120,760",
        ]},
        "goog:loggingPrefs": {"browser": "ALL"},
    });
    capabilities.as_object().expect("an object").clone()
}
