use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::connection::Connections;
use super::exchange::Respond;
use super::forwarded::TrustedProxies;

/// A socket that is bound and not yet served.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds the address; port 0 takes a free one.
    ///
    /// # Errors
    /// Those of the system, such as an address in use.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// The address that was bound, with its real port.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// The bounds an operator sets; the others are in [`crate::limits`].
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// How many connections may be open. Further ones wait to be accepted.
    pub connections_max: usize,
    /// How long the answer to a request may take once its body is there.
    pub request_timeout: Duration,
    /// How long requests in flight may take to end when the server stops.
    pub shutdown_timeout: Duration,
}

/// Tells a server to stop: it accepts nothing further and lets requests in
/// flight end.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A pair: sending `true` stops the server.
    #[must_use]
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Waits until the server is told to stop, or nobody is left who could tell it.
    pub async fn requested(&mut self) {
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

/// Serves requests until told to stop; returns when the last one in flight has
/// ended or the shutdown bound has passed.
pub async fn serve<R: Respond>(
    listener: Listener,
    tls: Option<TlsAcceptor>,
    proxies: TrustedProxies,
    limits: HttpLimits,
    responder: Arc<R>,
    mut stop: Stop,
) {
    let slots = Arc::new(Semaphore::new(limits.connections_max));
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Connections::new(tls, proxies, limits, responder));
    loop {
        let accepted = tokio::select! {
            () = stop.requested() => break,
            accepted = accept(&listener.socket, &slots) => accepted,
        };
        let (stream, peer, slot) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                pause_after(&error).await;
                continue;
            }
        };
        let connections = Arc::clone(&connections);
        let watcher = graceful.watcher();
        tokio::spawn(async move {
            connections.run(stream, peer, watcher).await;
            drop(slot);
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.shutdown_timeout, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still in flight when the shutdown bound passed");
    }
}

/// Accepts when there is room, so that waiting connections stay in the kernel's
/// queue and cost nothing here.
async fn accept(
    socket: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    // The semaphore is never closed; were it, nothing could be accepted.
    let slot = Arc::clone(slots).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = socket.accept().await?;
    Ok((stream, peer, slot))
}

/// A connection that broke before it was accepted concerns nobody. Everything
/// else, running out of file descriptors above all, would make a busy loop.
async fn pause_after(error: &io::Error) {
    let broken = [
        io::ErrorKind::ConnectionAborted,
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::ConnectionRefused,
    ];
    if !broken.contains(&error.kind()) {
        tracing::error!(%error, "cannot accept connections");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
