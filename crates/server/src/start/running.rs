use std::io::{self, IsTerminal as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use stead_directory::add_aws_managed_policies;
use stead_service::IssuerBase;
use stead_session::{KeyState, Keyring};
use stead_store_sqlite::SqliteStore;
use stead_types::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::StartError;
use super::open::{Footprint, Opened, open};
use super::open_files;
use crate::accounts::Accounts;
use crate::admin::{self, AdminSocket, Administration};
use crate::audit::{self, AuditKeys, AuditLog};
use crate::clock::Clock;
use crate::config::{AuditTarget, Settings, Storage, Tls};
use crate::gateway::{CallLines, DenialStyle, Gateway};
use crate::http::{Certificate, HttpLimits, Listener, Stop, TrustedProxies, serve};
use crate::installation::RootCredentials;
use crate::issuer_keys::IssuerKeys;
use crate::keys::{Home, Keys};
use crate::managed_policies::{self, ManagedPoliciesError};
use crate::metrics::{self, Sources};
use crate::own_certificate;
use crate::private_file;
use crate::profile::{CertificateOrigin, ProfileFiles};
use crate::services::LiveServices;
use crate::traces::Traces;

/// How often what was noted of key use is recorded.
const USES_RECORDED_EVERY: Duration = Duration::from_secs(60);

/// A server that answers requests.
#[derive(Debug)]
pub struct Running {
    base_url: String,
    first: Option<RootCredentials>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    background: Vec<JoinHandle<()>>,
    accounts: Arc<Accounts<SqliteStore>>,
    audit: Option<Arc<AuditLog>>,
    store: Arc<SqliteStore>,
    ready_file: Option<PathBuf>,
    metrics_address: Option<SocketAddr>,
    traces: Traces,
}

/// Starts a server and returns once it answers.
///
/// # Errors
/// Settings that cannot be met; nothing is served then.
pub async fn start(
    settings: &Settings,
    footprint: Footprint,
    clock: Arc<dyn Clock>,
) -> Result<Running, StartError> {
    start_on(None, settings, footprint, clock).await
}

/// The same on a socket that was bound before, if there is one: whoever holds it beyond this
/// server's end can hand it to the next one, and no connection is refused in between.
///
/// # Errors
/// Settings that cannot be met, and a socket that is for another address than they say:
/// what may be offered depends on who reaches it. Nothing is served then.
pub async fn start_on(
    socket: Option<std::net::TcpListener>,
    settings: &Settings,
    footprint: Footprint,
    clock: Arc<dyn Clock>,
) -> Result<Running, StartError> {
    // What is wrong with files that were given ends the start before anything is opened.
    let given = match &settings.tls {
        Some(Tls::Files(files)) => Some(Certificate::load(files.clone())?),
        Some(Tls::Own { .. }) | None => None,
    };
    if let Some(directory) = &settings.managed_policies {
        let added = managed_policies::read(directory)?;
        add_aws_managed_policies(added).map_err(ManagedPoliciesError::from)?;
    }
    open_files::allow(settings.connections_max);
    // Half of the connections: whoever asks for keys that nobody has leaves the others to
    // those whose keys are known.
    let waiters_max = settings.connections_max.div_ceil(2);
    let issuer_keys = IssuerKeys::new(&settings.issuers, waiters_max)?;
    let traces = Traces::start(settings.traces.as_ref())?;
    let listener = listener(socket, settings.listen).await?;
    let base_url = base_url(listener.address(), settings.tls.is_some());
    let metrics_listener = metrics_listener(settings).await?;
    let opened = open(settings, footprint, &*clock).await?;
    // What is written to the directory comes before anything is served, so that
    // a failure leaves nothing running.
    let audit = audit_log(settings, &opened, &clock);
    let written = audit.and_then(|audit| {
        let certificate = match given {
            Some(given) => Some(given),
            None => own_certificate(settings, listener.address().ip(), clock.now())?,
        };
        let socket = match footprint {
            Footprint::DataDirectory => Some(write_directory(settings, &base_url)?),
            Footprint::Nothing => None,
        };
        let acceptor = certificate.as_ref().map(Certificate::acceptor).transpose()?;
        Ok((audit, socket, certificate.zip(acceptor)))
    });
    let (audit, socket, tls) = match written {
        Ok(written) => written,
        Err(error) => {
            opened.store.close().await;
            return Err(error);
        }
    };
    let parts =
        Parts { opened, issuer_keys, audit, socket, listener, metrics_listener, tls, traces };
    let running = run(settings, clock, parts, base_url);
    if let Some(path) = &running.ready_file {
        let written = private_file::replace(path, format!("{}\n", running.base_url).as_bytes());
        if let Err(error) = written {
            let path = path.clone();
            running.stop().await;
            return Err(StartError::File { path, error });
        }
    }
    Ok(running)
}

/// What a server is put together from.
struct Parts {
    opened: Opened,
    issuer_keys: IssuerKeys,
    audit: Option<Arc<AuditLog>>,
    socket: Option<AdminSocket>,
    listener: Listener,
    metrics_listener: Option<TcpListener>,
    tls: Option<(Arc<Certificate>, TlsAcceptor)>,
    traces: Traces,
}

/// Sets everything going.
fn run(settings: &Settings, clock: Arc<dyn Clock>, parts: Parts, base_url: String) -> Running {
    let Parts { opened, issuer_keys, audit, socket, listener, metrics_listener, tls, traces } =
        parts;
    let Opened { store, accounts, organizations, keyring, services, first } = opened;
    let (stop, stopped) = Stop::new();
    let sealed = (keyring, &services);
    let administration = administration(settings, &accounts, sealed, &clock, audit.as_ref());
    let keys = Arc::clone(&administration.keys);
    let creating = Arc::clone(&organizations).create_accounts(Arc::clone(&clock), stopped.clone());
    let recording = record_uses(Arc::clone(&accounts), stopped.clone());
    let mut background = vec![tokio::spawn(recording), tokio::spawn(creating)];
    background.push(tokio::spawn(Arc::clone(&keys).work(stopped.clone())));
    if let Some(socket) = socket {
        background.push(tokio::spawn(admin::serve(socket, administration, stopped.clone())));
    }
    let (certificate, tls) = tls.unzip();
    if let Some(certificate) = &certificate {
        background.push(tokio::spawn(Arc::clone(certificate).follow(stopped.clone())));
    }
    let style = match (settings.strict_messages, settings.sealed_denials) {
        (true, _) => DenialStyle::Strict,
        (false, true) => DenialStyle::Sealed,
        (false, false) => DenialStyle::Id,
    };
    let (saml, rates, keyring) = (settings.saml.clone(), settings.rates, keys.keyring());
    let (sealing, fetches) = (Arc::clone(&keyring), Arc::clone(issuer_keys.fetches()));
    let counting = Arc::clone(&clock);
    let gateway = Gateway::new(organizations, keyring, clock, style, issuer_keys, saml, rates);
    let gateway = gateway
        .serving(services)
        .simulating(settings.simulator)
        .issuing(issuer_base(settings, &base_url))
        .without_sts_in(settings.inactive_sts_regions.clone());
    let call_lines = CallLines::of(audit.is_some(), io::stderr().is_terminal());
    let gateway = gateway.recording(audit.clone()).logging(call_lines).tracing(traces.clone());
    let metrics_address = metrics_listener.as_ref().and_then(|listener| listener.local_addr().ok());
    if let Some(metrics_listener) = metrics_listener {
        let sources = Sources {
            metrics: Arc::clone(gateway.metrics()),
            traffic: Arc::clone(listener.traffic()),
            fetches,
            audit: audit.clone(),
            certificate,
            sealing_since: Box::new(move || sealing_since(&sealing.current())),
            began: counting.now(),
            clock: counting,
        };
        background.push(tokio::spawn(metrics::serve(
            metrics_listener,
            Arc::new(sources),
            stopped.clone(),
        )));
    }
    let proxies = TrustedProxies::new(settings.trusted_proxies.clone());
    let limits = http_limits(settings);
    let server = tokio::spawn(serve(listener, tls, proxies, limits, Arc::new(gateway), stopped));
    let ready_file = settings.ready_file.clone();
    Running {
        base_url,
        first,
        stop,
        server,
        background,
        accounts,
        audit,
        store,
        ready_file,
        metrics_address,
        traces,
    }
}

const fn http_limits(settings: &Settings) -> HttpLimits {
    HttpLimits {
        connections_max: settings.connections_max,
        address_connections_max: settings.address_connections_max,
        request_timeout: settings.request_timeout,
        shutdown_timeout: settings.shutdown_timeout,
    }
}

/// Under which URL identity tokens name their issuers.
fn issuer_base(settings: &Settings, base_url: &str) -> IssuerBase {
    settings.token_issuer_url.clone().unwrap_or_else(|| IssuerBase::new(base_url))
}

/// The keys, and what else administrative commands work on.
fn administration(
    settings: &Settings,
    accounts: &Arc<Accounts<SqliteStore>>,
    (keyring, services): (Keyring, &Arc<LiveServices>),
    clock: &Arc<dyn Clock>,
    audit: Option<&Arc<AuditLog>>,
) -> Administration {
    let home = match settings.storage {
        Storage::Durable => {
            Some(Home { data: settings.data.clone(), root_key: settings.root_key.own.place() })
        }
        Storage::Ephemeral { .. } => None,
    };
    let (accounts, clock, audit) = (Arc::clone(accounts), Arc::clone(clock), audit.cloned());
    let keys = Keys::new(Arc::clone(&accounts), keyring, Arc::clone(&clock), home, audit.clone());
    let keys = keys.with_services(Arc::clone(services));
    Administration { accounts, keys: Arc::new(keys), clock, audit }
}

impl Running {
    /// Where it answers, such as `http://127.0.0.1:4566`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where metrics are read from, if they are.
    #[must_use]
    pub const fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// The root key of the first account, when it was created by this start.
    #[must_use]
    pub const fn first_account(&self) -> Option<&RootCredentials> {
        self.first.as_ref()
    }

    /// Accepts nothing further, lets requests and commands in flight end, and closes the store.
    pub async fn stop(self) {
        if let Some(path) = &self.ready_file {
            let _ = std::fs::remove_file(path);
        }
        let _ = self.stop.send(true);
        let _ = self.server.await;
        for task in self.background {
            let _ = task.await;
        }
        if let Err(error) = self.accounts.record_uses().await {
            tracing::warn!(%error, "the last uses of keys were not recorded");
        }
        if let Some(audit) = &self.audit {
            audit.stop().await;
        }
        self.store.close().await;
        self.traces.stop().await;
    }
}

async fn listener(
    socket: Option<std::net::TcpListener>,
    listen: SocketAddr,
) -> Result<Listener, StartError> {
    let bound = match socket {
        Some(socket) => Listener::adopt(socket),
        None => Listener::bind(listen).await,
    };
    let listener = bound.map_err(|error| StartError::Listen { address: listen, error })?;
    match is_for(listener.address(), listen) {
        true => Ok(listener),
        false => Err(StartError::OtherSocket { given: listener.address(), listen }),
    }
}

/// Whether this is the address that was asked for, of which port 0 leaves the port open.
fn is_for(given: SocketAddr, listen: SocketAddr) -> bool {
    let port = listen.port() == 0 || given.port() == listen.port();
    port && given.ip().to_canonical() == listen.ip().to_canonical()
}

async fn metrics_listener(settings: &Settings) -> Result<Option<TcpListener>, StartError> {
    let Some(address) = settings.metrics_listen else { return Ok(None) };
    let bound = TcpListener::bind(address).await;
    bound.map(Some).map_err(|error| StartError::MetricsListen { address, error })
}

fn sealing_since(keyring: &Keyring) -> Option<Timestamp> {
    let primary = keyring.keys().find(|key| key.state == KeyState::Primary)?;
    Some(primary.created_at)
}

/// The audit log, as the settings want it.
fn audit_log(
    settings: &Settings,
    opened: &Opened,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Arc<AuditLog>>, StartError> {
    let (path, clock) = (audit::directory(&settings.data), Arc::clone(clock));
    let log = match settings.audit.target {
        AuditTarget::Off => return Ok(None),
        AuditTarget::StandardOutput => AuditLog::to_standard_output(&settings.audit, clock),
        AuditTarget::Directory => {
            let keys = AuditKeys::of(&opened.accounts.root_keys());
            AuditLog::in_directory(path.clone(), &settings.audit, keys, clock)
        }
    };
    log.map(|log| Some(Arc::new(log))).map_err(|error| StartError::File { path, error })
}

/// The certificate that the server makes itself, where that is what it offers. It stands in
/// the data directory, whatever else does.
fn own_certificate(
    settings: &Settings,
    listen: IpAddr,
    now: Timestamp,
) -> Result<Option<Arc<Certificate>>, StartError> {
    let Some(Tls::Own { names }) = &settings.tls else { return Ok(None) };
    let names = own_certificate::names(listen, names);
    let files = own_certificate::prepare(&settings.data, &names, now)?;
    Ok(Some(Certificate::load(files)?))
}

/// The socket and the part of the profile that says where the server is.
fn write_directory(settings: &Settings, base_url: &str) -> Result<AdminSocket, StartError> {
    let files = ProfileFiles::of(&settings.data);
    let certificate = match &settings.tls {
        Some(Tls::Own { .. }) => CertificateOrigin::Own,
        Some(Tls::Files(_)) | None => CertificateOrigin::Elsewhere,
    };
    files
        .write_config(settings.region.as_str(), base_url, certificate)
        .map_err(|error| StartError::File { path: files.config(), error })?;
    let path = settings.data.join(admin::SOCKET_NAME);
    AdminSocket::bind(&settings.data).map_err(|error| StartError::File { path, error })
}

async fn record_uses(accounts: Arc<Accounts<SqliteStore>>, mut stop: Stop) {
    loop {
        tokio::select! {
            () = stop.requested() => return,
            () = tokio::time::sleep(USES_RECORDED_EVERY) => {}
        }
        if let Err(error) = accounts.record_uses().await {
            tracing::warn!(%error, "the last uses of keys were not recorded");
        }
    }
}

/// An address that stands for all of them is reached on the loopback one.
fn base_url(address: SocketAddr, tls: bool) -> String {
    let host = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{}", SocketAddr::new(host, address.port()))
}

#[cfg(test)]
mod stopping;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_is_for_the_address_that_the_settings_name() {
        for (given, listen, expected) in [
            ("127.0.0.1:4566", "127.0.0.1:4566", true),
            ("127.0.0.1:4566", "127.0.0.1:0", true),
            ("[::ffff:127.0.0.1]:4566", "127.0.0.1:4566", true),
            ("127.0.0.1:4566", "127.0.0.1:4567", false),
            ("0.0.0.0:4566", "127.0.0.1:4566", false),
            ("0.0.0.0:4566", "127.0.0.1:0", false),
            ("[::]:4566", "0.0.0.0:4566", false),
            ("[::1]:4566", "127.0.0.1:4566", false),
        ] {
            let is_for = is_for(given.parse().unwrap(), listen.parse().unwrap());
            assert_eq!(is_for, expected, "{given} for {listen}");
        }
    }

    #[test]
    fn the_base_url_is_one_a_client_can_reach() {
        for (address, tls, expected) in [
            ("127.0.0.1:4566", false, "http://127.0.0.1:4566"),
            ("0.0.0.0:80", false, "http://127.0.0.1:80"),
            ("[::]:443", true, "https://[::1]:443"),
            ("192.0.2.1:443", true, "https://192.0.2.1:443"),
        ] {
            assert_eq!(base_url(address.parse().unwrap(), tls), expected);
        }
    }
}
