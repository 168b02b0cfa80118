use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::connection::Connections;
use super::exchange::Respond;
use super::forwarded::TrustedProxies;
use super::places::{Counting, NoPlace, Places};
use super::traffic::Traffic;
use crate::limits::ACCEPT_PAUSE;

/// A socket that is bound and not yet served.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    traffic: Arc<Traffic>,
}

impl Listener {
    /// Binds the address; port 0 takes a free one.
    ///
    /// # Errors
    /// Those of the system, such as an address in use.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        Self::new(TcpListener::bind(address).await?)
    }

    /// Takes over a socket that somebody else has bound, and holds for the next server.
    ///
    /// # Errors
    /// Those of the system.
    pub fn adopt(socket: std::net::TcpListener) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Self::new(TcpListener::from_std(socket)?)
    }

    fn new(socket: TcpListener) -> io::Result<Self> {
        let address = socket.local_addr()?;
        Ok(Self { socket, address, traffic: Arc::default() })
    }

    /// The address that was bound, with its real port.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it counts, once it is served.
    pub(crate) const fn traffic(&self) -> &Arc<Traffic> {
        &self.traffic
    }
}

/// The bounds an operator sets; the others are in [`crate::limits`].
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// How many connections may be open. For further ones the quietest are closed.
    pub connections_max: usize,
    /// How many connections one address may have open; trusted proxies may have all.
    pub address_connections_max: usize,
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
    let places = Places::new(limits.connections_max, limits.address_connections_max);
    let graceful = GracefulShutdown::new();
    let traffic = Arc::clone(&listener.traffic);
    let connections =
        Arc::new(Connections::new(tls, proxies, limits, responder, Arc::clone(&traffic)));
    let pulse = Arc::clone(connections.pulse());
    let beating = tokio::spawn(async move { pulse.run().await });
    loop {
        let accepted = tokio::select! {
            () = stop.requested() => break,
            accepted = listener.socket.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                pause_after(&error).await;
                continue;
            }
        };
        let counting = match connections.trusts(peer.ip()) {
            true => Counting::No,
            false => Counting::ByAddress,
        };
        let place = match places.take(peer.ip(), counting) {
            Ok(place) => place,
            Err(why) => {
                tracing::debug!(%peer, ?why, "no place for a connection");
                match why {
                    NoPlace::Address => traffic.refused_address.add_one(),
                    NoPlace::All => traffic.refused_all.add_one(),
                }
                connections.turn_away(stream);
                continue;
            }
        };
        let connections = Arc::clone(&connections);
        let watcher = graceful.watcher();
        let (traffic, stop) = (Arc::clone(&traffic), stop.clone());
        traffic.accepted.add_one();
        tokio::spawn(async move {
            let _open = traffic.open.raise();
            let visit = Arc::clone(place.visit());
            tokio::select! {
                () = connections.run(stream, peer, Arc::clone(&visit), stop) => {}
                () = visit.sent_away() => {
                    traffic.made_room.add_one();
                    tracing::debug!(%peer, "connection made room");
                }
            }
            // While there is one the listener waits.
            drop((place, watcher));
        });
    }
    drop(listener);
    connections.drain();
    if tokio::time::timeout(limits.shutdown_timeout, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still in flight when the shutdown bound passed");
    }
    beating.abort();
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
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}
