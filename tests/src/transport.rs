//! Plain HTTP/1.1 over loopback.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::answer::Answer;

/// A pool of connections; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Http(Client<HttpConnector, Full<Bytes>>);

impl Http {
    pub(crate) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// Sends `request` as it is and reads the whole answer.
    pub(crate) async fn send(&self, request: http::Request<Bytes>) -> Answer {
        let what = format!("{} {}", request.method(), request.uri().path());
        let response = self.0.request(request.map(Full::new)).await;
        let (parts, body) = response
            .unwrap_or_else(|error| panic!("{what}: no answer: {error}"))
            .into_parts();
        let body = body.collect().await;
        let body = body
            .unwrap_or_else(|error| panic!("{what}: the answer broke off: {error}"))
            .to_bytes();
        Answer {
            what,
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }
}
