//! `stead serve`: a server until it is told to stop.

use std::net::TcpListener;
use std::sync::Arc;

use stead_server::clock::SystemClock;
use stead_server::config::{CertificateName, Settings, Storage, Tls};
use stead_server::logging;
use stead_server::profile::{PROFILE, ProfileFiles};
use stead_server::start::{Footprint, Running, start_on};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::arguments::ServeFlags;
use crate::configuration::gather;
use crate::exit::{Exit, Failure};

pub(crate) async fn serve(flags: Box<ServeFlags>) -> Result<Exit, Failure> {
    let settings = gather(&flags)?;
    let _log = logging::start(settings.log_format, settings.log_level)
        .map_err(|error| Failure::new(format!("cannot write a log: {error}")))?;
    let mut signals = Signals::new()?;
    if let Some(path) = &settings.ready_file {
        // One that is left of an earlier run would say too much too early.
        let _ = std::fs::remove_file(path);
    }
    let (socket, clock) = (socket_handed_over()?, Arc::new(SystemClock));
    let start = start_on(socket, &settings, Footprint::DataDirectory, clock);
    let running = tokio::select! {
        biased;
        // Choice: well ended, as a server is that is told to stop later. A start can be left at
        // any point, as it can be killed at any; a root key's command ends with it.
        () = signals.stop_requested() => {
            tracing::info!("stopped before it was ready");
            return Ok(Exit::Success);
        }
        running = start => running?,
    };
    announce(&settings, &running);
    signals.stop_requested().await;
    tracing::info!("stopping");
    tokio::select! {
        () = running.stop() => {
            tracing::info!("stopped");
            Ok(Exit::Success)
        }
        () = signals.stop_requested() => {
            Err(Failure::new("stopped at once: requests in flight were cut off"))
        }
    }
}

/// The socket that systemd holds for this server, if it does.
///
/// Spec: sd_listen_fds(3): `LISTEN_PID` names the process, `LISTEN_FDS` how many sockets it
/// is given.
fn socket_handed_over() -> Result<Option<TcpListener>, Failure> {
    let refuse = |what: &str| {
        Failure::new(format!("the socket that was handed over (LISTEN_FDS) {what}"))
            .with_help("a socket unit for stead has one line `ListenStream=ADDRESS:PORT`")
    };
    let mut sockets = listenfd::ListenFd::from_env();
    match sockets.len() {
        0 => Ok(None),
        1 => sockets.take_tcp_listener(0).map_err(|_| refuse("does not listen for TCP")),
        _ => Err(refuse("is not the only one")),
    }
}

fn announce(settings: &Settings, running: &Running) {
    let files = ProfileFiles::of(&settings.data);
    let is_remote = !settings.listen.ip().to_canonical().is_loopback();
    let (ephemeral, has_fixtures) = match &settings.storage {
        Storage::Durable => (false, false),
        Storage::Ephemeral { fixtures } => (true, !fixtures.is_empty()),
    };
    if let Some(first) = running.first_account() {
        let (account, credentials) = (first.account, files.credentials());
        tracing::info!(%account, credentials = %credentials.display(), "first account created");
    }
    if has_fixtures && is_remote {
        tracing::warn!("whoever knows the fixture keys is root here, from anywhere");
    }
    if settings.tls.is_none() && is_remote {
        tracing::warn!(
            "requests and answers travel unencrypted: give --tls, or --tls-cert and --tls-key, \
             or put a proxy with TLS in front"
        );
    }
    if let Some(Tls::Own { names }) = &settings.tls {
        announce_authority(&files, names);
    }
    if let Some(address) = running.metrics_address() {
        tracing::info!(url = format!("http://{address}/metrics"), "metrics");
    }
    let config = files.config();
    let (url, profile) = (running.base_url(), PROFILE);
    tracing::info!(url, ephemeral, profile, config = %config.display(), "ready");
}

fn announce_authority(files: &ProfileFiles, names: &[CertificateName]) {
    let authority = files.authority();
    let authority = std::path::absolute(&authority).unwrap_or(authority);
    let variable = format!("AWS_CA_BUNDLE={}", authority.display());
    tracing::info!(
        variable,
        "the profile trusts the certificate made here; with the variable other clients trust it, \
         and nothing else: it takes the place of every authority they know"
    );
    if names.iter().any(CertificateName::is_of_aws) {
        tracing::warn!(
            "the certificate is for names of AWS: who trusts its authority takes this server \
             for AWS"
        );
    }
}

/// The signals that mean "stop": Ctrl-C and what service managers send.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(crate) fn new() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| Failure::new(format!("cannot wait for signals: {error}")))
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    pub(crate) async fn stop_requested(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
