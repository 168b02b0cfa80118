//! Small servers for programs on this machine: connections, each within bounds.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// How many hops an answer travels.
///
/// Spec: EC2 User Guide, "Use the Instance Metadata Service": the answer to the request
/// for a token travels one hop, so that no router and no container in between gets it.
/// Choice: everything that is answered here does as well.
pub(crate) const HOPS_MAX: u32 = 1;

/// Connections at a time; further ones wait. Choice.
const CONNECTIONS_MAX: usize = 128;

/// How long a client may take for a request, idle time before it included. Choice.
const HEAD_WAIT_MAX: Duration = Duration::from_secs(30);

/// Bytes of a request's line and headers, and header lines. Choice: the longest useful
/// one carries a token of some hundred characters.
const HEAD_BYTES_MAX: usize = 16 * 1024;
const HEADERS_MAX: usize = 50;

/// Answers every request on every connection. Bodies are not read: none means anything.
pub(crate) async fn serve<A, F>(listener: TcpListener, answer: A)
where
    A: Fn(Parts) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(_) => {
                // Out of file descriptors, most likely: not in a busy loop.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let answer = answer.clone();
        tokio::spawn(async move {
            connection(stream, answer).await;
            drop(place);
        });
    }
}

async fn connection<A, F>(stream: TcpStream, answer: A)
where
    A: Fn(Parts) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    // The listener's limit is inherited on Linux; elsewhere that is not promised.
    if stream.set_ttl(HOPS_MAX).is_err() {
        return;
    }
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let answering = answer(request.into_parts().0);
        async move { Ok::<_, Infallible>(answering.await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT_MAX)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX);
    // A client that goes away or talks nonsense concerns nobody.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}
