//! Lambda's Runtime API, as far as functions speak it: the next event, its answer, its failure.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};

const INVOCATION: &str = "/2018-06-01/runtime/invocation/";

/// What came of an event: the function's answer, or what it says about its failure.
pub(crate) type Outcome = Result<Value, Value>;

/// The Runtime API of one execution environment; it ends when dropped.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    address: String,
    events: mpsc::UnboundedSender<(Value, oneshot::Sender<Outcome>)>,
    server: AbortHandle,
}

#[derive(Debug)]
struct Shared {
    events: Mutex<mpsc::UnboundedReceiver<(Value, oneshot::Sender<Outcome>)>>,
    running: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
}

impl RuntimeApi {
    /// Serves it on a free port of this machine.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (events, receiver) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            events: Mutex::new(receiver),
            running: Mutex::default(),
        });
        let server = tokio::spawn(serve(listener, shared)).abort_handle();
        Self {
            address,
            events,
            server,
        }
    }

    /// What Lambda gives a function as `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Has the function handle `event`.
    pub(crate) async fn invoke(&self, event: Value) -> Outcome {
        let (sender, outcome) = oneshot::channel();
        self.events.send((event, sender)).unwrap();
        outcome.await.expect("an outcome")
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| {
            let shared = Arc::clone(&shared);
            async move { Ok::<_, Infallible>(answer(&shared, request).await) }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        connections.spawn(connection);
    }
}

async fn answer(shared: &Shared, request: http::Request<Incoming>) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    let rest = path.strip_prefix(INVOCATION).unwrap_or_default();
    match (request.method(), rest.split_once('/')) {
        (&Method::GET, None) if rest == "next" => next(shared).await,
        (&Method::POST, Some((id, kind @ ("response" | "error")))) => {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let body = serde_json::from_slice(&body).expect("JSON from the function");
            let waiting = shared.running.lock().await.remove(id);
            let waiting = waiting.expect("an answer to what was asked, once");
            let outcome = if kind == "error" { Err(body) } else { Ok(body) };
            waiting.send(outcome).unwrap();
            accepted(StatusCode::ACCEPTED, Bytes::from(r#"{"status":"OK"}"#))
        }
        _ => accepted(StatusCode::NOT_FOUND, Bytes::new()),
    }
}

/// Waits for an event and hands it over, with the headers that tell of the invocation.
async fn next(shared: &Shared) -> Response<Full<Bytes>> {
    let event = shared.events.lock().await.recv().await;
    let (event, waiting) = event.expect("the test goes on");
    let mut running = shared.running.lock().await;
    let id = format!("8476a536-e9f4-11e8-9739-{:012}", running.len());
    running.insert(id.clone(), waiting);
    let mut response = accepted(StatusCode::OK, Bytes::from(event.to_string()));
    let headers = [
        ("lambda-runtime-aws-request-id", id.as_str()),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:ap-southeast-2:123456789012:function:twostep",
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-67891233-abcdef012345678912345678;Sampled=0",
        ),
    ];
    for (name, value) in headers {
        let value = value.parse().expect("a header value");
        response.headers_mut().insert(name, value);
    }
    response
}

fn accepted(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
}
