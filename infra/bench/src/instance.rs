//! A function's process and the Runtime API it takes its events from, as in Lambda:
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::AbortHandle;
use twostep::clock::Clock;

use crate::counter::Counter;
use crate::process::Process;

/// Longest anything may take before the benchmark gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What starting a process, or a call to one, took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// From the start of the process until it asks for the first event, or from the event until
    /// the answer.
    pub(crate) time: Duration,
    /// CPU time of the process until it asks for the next event.
    pub(crate) cpu: Duration,
    /// Instructions until then, if they are counted.
    pub(crate) instructions: Option<u64>,
}

/// What the process tells its Runtime API.
enum Note {
    /// It asks for an event.
    Next(Instant),
    /// It answers one.
    Answer(Instant, Value),
    /// It failed on one, or could not start.
    Failed(String),
}

/// A process that waits for an event.
pub(crate) struct Instance {
    process: Process,
    counter: Option<Counter>,
    events: mpsc::Sender<String>,
    notes: mpsc::Receiver<Note>,
    server: AbortHandle,
}

/// The Runtime API of one process.
struct Api {
    events: Mutex<mpsc::Receiver<String>>,
    notes: mpsc::Sender<Note>,
}

impl Instance {
    /// Starts `program` and waits until it asks for its first event. `counter` counts its
    /// instructions, which makes it some fifty times slower.
    pub(crate) async fn start(
        program: &Path,
        variables: &[(&str, String)],
        counter: Option<Counter>,
    ) -> (Self, Sample) {
        let (events, taken) = mpsc::channel(1);
        let (told, notes) = mpsc::channel(4);
        let api = Arc::new(Api {
            events: Mutex::new(taken),
            notes: told,
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let server = async move { axum::serve(listener, router(api)).await };
        let server = tokio::spawn(server).abort_handle();
        let mut variables = variables.to_vec();
        variables.push(("AWS_LAMBDA_RUNTIME_API", address));
        let started = Instant::now();
        let (run, arguments) = match &counter {
            Some(counter) => counter.command(program),
            None => (program.to_owned(), Vec::new()),
        };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let process = Process::start(&run, &arguments, &variables, Stdio::null());
        let mut instance = Self {
            process,
            counter,
            events,
            notes,
            server,
        };
        let ready = match instance.note().await {
            Note::Next(at) => at,
            Note::Answer(..) => panic!("an answer to nothing"),
            Note::Failed(error) => panic!("{} did not start: {error}", program.display()),
        };
        let sample = Sample {
            time: ready - started,
            cpu: instance.process.cpu(),
            instructions: None,
        };
        (instance, sample)
    }

    /// Hands over `event`, and waits for the answer and for the process to ask for the next one.
    pub(crate) async fn invoke(&mut self, event: String) -> Result<(Value, Sample), String> {
        let pid = self.process.pid();
        if let Some(counter) = &self.counter {
            counter.zero(pid);
        }
        let cpu = self.process.cpu();
        let started = Instant::now();
        self.events.send(event).await.map_err(|e| e.to_string())?;
        let answer = match self.note().await {
            Note::Answer(at, answer) => Ok((answer, at - started)),
            Note::Failed(error) => Err(error),
            Note::Next(_) => Err("asked for another event without an answer".to_owned()),
        };
        assert!(matches!(self.note().await, Note::Next(_)), "no next");
        let cpu = self.process.cpu() - cpu;
        let instructions = self.counter.as_ref().map(|counter| counter.take(pid));
        answer.map(|(answer, time)| {
            let sample = Sample {
                time,
                cpu,
                instructions,
            };
            (answer, sample)
        })
    }

    /// The most memory the process ever had, in MiB.
    pub(crate) fn peak_memory(&self) -> f64 {
        self.process.peak_memory()
    }

    async fn note(&mut self) -> Note {
        let note = tokio::time::timeout(PATIENCE, self.notes.recv()).await;
        note.expect("a function that does something in time")
            .expect("a Runtime API that runs")
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(answer))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
        .route("/2018-06-01/runtime/init/error", post(failed))
        .with_state(api)
}

async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let _ = api.notes.send(Note::Next(Instant::now())).await;
    let Some(event) = api.events.lock().await.recv().await else {
        return Err(StatusCode::GONE);
    };
    let deadline = Clock::system()
        .now()
        .0
        .saturating_add(10)
        .saturating_mul(1000);
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:bench";
    Ok((
        [
            ("lambda-runtime-aws-request-id", "8476a536".to_owned()),
            ("lambda-runtime-invoked-function-arn", arn.to_owned()),
            ("lambda-runtime-deadline-ms", deadline.to_string()),
            ("content-type", "application/json".to_owned()),
        ],
        event,
    ))
}

async fn answer(State(api): State<Arc<Api>>, body: String) -> StatusCode {
    let at = Instant::now();
    let answer = serde_json::from_str(&body).unwrap_or(Value::Null);
    let _ = api.notes.send(Note::Answer(at, answer)).await;
    StatusCode::ACCEPTED
}

async fn failed(State(api): State<Arc<Api>>, _: HeaderMap, body: String) -> StatusCode {
    let _ = api.notes.send(Note::Failed(body)).await;
    StatusCode::ACCEPTED
}
