//! Connections: HTTP/1.1 on loopback, one task each, ended with the stack.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

/// The address a request came from; an extension of every request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Marks an answer that is never sent: the connection closes instead.
#[derive(Clone, Copy)]
struct Lost;

/// An answer that gets lost on its way.
pub(crate) fn lose_answer() -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(Lost);
    response
}

/// Serves `router` on `listener` until it is dropped, and every connection with it.
pub(crate) async fn serve(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    connections.spawn(connection(stream, peer, router.clone()));
                }
                Err(error) => {
                    // Out of file descriptors, most likely: let some connections end first.
                    tracing::error!(%error, "could not accept a connection");
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(router.clone(), peer, request));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// The answer lost on purpose; hyper closes the connection on it.
#[derive(Debug, thiserror::Error)]
#[error("the answer was lost on purpose")]
struct AnswerLost;

async fn answer(
    router: Router,
    peer: SocketAddr,
    request: hyper::Request<hyper::body::Incoming>,
) -> Result<Response, AnswerLost> {
    let mut request: Request = request.map(Body::new);
    request.extensions_mut().insert(Peer(peer));
    let Ok(response) = router.oneshot(request).await as Result<Response, Infallible>;
    match response.extensions().get::<Lost>() {
        Some(Lost) => Err(AnswerLost),
        None => Ok(response),
    }
}
