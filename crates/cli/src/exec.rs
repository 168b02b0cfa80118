//! `stead exec`: a command with the credentials of a role.

use std::ffi::{OsStr, OsString};
use std::io::IsTerminal as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitStatus};

use rustix::process::{Pid, Signal, kill_process};
use stead_types::Secret;
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::ExecFlags;
use crate::client::Trust;
use crate::credentials::{Endpoints, Exports, Imds, Origin, Session, Source};
use crate::environment::Environment;
use crate::exit::{Exit, Failure};

/// What says who somebody is, and would come before what is set here or mix with it.
///
/// Spec: docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html, and
/// `AWS_SECURITY_TOKEN`, the older name of the session token.
const IDENTITY: [&str; 15] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
];

/// What shells answer when a command is not found, and when it cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_RUN: u8 = 126;

pub(crate) async fn run(flags: ExecFlags) -> Result<Exit, Failure> {
    let source = Source::of_either(&flags.source, &Environment::of_process())?;
    let Some((program, arguments)) = flags.command.split_first() else {
        return Err(Failure::usage("no command is given"));
    };
    let mut command = Command::new(program);
    command.args(arguments);
    point_at(&mut command, &source);
    if flags.serve {
        return beside(command, source).await;
    }
    let session = source.ask.call(&source.client).await?;
    hand_over(&mut command, &session);
    // This process becomes the command: its signals, its exit code, its place in the
    // job of the shell. It returns only when that fails.
    Err(not_run(program, &command.exec()))
}

/// Clears what says who somebody is, and says where the services are.
fn point_at(command: &mut Command, source: &Source) {
    for name in IDENTITY {
        command.env_remove(name);
    }
    let region = &source.client.region;
    command.env("AWS_REGION", region).env("AWS_DEFAULT_REGION", region);
    // What the environment says is inherited as it is: it may tell services apart.
    if source.endpoint_origin == Origin::Elsewhere {
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(names_an_endpoint) {
                command.env_remove(name);
            }
        }
        command.env("AWS_ENDPOINT_URL", source.client.endpoint.to_string());
    }
    if let Trust::File(path) = &source.client.trust {
        command.env("AWS_CA_BUNDLE", path);
    }
}

/// Whether a variable says where a service is, or that such variables do not count. With
/// an endpoint that is given, one that is left over would get the session token.
fn names_an_endpoint(variable: &str) -> bool {
    variable == "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" || variable.starts_with("AWS_ENDPOINT_URL")
}

fn hand_over(command: &mut Command, session: &Session) {
    let credentials = &session.credentials;
    command
        .env("AWS_ACCESS_KEY_ID", &credentials.access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.expose())
        .env("AWS_SESSION_TOKEN", session.token())
        .env("AWS_CREDENTIAL_EXPIRATION", session.expires_at.to_string());
}

/// Runs the command as a child that gets its credentials from here.
async fn beside(mut command: Command, source: Source) -> Result<Exit, Failure> {
    let program = command.get_program().to_owned();
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let endpoints = Endpoints::bind(address, source, Imds::Absent).await?;
    endpoints.ready().await?;
    set(&mut command, &endpoints.exports());
    // SDKs look into these files before they ask a container's endpoint.
    for name in ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"] {
        command.env(name, "/dev/null");
    }
    let mut signals = Forwarded::new()?;
    let mut child = tokio::process::Command::from(command);
    let mut child = child.spawn().map_err(|error| not_run(&program, &error))?;
    let pid = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    let served = tokio::spawn(endpoints.serve());
    let status = loop {
        tokio::select! {
            ended = child.wait() => break ended,
            signal = signals.next() => {
                // It may have ended just now.
                let _ = pid.map(|pid| kill_process(pid, signal));
            }
        }
    };
    served.abort();
    let status = status.map_err(|error| Failure::new(format!("the command is lost: {error}")))?;
    Ok(Exit::Command(code(status)))
}

fn set(command: &mut Command, Exports(exports): &Exports) {
    for (name, value) in exports {
        command.env(name, Secret::expose(value));
    }
}

/// As shells count: a signal's number above 128.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| Some(128 + status.signal()?));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

fn not_run(program: &OsStr, error: &std::io::Error) -> Failure {
    let code = match error.kind() {
        std::io::ErrorKind::NotFound => NOT_FOUND,
        _ => NOT_RUN,
    };
    let program: OsString = program.to_owned();
    Failure::new(format!("cannot run `{}`: {error}", program.display())).ending(Exit::Command(code))
}

/// Signals that are meant for the command.
struct Forwarded {
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
    user_1: tokio::signal::unix::Signal,
    user_2: tokio::signal::unix::Signal,
    /// A terminal sends its keys' signals to both processes, so passing them on would
    /// double them.
    has_terminal: bool,
}

impl Forwarded {
    fn new() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| Failure::new(format!("cannot wait for signals: {error}")))
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
            interrupt: listen(SignalKind::interrupt())?,
            quit: listen(SignalKind::quit())?,
            user_1: listen(SignalKind::user_defined1())?,
            user_2: listen(SignalKind::user_defined2())?,
            has_terminal: std::io::stdin().is_terminal(),
        })
    }

    /// The next signal to pass on.
    async fn next(&mut self) -> Signal {
        loop {
            let (signal, is_key) = tokio::select! {
                _ = self.terminate.recv() => (Signal::TERM, false),
                _ = self.hang_up.recv() => (Signal::HUP, false),
                _ = self.interrupt.recv() => (Signal::INT, true),
                _ = self.quit.recv() => (Signal::QUIT, true),
                _ = self.user_1.recv() => (Signal::USR1, false),
                _ = self.user_2.recv() => (Signal::USR2, false),
            };
            if !(is_key && self.has_terminal) {
                return signal;
            }
        }
    }
}
