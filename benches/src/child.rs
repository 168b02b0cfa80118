//! The servers, as processes that end with this one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::clock;

/// How long a server may take to answer its first request.
const READY_WAIT_MAX: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Asks the system for enough open files: each foreign token of the flood has a connection
/// while it waits. Servers inherit what is allowed here.
pub(crate) fn allow_connections() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let current = limit.maximum.map_or(FILES, |maximum| maximum.min(FILES));
    setrlimit(Resource::Nofile, Rlimit { current: Some(current), ..limit })?;
    Ok(())
}

const FILES: u64 = 8192;

/// A directory that is deleted at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("stead-benches-{}", std::process::id()));
        std::fs::create_dir(&path).with_context(|| path.display().to_string())?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing can be done about a failure, and the next run does not care.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server's process, which ends when this is dropped.
pub(crate) struct Server {
    process: Child,
    ready_file: PathBuf,
}

/// Lifts what one address and one account may send: all clients are here.
pub(crate) const UNLIMITED: [(&str, &str); 3] = [
    ("STEAD_ACCOUNT_RATE_MAX", "0"),
    ("STEAD_ADDRESS_RATE_MAX", "0"),
    ("STEAD_ADDRESS_CONNECTIONS_MAX", "4096"),
];

/// Starts the measured server, which keeps nothing, with its files below `folder`.
pub(crate) fn stead(binary: &Path, folder: &Path, settings: &[(&str, &str)]) -> Result<Server> {
    // The issuer of web identities is this process.
    let arguments = ["--ephemeral", "--dangerous-allow-loopback-issuers"];
    serve(binary, folder, &arguments, settings)
}

/// Starts the server as people run it: accounts are kept below `folder`, and every call
/// leaves an event in the audit log there.
pub(crate) fn durable_stead(binary: &Path, folder: &Path) -> Result<Server> {
    serve(binary, folder, &[], &UNLIMITED)
}

fn serve(
    binary: &Path,
    folder: &Path,
    arguments: &[&str],
    settings: &[(&str, &str)],
) -> Result<Server> {
    let mut command = behind_the_load(binary);
    command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
    command.arg("--data").arg(folder.join("data"));
    command.envs(settings.iter().copied());
    start(command, folder.join("stead.ready"), &folder.join("stead.log"))
}

/// Starts a server that keeps what it has, with its data below `folder`.
pub(crate) fn durable(binary: &Path, folder: &Path) -> Result<Server> {
    let (mut command, ready) = (Command::new(binary), folder.join("stead.ready"));
    command.args(["serve", "--listen", "127.0.0.1:0"]).arg("--data").arg(folder.join("data"));
    start(command, ready, &folder.join("stead.log"))
}

/// Starts this program again, as the server of constant answers.
pub(crate) fn constant(folder: &Path) -> Result<Server> {
    let mut command = behind_the_load(&std::env::current_exe()?);
    command.arg("constant");
    start(command, folder.join("constant.ready"), &folder.join("constant.log"))
}

/// Starts another emulator, which says neither where it listens nor when: on a port that
/// was free a moment ago.
pub(crate) fn emulator(command: &Emulator, folder: &Path) -> Result<(Server, SocketAddr)> {
    let free = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    let address = free.local_addr()?;
    drop(free);
    let port = address.port().to_string();
    let mut process = behind_the_load(&command.program);
    match command.kind {
        EmulatorKind::Moto => process.args(["-H", "127.0.0.1", "-p", &port]),
        EmulatorKind::MiniStack => process.env("GATEWAY_PORT", &port),
    };
    let log = std::fs::File::create(folder.join(format!("{}.log", command.kind.name())))?;
    process.current_dir(folder).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    let process = process.spawn().with_context(|| format!("cannot run {process:?}"))?;
    let server = Server { process, ready_file: PathBuf::new() };
    let began = clock::instant();
    while std::net::TcpStream::connect(address).is_err() {
        ensure!(began.elapsed() < READY_WAIT_MAX, "{} does not listen", command.kind.name());
        pause();
    }
    Ok((server, address))
}

/// Another program that answers STS.
pub(crate) struct Emulator {
    pub(crate) kind: EmulatorKind,
    pub(crate) program: PathBuf,
}

/// Those that are measured beside Stead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmulatorKind {
    Moto,
    MiniStack,
}

impl EmulatorKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Moto => "moto",
            Self::MiniStack => "ministack",
        }
    }
}

/// A server to which the load has precedence, as if it came from another machine: a load
/// that waits for a core leaves the server without requests.
fn behind_the_load(program: &Path) -> Command {
    let mut command = Command::new("nice");
    command.args(["-n", "10"]).arg(program);
    command
}

fn start(mut command: Command, ready_file: PathBuf, log: &Path) -> Result<Server> {
    // One of a server before it would name that.
    let _ = std::fs::remove_file(&ready_file);
    let log = std::fs::File::create(log)?;
    command.arg("--ready-file").arg(&ready_file);
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    let process = command.spawn().with_context(|| format!("cannot run {command:?}"))?;
    Ok(Server { process, ready_file })
}

impl Server {
    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The address, once requests are answered.
    pub(crate) fn is_ready(&self) -> Result<Option<SocketAddr>> {
        let text = std::fs::read_to_string(&self.ready_file).unwrap_or_default();
        let address = text.trim().strip_prefix("http://");
        let parsed = address.map(|address| address.trim_end_matches('/').parse());
        parsed.transpose().context("the ready file holds a base URL")
    }

    /// Waits until requests are answered; gives the address.
    pub(crate) fn ready(&self) -> Result<SocketAddr> {
        let began = clock::instant();
        while began.elapsed() < READY_WAIT_MAX {
            if let Some(address) = self.is_ready()? {
                return Ok(address);
            }
            pause();
        }
        bail!("no server answered after {} s", READY_WAIT_MAX.as_secs())
    }
}

#[expect(clippy::disallowed_methods, reason = "nothing tells when another process is ready")]
fn pause() {
    std::thread::sleep(POLL_INTERVAL);
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody wants the data, so there is nothing to end gracefully.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
