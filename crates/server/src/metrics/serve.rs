//! The listener for whoever collects numbers.

use std::convert::Infallible;
use std::sync::Arc;

use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::page;
use super::render::Sources;
use crate::http::Stop;
use crate::limits::{
    ACCEPT_PAUSE, HEAD_BYTES_MAX, HEADERS_MAX, METRICS_CONNECTIONS_MAX, METRICS_WAIT_MAX,
};

/// Serves the page until told to stop.
pub(crate) async fn serve(listener: TcpListener, sources: Arc<Sources>, mut stop: Stop) {
    let places = Arc::new(Semaphore::new(METRICS_CONNECTIONS_MAX));
    loop {
        let accepted = tokio::select! {
            () = stop.requested() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        // Where there is no place the connection is closed.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let sources = Arc::clone(&sources);
        tokio::spawn(async move {
            let _ = timeout(METRICS_WAIT_MAX, answer(stream, sources)).await;
            drop(place);
        });
    }
}

/// One request of one connection.
async fn answer(stream: TcpStream, sources: Arc<Sources>) {
    let service = service_fn(move |request| {
        let sources = Arc::clone(&sources);
        async move { Ok::<_, Infallible>(respond(&request, &sources)) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection for metrics ended early");
    }
}

fn respond(request: &Request<Incoming>, sources: &Sources) -> Response<Full<Bytes>> {
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    let mut response = Response::default();
    match (request.uri().path(), reads) {
        ("/metrics", true) => {
            *response.body_mut() = Full::from(sources.page());
            let kind = HeaderValue::from_static(page::CONTENT_TYPE);
            response.headers_mut().insert(CONTENT_TYPE, kind);
        }
        ("/metrics", false) => {
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        _ => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    response
}
