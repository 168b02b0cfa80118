use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stead_administration::limits::LINE_BYTES_MAX;
use stead_administration::{Command, Outcome};
use stead_audit::Operator;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::{Administration, SOCKET_NAME};
use crate::http::Stop;
use crate::limits::{ADMIN_COMMANDS_MAX, ADMIN_WAIT_MAX};

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

/// Carries administrative commands out until the server stops. Those that are being carried
/// out then come to their end before this does, so that each has its event; but one that
/// hangs does not keep the server for longer than [`ADMIN_WAIT_MAX`].
pub(crate) async fn serve(socket: AdminSocket, administration: Administration, mut stop: Stop) {
    let places = Arc::new(Semaphore::new(ADMIN_COMMANDS_MAX));
    loop {
        let accepted = tokio::select! {
            () = stop.requested() => break,
            accepted = socket.listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                tokio::spawn(converse(stream, administration.clone(), Arc::clone(&places)));
            }
            Err(error) => {
                tracing::error!(%error, "the administrative socket cannot accept");
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        }
    }
    // Who connects from here on finds no server.
    drop(socket);
    let all = u32::try_from(ADMIN_COMMANDS_MAX).unwrap_or(u32::MAX);
    let held = timeout(ADMIN_WAIT_MAX, places.acquire_many(all)).await;
    if held.is_err() {
        tracing::warn!("an administrative command was not waited for any longer");
    }
    // Before the places are free again: what comes now is not begun.
    places.close();
    drop(held);
}

async fn converse(stream: UnixStream, administration: Administration, places: Arc<Semaphore>) {
    // The system's word for who is at the other end. Where it has none, nothing is done.
    let Ok(peer) = stream.peer_cred() else { return };
    let operator = Operator::Socket { user: peer.uid() };
    let mut stream = BufReader::new(stream);
    loop {
        // Room enough for a key: a line that grows would leave a copy behind.
        let mut line = Zeroizing::new(Vec::with_capacity(512));
        let mut bounded = (&mut stream).take(LINE_BYTES_MAX);
        match timeout(ADMIN_WAIT_MAX, bounded.read_until(b'\n', &mut line)).await {
            Ok(Ok(1..)) if line.ends_with(b"\n") => {}
            _ => return,
        }
        let Ok(_place) = places.acquire().await else { return };
        let outcome = match Command::parse(&line) {
            Ok(command) => administration.carry_out(command, operator).await,
            Err(refusal) => Outcome::Refused(refusal),
        };
        let Ok(answer) = serde_json::to_vec(&outcome) else { return };
        let mut answer = Zeroizing::new(answer);
        answer.push(b'\n');
        // Who does not read keeps no place.
        match timeout(ADMIN_WAIT_MAX, stream.get_mut().write_all(&answer)).await {
            Ok(Ok(())) => {}
            _ => return,
        }
    }
}
