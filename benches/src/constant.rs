//! The baseline: Stead's HTTP stack, answering constants.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use http::StatusCode;
use stead_server::http::{
    Arrival, HttpLimits, Listener, Readiness, Reply, Respond, Stop, TrustedProxies, serve,
};
use stead_server::request_id::RequestId;

/// Bytes of the longest constant answer.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Answers `POST /N` with N bytes.
struct Constant;

impl Respond for Constant {
    async fn respond(self: Arc<Self>, arrival: Arrival) -> Reply {
        match arrival.head.uri.path().trim_start_matches('/').parse::<usize>() {
            Ok(bytes) if bytes <= BODY_BYTES_MAX => {
                Reply::new(StatusCode::OK, "text/xml", vec![b'x'; bytes])
            }
            _ => Reply::new(StatusCode::BAD_REQUEST, "text/plain", "the path says how many bytes"),
        }
    }

    fn failure(&self, _: RequestId) -> Reply {
        Reply::new(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "")
    }

    fn overloaded(&self, _: RequestId) -> Reply {
        Reply::new(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "")
    }

    fn readiness(&self) -> Readiness {
        Readiness::Ready
    }
}

/// Serves until the process is ended.
pub(crate) fn run(ready_file: &Path) -> Result<()> {
    let runtime = stead_server::runtime()?;
    runtime.block_on(async {
        let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        std::fs::write(ready_file, format!("http://{}\n", listener.address()))?;
        let limits = HttpLimits {
            connections_max: 1024,
            address_connections_max: 1024,
            request_timeout: Duration::from_secs(30),
            shutdown_timeout: Duration::from_secs(1),
        };
        let (_never, stop) = Stop::new();
        serve(listener, None, TrustedProxies::default(), limits, Arc::new(Constant), stop).await;
        Ok(())
    })
}
