//! A proxy before the AWS endpoints of the local stack that lets through what the template's
//! roles allow, and writes down what was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::asked::{Asked, asked};
use crate::policy::{Statement, statements};
use crate::template;

/// The statements of the role of each function.
pub(crate) type Roles = BTreeMap<String, Vec<Statement>>;

/// What each function asked IAM for.
pub(crate) type AskedBy = BTreeMap<String, BTreeSet<Asked>>;

/// The roles of the template.
pub(crate) fn roles() -> Roles {
    roles_of(&template::load())
}

/// The roles of this template.
pub(crate) fn roles_of(template: &Value) -> Roles {
    let functions = template::functions(template);
    let role = |(name, function): (String, Value)| (name, statements(template, &function));
    functions.into_iter().map(role).collect()
}

/// A running guard; clones are the same one.
#[derive(Clone)]
pub(crate) struct Guard {
    shared: Arc<Shared>,
    /// Where functions reach it, `http://127.0.0.1:…`.
    pub(crate) url: String,
}

struct Shared {
    roles: Roles,
    /// The stack; known once it has started, which is before the first request.
    stack: Mutex<String>,
    asked: Mutex<AskedBy>,
    denied: Mutex<Vec<String>>,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Guard {
    /// Starts one that enforces `roles`.
    pub(crate) async fn start(roles: Roles) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            roles,
            stack: Mutex::default(),
            asked: Mutex::default(),
            denied: Mutex::default(),
            client: Client::builder(TokioExecutor::new()).build_http(),
        });
        tokio::spawn(serve(listener, Arc::clone(&shared)));
        Self { shared, url }
    }

    /// Lets what is allowed through to the stack at `url`.
    pub(crate) fn forward_to(&self, url: &str) {
        url.clone_into(&mut self.shared.stack.lock().unwrap());
    }

    /// What each function asked for so far.
    pub(crate) fn asked(&self) -> AskedBy {
        self.shared.asked.lock().unwrap().clone()
    }

    /// What was refused so far.
    pub(crate) fn denied(&self) -> Vec<String> {
        self.shared.denied.lock().unwrap().clone()
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| {
            let shared = Arc::clone(&shared);
            async move { Ok::<_, Infallible>(shared.answer(request).await) }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let function = parts.uri.path().split('/').nth(2).unwrap().to_owned();
        let (service, operation) = operation(&parts.uri, &parts.headers, &body);
        for asked in asked(service, &operation, &body) {
            let allowed = self.roles[&function]
                .iter()
                .any(|statement| statement.allows(&asked));
            if !allowed {
                self.denied
                    .lock()
                    .unwrap()
                    .push(format!("{function}: {asked:?}"));
                return denial(&asked.action);
            }
            self.asked
                .lock()
                .unwrap()
                .entry(function.clone())
                .or_default()
                .insert(asked);
        }
        let stack = self.stack.lock().unwrap().clone();
        let mut forwarded = Request::new(Full::new(body));
        *forwarded.method_mut() = parts.method;
        *forwarded.uri_mut() = format!("{stack}{}", parts.uri).parse().unwrap();
        *forwarded.headers_mut() = parts.headers;
        let (parts, body) = self.client.request(forwarded).await.unwrap().into_parts();
        Response::from_parts(parts, Full::new(body.collect().await.unwrap().to_bytes()))
    }
}

/// Service and operation of a request, each protocol in its own way.
fn operation(uri: &Uri, headers: &HeaderMap, body: &[u8]) -> (&'static str, String) {
    let target = headers
        .get("x-amz-target")
        .map(|target| target.to_str().unwrap());
    match target.and_then(|target| target.split_once('.')) {
        Some(("DynamoDB_20120810", operation)) => ("dynamodb", operation.to_owned()),
        Some(("TrentService", operation)) => ("kms", operation.to_owned()),
        Some(other) => panic!("no role names {other:?}"),
        None if uri.path().ends_with("/v2/email/outbound-emails") => {
            ("ses", "SendEmail".to_owned())
        }
        None => {
            let form = String::from_utf8_lossy(body);
            let action = form
                .split('&')
                .find_map(|field| field.strip_prefix("Action="));
            ("sns", action.expect("an action").to_owned())
        }
    }
}

/// What the JSON protocols answer; the SDKs take it as an error of any service.
fn denial(action: &str) -> Response<Full<Bytes>> {
    let body = json!({"__type": "AccessDeniedException", "message": format!("no {action}")});
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response.headers_mut().insert(
        "content-type",
        "application/x-amz-json-1.0".parse().unwrap(),
    );
    response
}
