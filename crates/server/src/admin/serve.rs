use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stead_store::Store;
use stead_types::AccountId;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{Command, Outcome, Refusal, SOCKET_NAME};
use crate::accounts::{Accounts, CreateError};
use crate::clock::Clock;
use crate::entropy::SystemEntropy;
use crate::http::Stop;
use crate::installation::{NewAccount, random_account_id};
use crate::limits::{ADMIN_LINE_BYTES_MAX, ADMIN_WAIT_MAX};

/// The bound socket; its file is removed when it is dropped.
#[derive(Debug)]
pub(crate) struct AdminSocket {
    listener: UnixListener,
    path: PathBuf,
}

impl AdminSocket {
    /// Binds the socket of a data directory that this process has for itself.
    pub(crate) fn bind(data: &Path) -> io::Result<Self> {
        let path = data.join(SOCKET_NAME);
        let temporary = data.join(format!("{SOCKET_NAME}.new"));
        match std::fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // Permissions first, the known name last: nobody else can connect in between.
        let listener = UnixListener::bind(&temporary)?;
        std::fs::set_permissions(&temporary, std::fs::Permissions::from_mode(0o600))?;
        std::fs::rename(&temporary, &path)?;
        Ok(Self { listener, path })
    }
}

impl Drop for AdminSocket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Carries administrative commands out until the server stops.
pub(crate) async fn serve<S: Store>(
    socket: AdminSocket,
    accounts: Arc<Accounts<S>>,
    clock: Arc<dyn Clock>,
    mut stop: Stop,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.requested() => return,
            accepted = socket.listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(converse(stream, Arc::clone(&accounts), Arc::clone(&clock)));
            }
            Err(error) => {
                tracing::error!(%error, "the administrative socket cannot accept");
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        }
    }
}

async fn converse<S: Store>(stream: UnixStream, accounts: Arc<Accounts<S>>, clock: Arc<dyn Clock>) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = Vec::new();
        let mut bounded = (&mut stream).take(ADMIN_LINE_BYTES_MAX);
        match timeout(ADMIN_WAIT_MAX, bounded.read_until(b'\n', &mut line)).await {
            Ok(Ok(1..)) if line.ends_with(b"\n") => {}
            _ => return,
        }
        let outcome = match serde_json::from_slice(&line) {
            Ok(command) => carry_out(command, &accounts, &*clock).await,
            Err(_) => Outcome::Refused(Refusal::new(
                "the command cannot be read",
                "use the `stead` of the same version as the server",
            )),
        };
        let Ok(answer) = serde_json::to_vec(&outcome) else { return };
        let mut answer = Zeroizing::new(answer);
        answer.push(b'\n');
        if stream.get_mut().write_all(&answer).await.is_err() {
            return;
        }
    }
}

async fn carry_out<S: Store>(
    command: Command,
    accounts: &Arc<Accounts<S>>,
    clock: &dyn Clock,
) -> Outcome {
    let done = match command {
        Command::Ping {} => Ok(Outcome::Pong { process: std::process::id() }),
        Command::CreateAccount { account } => create(account, accounts, clock).await,
        Command::ListAccounts {} => match accounts.store().accounts().await {
            Ok(ids) => {
                Ok(Outcome::Accounts { accounts: ids.iter().map(AccountId::to_string).collect() })
            }
            Err(error) => Err(Refusal::new(error.to_string(), "see the server's log")),
        },
    };
    done.unwrap_or_else(Outcome::Refused)
}

async fn create<S: Store>(
    account: Option<String>,
    accounts: &Arc<Accounts<S>>,
    clock: &dyn Clock,
) -> Result<Outcome, Refusal> {
    let mut entropy = SystemEntropy;
    let id = match account {
        None => random_account_id(&mut entropy),
        Some(text) => text
            .parse()
            .map_err(|_| Refusal::new("the account id is not 12 digits", "such as 111122223333"))?,
    };
    let mut new = NewAccount::new(id, accounts.root_key(), clock.now(), &mut entropy);
    let root = new
        .add_root_key(&mut entropy)
        .map_err(|error| Refusal::new(error.to_string(), "see the server's log"))?;
    new.commit(accounts).await.map_err(|error| {
        let help = match error {
            CreateError::Exists(_) => "`stead account list` shows the accounts there are",
            _ => "see the server's log",
        };
        Refusal::new(error.to_string(), help)
    })?;
    tracing::info!(account = %id, "account created");
    Ok(Outcome::AccountCreated {
        account: root.account.to_string(),
        access_key_id: root.access_key_id.to_string(),
        secret_access_key: root.secret_access_key.expose().clone(),
    })
}
